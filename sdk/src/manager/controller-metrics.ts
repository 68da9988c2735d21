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
import type { Series } from "./metric-series.ts";

/** How a run ended, as controller-runtime counts it. */
export type ReconcileResultLabel = "success" | "error" | "requeue" | "requeue_after";

const RESULTS: readonly ReconcileResultLabel[] = ["success", "error", "requeue", "requeue_after"];

/** As controller-runtime, so that priorities set by users cannot make endless series. */
const MAX_PRIORITIES = 25;

/** The numbers that each run of a controller changes. */
interface RunSeries {
  readonly active: Series;
  readonly total: Readonly<Record<ReconcileResultLabel, Series>>;
  readonly errors: Series;
  readonly terminal: Series;
  readonly panics: Series;
  readonly timeouts: Series;
  /** In the histogram of run times. */
  readonly slot: number;
}

/**
 * The metrics of the controllers of one manager, under the names of controller-runtime and Flux, in the registry that
 * was handed in. All series of a controller exist from its start, with zero.
 */
export class ManagerMetrics {
  readonly #reconcile: ReconcileFamilies;
  readonly #queue: QueueFamilies;
  readonly #election: ElectionFamilies;
  readonly #runs = new Map<string, RunSeries>();

  constructor(registry: Registry) {
    this.#reconcile = reconcileFamilies(registry);
    this.#queue = queueFamilies(registry);
    this.#election = electionFamilies(registry);
  }

  /** Makes all series of a controller. */
  prepare(controller: string, concurrency: number): void {
    this.#seriesOf(controller);
    this.#reconcile.workers.series({ controller }).value = concurrency;
    const queue = { controller, name: controller };
    this.#queue.adds.series(queue);
    this.#queue.retries.series(queue);
    this.#queue.depth.series({ ...queue, priority: "0" });
  }

  /** What the elector of a lease tells its changes to. */
  electionObserver(name: string): Pick<LeaderElectorOptions, "onChange" | "onSlowPath"> {
    const master = this.#election.master.series({ name });
    const slowPath = this.#election.slowPath.series({ name });
    master.value = 0;
    return {
      onChange: (isLeader) => void (master.value = isLeader ? 1 : 0),
      onSlowPath: () => void (slowPath.value += 1),
    };
  }

  started(controller: string): void {
    this.#seriesOf(controller).active.value += 1;
  }

  ended(controller: string, result: ReconcileResultLabel, ms: number): void {
    const { active, total, errors, slot } = this.#seriesOf(controller);
    active.value -= 1;
    total[result].value += 1;
    if (result === "error") errors.value += 1;
    this.#reconcile.seconds.observe(slot, ms / 1000);
  }

  terminal(controller: string): void {
    this.#seriesOf(controller).terminal.value += 1;
  }

  panicked(controller: string): void {
    this.#seriesOf(controller).panics.value += 1;
  }

  timedOut(controller: string): void {
    this.#seriesOf(controller).timeouts.value += 1;
  }

  /** Flux's duration per object. */
  observeObject(object: KubeObject | undefined, ms: number): void {
    if (object === undefined) return;
    const series = this.#reconcile.object;
    series.observe(series.slot(objectLabels(object.kind, object.metadata)), ms / 1000);
  }

  /** Drops the series of an object that is gone. */
  forgetObject(kind: string, key: { readonly namespace?: string; readonly name?: string }): void {
    this.#reconcile.object.remove(objectLabels(kind, key));
  }

  /** What the queue of a controller tells its events to. */
  queueObserver(controller: string): QueueObserver {
    const labels = { controller, name: controller };
    const { waited, worked } = this.#queue;
    const waitedSlot = waited.slot([controller, controller]);
    const workedSlot = worked.slot([controller, controller]);
    const adds = this.#queue.adds.series(labels);
    const retries = this.#queue.retries.series(labels);
    const depths = new Map<number, Series>();
    const depthOf = (priority: number): Series => {
      if (depths.size >= MAX_PRIORITIES)
        return this.#queue.depth.series({ ...labels, priority: "exceeded_cardinality_limit" });
      const depth = this.#queue.depth.series({ ...labels, priority: String(priority) });
      depths.set(priority, depth);
      return depth;
    };
    return {
      added: () => void (adds.value += 1),
      retried: () => void (retries.value += 1),
      depthChanged: (priority, by) => void ((depths.get(priority) ?? depthOf(priority)).value += by),
      taken: (waitedMs) => waited.observe(waitedSlot, waitedMs / 1000),
      finished: (workedMs) => worked.observe(workedSlot, workedMs / 1000),
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
    this.#queue.unfinished.series(labels).value = total;
    this.#queue.longest.series(labels).value = longest;
  }

  #seriesOf(controller: string): RunSeries {
    let series = this.#runs.get(controller);
    if (series === undefined) this.#runs.set(controller, (series = this.#makeSeries(controller)));
    return series;
  }

  #makeSeries(controller: string): RunSeries {
    const { total, active, errors, terminal, panics, timeouts, seconds } = this.#reconcile;
    const labels = { controller };
    const byResult = RESULTS.map((result) => [result, total.series({ controller, result })] as const);
    return {
      active: active.series(labels),
      total: Object.fromEntries(byResult) as Record<ReconcileResultLabel, Series>,
      errors: errors.series(labels),
      terminal: terminal.series(labels),
      panics: panics.series(labels),
      timeouts: timeouts.series(labels),
      slot: seconds.slot([controller]),
    };
  }
}

/** The values of the labels `kind`, `name` and `namespace`. */
function objectLabels(
  kind: string,
  key: { readonly namespace?: string; readonly name?: string },
): readonly string[] {
  return [kind, key.name ?? "", key.namespace ?? ""];
}
