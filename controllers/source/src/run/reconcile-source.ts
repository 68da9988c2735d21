import { ArtifactStorageError, UnsafeArchiveError } from "@weir/artifact";
import { goDurationMs, type Outcome, type Random } from "@weir/core";
import type { ObjectMeta } from "@weir/objects";
import { SourceEvents, type SourceHistory } from "../report/source-events.ts";
import { SourceStepError } from "../source-error.ts";
import type { SourceContext } from "./source-context.ts";

/** When sources are looked at again. */
export interface SourceTiming {
  readonly random: Random;
  /** By how much of itself an interval may be longer or shorter, so that many do not end at once; 0.05 by default. */
  readonly intervalJitter?: number;
}

/** What every source's runs read of it. */
export interface ReconciledSource extends SourceHistory {
  readonly metadata: Readonly<ObjectMeta>;
  readonly spec?: { readonly interval?: string | undefined };
  readonly status?: SourceHistory["status"] & { readonly observedGeneration?: number | undefined };
}

type Stalled = Extract<Outcome, { readonly kind: "stalled" }>;

/** What the runs of one kind of source do. */
export interface SourceSteps {
  /** Why the object cannot be reconciled as it is declared. */
  readonly refused?: Stalled | undefined;
  /** The steps; they throw a `SourceStepError` where one fails. An outcome takes the place of settling. */
  readonly run: (events: SourceEvents) => Promise<Outcome | void>;
  /** The step errors of the kind's own engines; `undefined` where an error is none of these. */
  readonly asStepError?: (error: unknown) => SourceStepError | undefined;
}

const INTERVAL_JITTER = 0.05;

/** The way of every source's run: what it is about, the steps, and what is said and recorded where one fails. */
export async function reconcileSource(
  source: ReconciledSource,
  ctx: SourceContext,
  timing: SourceTiming,
  { refused, run, asStepError }: SourceSteps,
): Promise<Outcome> {
  const events = new SourceEvents(source, ctx);
  ctx.record({ progress: startOf(source) });
  if (refused !== undefined) {
    ctx.record({ failure: "FetchFailed" });
    events.failed(refused);
    return refused;
  }
  try {
    return (await run(events)) ?? { kind: "settled", recheckAfterMs: intervalMs(source, timing) };
  } catch (error) {
    ctx.signal.throwIfAborted();
    const failure = asStepError?.(error) ?? asSharedStepError(error);
    if (failure === undefined) throw error;
    ctx.record({ failure: failure.condition });
    events.failed(failure.told ?? failure, failure.condition === "IncludeUnavailable" ? "Normal" : "Warning");
    throw failure;
  }
}

/** Flux says what a run is about where it is a new generation. */
function startOf({ metadata: { generation = 0 }, status }: ReconciledSource): string {
  const observed = status?.observedGeneration ?? -1;
  return generation === observed
    ? "reconciliation in progress"
    : `processing object: new generation ${observed} -> ${generation}`;
}

/** The interval, a little longer or shorter, so that many sources do not fetch at once. */
function intervalMs({ spec }: ReconciledSource, timing: SourceTiming): number {
  const { random, intervalJitter = INTERVAL_JITTER } = timing;
  const jitter = 1 + intervalJitter * (2 * random.next() - 1);
  return goDurationMs(spec?.interval ?? DEFAULT_INTERVAL) * jitter;
}

/** A HelmRepository may leave its interval out; Flux looks again after a minute. */
const DEFAULT_INTERVAL = "1m";

function asSharedStepError(error: unknown): SourceStepError | undefined {
  if (error instanceof SourceStepError) return error;
  if (error instanceof ArtifactStorageError || error instanceof UnsafeArchiveError) {
    const failure = { condition: "StorageOperationFailed", reason: error.reason } as const;
    const options = error.cause === undefined ? {} : { cause: error.cause };
    return new SourceStepError(failure, error.message, options);
  }
  return undefined;
}
