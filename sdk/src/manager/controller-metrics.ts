import type { Clock } from "@weir/core";
import type { KubeObject } from "@weir/objects";
import type { Registry } from "prom-client";
import type { LeaderElectorOptions } from "../election/leader-elector.ts";
import type { QueueObserver, WorkQueue } from "../queue/work-queue.ts";
import {
  type ElectionFamilies,
  electionFamilies,
  type QueueFamilies,
  queueFamilies,
  type ReconcileFamilies,
  reconcileFamilies,
} from "./metric-families.ts";

/** How a run ended, as controller-runtime counts it. */
export type ReconcileResultLabel = "success" | "error" | "requeue" | "requeue_after";

const RESULTS: readonly ReconcileResultLabel[] = ["success", "error", "requeue", "requeue_after"];

/** As controller-runtime, so that priorities set by users cannot make endless series. */
const MAX_PRIORITIES = 25;

/**
 * The metrics of the controllers of one manager, under the names of controller-runtime and Flux, in the registry that
 * was handed in. All series of a controller exist from its start, with zero.
 */
export class ManagerMetrics {
  readonly #reconcile: ReconcileFamilies;
  readonly #queue: QueueFamilies;
  readonly #election: ElectionFamilies;

  constructor(registry: Registry) {
    this.#reconcile = reconcileFamilies(registry);
    this.#queue = queueFamilies(registry);
    this.#election = electionFamilies(registry);
  }

  /** Makes all series of a controller. */
  prepare(controller: string, concurrency: number): void {
    for (const result of RESULTS) this.#reconcile.total.inc({ controller, result }, 0);
    for (const metric of [
      this.#reconcile.errors,
      this.#reconcile.terminal,
      this.#reconcile.panics,
      this.#reconcile.timeouts,
    ])
      metric.inc({ controller }, 0);
    this.#reconcile.workers.set({ controller }, concurrency);
    this.#reconcile.active.set({ controller }, 0);
    const queue = { controller, name: controller };
    this.#queue.adds.inc(queue, 0);
    this.#queue.retries.inc(queue, 0);
    this.#queue.depth.set({ ...queue, priority: "0" }, 0);
  }

  /** What the elector of a lease tells its changes to. */
  electionObserver(name: string): Pick<LeaderElectorOptions, "onChange" | "onSlowPath"> {
    this.#election.master.set({ name }, 0);
    this.#election.slowPath.inc({ name }, 0);
    return {
      onChange: (isLeader) => this.#election.master.set({ name }, isLeader ? 1 : 0),
      onSlowPath: () => this.#election.slowPath.inc({ name }),
    };
  }

  started(controller: string): void {
    this.#reconcile.active.inc({ controller });
  }

  ended(controller: string, result: ReconcileResultLabel, ms: number): void {
    this.#reconcile.active.dec({ controller });
    this.#reconcile.total.inc({ controller, result });
    if (result === "error") this.#reconcile.errors.inc({ controller });
    this.#reconcile.seconds.observe({ controller }, ms / 1000);
  }

  terminal(controller: string): void {
    this.#reconcile.terminal.inc({ controller });
  }

  panicked(controller: string): void {
    this.#reconcile.panics.inc({ controller });
  }

  timedOut(controller: string): void {
    this.#reconcile.timeouts.inc({ controller });
  }

  /** Flux's duration per object. */
  observeObject(object: KubeObject | undefined, ms: number): void {
    if (object === undefined) return;
    this.#reconcile.object.observe(objectLabels(object.kind, object.metadata), ms / 1000);
  }

  /** Drops the series of an object that is gone. */
  forgetObject(kind: string, key: { readonly namespace?: string; readonly name?: string }): void {
    this.#reconcile.object.remove(objectLabels(kind, key));
  }

  /** What the queue of a controller tells its events to. */
  queueObserver(controller: string): QueueObserver {
    const labels = { controller, name: controller };
    const priorities = new Set<number>();
    return {
      added: () => this.#queue.adds.inc(labels),
      retried: () => this.#queue.retries.inc(labels),
      depthChanged: (priority, by) => {
        if (priorities.size < MAX_PRIORITIES) priorities.add(priority);
        const label = priorities.has(priority) ? String(priority) : "exceeded_cardinality_limit";
        this.#queue.depth.inc({ ...labels, priority: label }, by);
      },
      taken: (waitedMs) => this.#queue.waited.observe(labels, waitedMs / 1000),
      finished: (workedMs) => this.#queue.worked.observe(labels, workedMs / 1000),
    };
  }

  /** Brings the gauges of running work up to date; called before the metrics are read. */
  refresh(controller: string, queue: WorkQueue, clock: Clock): void {
    const labels = { controller, name: controller };
    let total = 0;
    let longest = 0;
    for (const sinceMs of queue.processing.values()) {
      const seconds = (clock.monotonic() - sinceMs) / 1000;
      total += seconds;
      longest = Math.max(longest, seconds);
    }
    this.#queue.unfinished.set(labels, total);
    this.#queue.longest.set(labels, longest);
  }
}

function objectLabels(
  kind: string,
  key: { readonly namespace?: string; readonly name?: string },
): { readonly kind: string; readonly name: string; readonly namespace: string } {
  return { kind, name: key.name ?? "", namespace: key.namespace ?? "" };
}
