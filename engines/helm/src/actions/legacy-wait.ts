import { anySignal, timeoutSignal } from "@weir/core";
import { KubeApiError } from "@weir/client";
import { findCondition, type KubeObject } from "@weir/objects";
import { ReleaseActionError } from "./action-error.ts";
import { type BuiltObject, keyOfBuilt } from "./built-object.ts";
import { isReadyLegacy, type LegacyReads } from "./legacy-ready.ts";
import type { ReleaseContext } from "./release-context.ts";

const POLL_MS = 2_000;
const RETRIES = 30;

/** How long helm 3 waits, and for what. */
export interface LegacyWaitOptions {
  readonly withJobs: boolean;
  readonly timeoutMs: number;
}

/** Waits as helm 3 does: by asking for each object every two seconds, by its own rules. */
export class LegacyWait {
  readonly #context: ReleaseContext;
  readonly #options: LegacyWaitOptions;

  constructor(context: ReleaseContext, options: LegacyWaitOptions) {
    this.#context = context;
    this.#options = options;
  }

  /** Waits for the objects of a manifest. */
  untilReady(objects: readonly BuiltObject[]): Promise<void> {
    const failures = objects.map(() => 0);
    return this.#poll(this.#context.waitSignal, async (signal) => {
      const reads = this.#reads(signal);
      for (const [at, built] of objects.entries()) {
        const isReady = await isReadyLegacy(built, reads).catch((error: unknown) => {
          signal.throwIfAborted();
          failures[at] = (failures[at] ?? 0) + 1;
          if (!isRetryable(error) || (failures[at] ?? 0) > RETRIES) throw error;
          return undefined;
        });
        if (isReady === undefined) return false;
        failures[at] = 0;
        if (!isReady) return false;
      }
      return true;
    });
  }

  /** Waits for the Jobs and Pods of a hook to succeed. */
  untilDone(objects: readonly BuiltObject[]): Promise<void> {
    const workers = objects.filter(({ kind }) => kind.kind === "Job" || kind.kind === "Pod");
    return this.#poll(undefined, async (signal) => {
      const reads = this.#reads(signal);
      for (const built of workers) {
        const live = await reads.get(built).catch(() => undefined);
        if (live === undefined || !hasSucceeded(live)) return false;
      }
      return true;
    });
  }

  #reads(signal: AbortSignal): LegacyReads {
    const { client } = this.#context;
    return {
      checkJobs: this.#options.withJobs,
      get: async (built) => {
        const live = await client.get(built.kind, keyOfBuilt(built), { signal });
        if (live !== undefined) return live as KubeObject;
        const subject = JSON.stringify(built.object.metadata.name ?? "");
        throw new ReleaseActionError(`${built.kind.plural} ${subject} not found`);
      },
      list: async (kind, namespace, labelSelector) =>
        (await client.list(kind, { namespace, labelSelector, signal })).items as readonly KubeObject[],
    };
  }

  async #poll(
    interrupt: AbortSignal | undefined,
    isDone: (signal: AbortSignal) => Promise<boolean>,
  ): Promise<void> {
    const { clock, signal } = this.#context;
    const deadline = new ReleaseActionError("context deadline exceeded");
    using timeout = timeoutSignal(clock, this.#options.timeoutMs, () => deadline);
    using stop = anySignal(signal, interrupt, timeout.signal);
    while (!(await isDone(stop.signal))) await clock.sleep(POLL_MS, stop.signal);
  }
}

/** Every error but a refusal that will stay one. */
function isRetryable(error: unknown): boolean {
  if (!(error instanceof KubeApiError)) return true;
  return error.code === 429 || (error.code >= 500 && error.code !== 501);
}

function hasSucceeded(live: KubeObject): boolean {
  const { name = "" } = live.metadata;
  const status = live["status"] as
    | { readonly phase?: string; readonly conditions?: readonly never[] }
    | undefined;
  if (live.kind === "Pod") {
    if (status?.phase === "Failed") throw new ReleaseActionError(`pod ${name} failed`);
    return status?.phase === "Succeeded";
  }
  const failed = findCondition(status?.conditions, "Failed");
  if (failed?.status === "True") throw new ReleaseActionError(`job ${name} failed: ${failed.reason}`);
  return findCondition(status?.conditions, "Complete")?.status === "True";
}
