import { anySignal, type Clock, describeError, timeoutSignal, WeirError, type RetryPolicy } from "@weir/core";
import { type Kind, type KubeClient, KindNotServedError, type WatchEvent } from "@weir/client";
import type { KubeObject } from "@weir/objects";
import { kindOf } from "../apply/apply-objects.ts";
import {
  describeHealth,
  type HealthStatus,
  type HealthTarget,
  healthOf,
  type JudgeHealth,
} from "./health-status.ts";

/** What waiting needs from the outside. */
export interface HealthDeps {
  readonly client: KubeClient;
  readonly clock: Clock;
}

/** How health is waited for. */
export interface HealthOptions {
  readonly timeoutMs: number;
  /** Judges kinds that kstatus does not know. */
  readonly judge?: JudgeHealth;
  readonly signal?: AbortSignal;
}

/** Objects did not become healthy; the message is Flux's. */
export class HealthCheckError extends WeirError {
  override readonly name = "HealthCheckError";
  readonly reason = "HealthCheckFailed";
  readonly retry: RetryPolicy = "backoff";
  readonly kind: "failed-early" | "timeout";

  constructor(kind: "failed-early" | "timeout", unhealthy: readonly string[]) {
    const intro = kind === "timeout" ? "timeout waiting for" : "failed early due to stalled resources";
    super(`${intro}: [${unhealthy.join(", ")}]`);
    this.kind = kind;
  }
}

const RETRY_MS = 1_000;

/**
 * Waits until every target is Current, told by watches and not by polling. Throws `HealthCheckError` as soon as one has
 * failed for good, or after the timeout with all that are not healthy, and the signal's reason when it aborts.
 */
export async function waitForHealth(
  targets: readonly HealthTarget[],
  deps: HealthDeps,
  options: HealthOptions,
): Promise<void> {
  if (targets.length === 0) return;
  await new HealthWait(targets, deps, options).run();
}

class HealthWait {
  readonly #targets: ReadonlyMap<string, HealthTarget>;
  readonly #statuses = new Map<string, HealthStatus>();
  readonly #deps: HealthDeps;
  readonly #options: HealthOptions;
  readonly #done = Promise.withResolvers<void>();
  #unhealthy: number;

  constructor(targets: readonly HealthTarget[], deps: HealthDeps, options: HealthOptions) {
    this.#targets = new Map(targets.map((target) => [keyOfTarget(target), target]));
    this.#unhealthy = this.#targets.size;
    this.#deps = deps;
    this.#options = options;
    for (const key of this.#targets.keys()) this.#statuses.set(key, { status: "Unknown" });
  }

  async run(): Promise<void> {
    const { signal, timeoutMs } = this.#options;
    using timeout = timeoutSignal(this.#deps.clock, timeoutMs, () => this.#failure("timeout"));
    const finished = new AbortController();
    using stop = anySignal(signal, timeout.signal, finished.signal);
    const onStop = (): void => this.#done.reject(stop.signal.reason);
    stop.signal.addEventListener("abort", onStop, { once: true });
    const watches = groupTargets([...this.#targets.values()]).map((group) =>
      this.#follow(group, stop.signal),
    );
    try {
      await this.#done.promise;
    } finally {
      finished.abort();
      await Promise.allSettled(watches);
    }
  }

  async #follow(group: TargetGroup, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#followOnce(group, signal);
      } catch (error) {
        if (signal.aborted) return;
        this.#reportProblem(group, error);
      }
      await this.#deps.clock.sleep(RETRY_MS, signal).catch(() => {});
    }
  }

  /** What the initial events do not hold does not exist; what comes after is change. */
  async #followOnce(group: TargetGroup, signal: AbortSignal): Promise<void> {
    const unseen = new Set(group.keys);
    const [only] = group.targets;
    const events = this.#deps.client.watch(group.kind, {
      sendInitialEvents: true,
      signal,
      ...(group.namespace === undefined ? {} : { namespace: group.namespace }),
      ...(group.targets.length === 1 && only !== undefined
        ? { fieldSelector: `metadata.name=${only.metadata.name}` }
        : {}),
    });
    for await (const event of events) this.#take(event, group, unseen);
  }

  #take(event: WatchEvent, group: TargetGroup, unseen: Set<string>): void {
    if (event.type === "ERROR") return;
    if (event.type === "BOOKMARK") {
      if (!event.initialEventsEnd) return;
      for (const key of unseen) this.#set(key, { status: "NotFound" });
      unseen.clear();
      return;
    }
    const key = keyOfTarget(event.object as HealthTarget, group.apiVersion);
    unseen.delete(key);
    if (!this.#targets.has(key)) return;
    if (event.type === "DELETED") this.#set(key, healthOfDeleted(event.object));
    else this.#set(key, healthOf(event.object, this.#options.judge));
  }

  #reportProblem(group: TargetGroup, error: unknown): void {
    const health: HealthStatus =
      error instanceof KindNotServedError
        ? { status: "NotFound" }
        : { status: "Unknown", problem: describeError(error) };
    for (const key of group.keys) this.#set(key, health);
  }

  #set(key: string, health: HealthStatus): void {
    const before = this.#statuses.get(key)?.status;
    this.#statuses.set(key, health);
    if (health.status === "Current" && before !== "Current") this.#unhealthy -= 1;
    if (health.status !== "Current" && before === "Current") this.#unhealthy += 1;
    if (health.status === "Failed") this.#done.reject(this.#failure("failed-early"));
    if (this.#unhealthy === 0) this.#done.resolve();
  }

  #failure(kind: "failed-early" | "timeout"): HealthCheckError {
    const listed = [...this.#targets].filter(([key]) => {
      const status = this.#statuses.get(key)?.status;
      return kind === "timeout" ? status !== "Current" : status === "Failed";
    });
    return new HealthCheckError(
      kind,
      listed.map(([key, target]) => describeHealth(target, this.#statuses.get(key) ?? { status: "Unknown" })),
    );
  }
}

/** A finished Job that its time to live took away has done what it was for. */
function healthOfDeleted(object: KubeObject): HealthStatus {
  const spec = object["spec"] as { readonly ttlSecondsAfterFinished?: number } | undefined;
  const isExpiredJob = object.kind === "Job" && spec?.ttlSecondsAfterFinished !== undefined;
  return isExpiredJob && healthOf(object).status === "Current"
    ? { status: "Current" }
    : { status: "NotFound" };
}

interface TargetGroup {
  readonly apiVersion: string;
  readonly kind: Kind;
  readonly namespace: string | undefined;
  readonly targets: readonly HealthTarget[];
  readonly keys: readonly string[];
}

/** One watch per kind and namespace. */
function groupTargets(targets: readonly HealthTarget[]): readonly TargetGroup[] {
  const groups = Map.groupBy(targets, (target) =>
    JSON.stringify([target.apiVersion, target.kind, target.metadata.namespace ?? ""]),
  );
  return [...groups.values()].flatMap((members) => {
    const [first] = members;
    if (first === undefined) return [];
    return {
      apiVersion: first.apiVersion,
      kind: kindOf(first),
      namespace: first.metadata.namespace,
      targets: members,
      keys: members.map((target) => keyOfTarget(target)),
    };
  });
}

function keyOfTarget(target: HealthTarget, apiVersion = target.apiVersion): string {
  return JSON.stringify([apiVersion, target.kind, target.metadata.namespace ?? "", target.metadata.name]);
}
