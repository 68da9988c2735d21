import { anySignal, type Clock, timeoutSignal } from "@weir/core";
import { healthOf, type HealthTarget, type JudgeHealth, subjectOf, waitForHealth } from "@weir/apply";
import { type KubeClient, KindNotServedError } from "@weir/client";
import type { KubeObject } from "@weir/objects";
import { ReleaseActionError } from "./action-error.ts";
import { type BuiltObject, identityOf, keyOfBuilt } from "./built-object.ts";
import { judgeHook, judgeJob } from "./judge-workload.ts";
import { LegacyWait } from "./legacy-wait.ts";
import type { ReleaseContext, WaitStrategy } from "./release-context.ts";

/** helm's default. */
export const DEFAULT_TIMEOUT_MS = 5 * 60_000;

/** How ready objects are waited for. */
export interface ReadyOptions {
  readonly strategy: WaitStrategy;
  readonly withJobs: boolean;
  readonly timeoutMs: number;
  /** What the API server answered to their writes: who was ready then is not asked about again. */
  readonly answers?: ReadonlyMap<string, KubeObject>;
}

/** Waits until the objects of a manifest are ready. Throws Flux's error after the timeout, or once one has failed. */
export async function waitUntilReady(
  context: ReleaseContext,
  objects: readonly BuiltObject[],
  options: ReadyOptions,
): Promise<void> {
  const { strategy, withJobs, timeoutMs } = options;
  if (strategy === "hookOnly") return;
  if (strategy === "legacy") return new LegacyWait(context, { withJobs, timeoutMs }).untilReady(objects);
  const judge = firstOf(context.judge, withJobs ? judgeJob : undefined);
  const targets = objects.filter((built) => !isPaused(built) && !wasReady(built, options.answers, judge));
  using signal = anySignal(context.signal, context.waitSignal);
  await waitForHealth(targets.map(targetOf), context, { timeoutMs, judge, signal: signal.signal });
}

function firstOf(...judges: readonly (JudgeHealth | undefined)[]): JudgeHealth {
  return (object) => {
    for (const judge of judges) {
      const health = judge?.(object);
      if (health !== undefined) return health;
    }
    return undefined;
  };
}

function isPaused({ kind, object }: BuiltObject): boolean {
  const spec = object["spec"] as { readonly paused?: boolean } | undefined;
  return kind.group === "apps" && kind.kind === "Deployment" && spec?.paused === true;
}

function wasReady(
  built: BuiltObject,
  answers: ReadonlyMap<string, KubeObject> | undefined,
  judge: JudgeHealth,
): boolean {
  const answer = answers?.get(identityOf(built));
  return answer !== undefined && healthOf(answer, judge).status === "Current";
}

function targetOf(built: BuiltObject): HealthTarget {
  const { apiVersion, kind } = built.object;
  return { apiVersion, kind, metadata: keyOfBuilt(built) };
}

/**
 * Waits until the objects of a hook have done their work: Jobs are complete and Pods have succeeded, all others are ready
 * as they are.
 */
export async function waitForHook(
  context: ReleaseContext,
  objects: readonly BuiltObject[],
  { strategy, timeoutMs }: Pick<ReadyOptions, "strategy" | "timeoutMs">,
): Promise<void> {
  if (strategy === "legacy") return new LegacyWait(context, { withJobs: true, timeoutMs }).untilDone(objects);
  const { judge, signal } = context;
  const targets = judge === undefined ? objects.filter(({ kind }) => doesWork(kind)) : objects;
  await waitForHealth(targets.map(targetOf), context, {
    timeoutMs,
    judge: firstOf(judge, judgeHook),
    ...(signal === undefined ? {} : { signal }),
  });
}

function doesWork({ group, kind }: BuiltObject["kind"]): boolean {
  return (group === "batch" && kind === "Job") || (group === "" && kind === "Pod");
}

/** Waits until objects are gone, one after the other, as Flux does. */
export async function waitUntilGone(
  context: ReleaseContext,
  objects: readonly BuiltObject[],
  { strategy, timeoutMs }: Pick<ReadyOptions, "strategy" | "timeoutMs">,
): Promise<void> {
  if (strategy === "hookOnly") return;
  const { clock, client } = context;
  const deadline = new ReleaseActionError("context deadline exceeded");
  using timeout = timeoutSignal(clock, timeoutMs, () => deadline);
  using stop = anySignal(context.signal, timeout.signal);
  for (const built of objects) {
    try {
      await untilGone({ client, clock, signal: stop.signal }, built);
    } catch (cause) {
      context.signal?.throwIfAborted();
      if (strategy === "legacy") throw cause;
      throw new ReleaseActionError(`${subjectOf(built.object)} termination timeout`, { cause });
    }
  }
}

interface GoneDeps {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const RETRY_MS = 1_000;

async function untilGone(deps: GoneDeps, built: BuiltObject): Promise<void> {
  while (!(await isGone(deps, built))) {
    await sawDeletion(deps, built).catch((error: unknown) => {
      // A stream that breaks off is opened again.
      if (error instanceof KindNotServedError) return;
      deps.signal.throwIfAborted();
    });
    deps.signal.throwIfAborted();
    if (!(await isGone(deps, built))) await deps.clock.sleep(RETRY_MS, deps.signal);
  }
}

async function isGone({ client, signal }: GoneDeps, built: BuiltObject): Promise<boolean> {
  try {
    return (await client.get(built.kind, keyOfBuilt(built), { signal })) === undefined;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof KindNotServedError) return true;
    throw error;
  }
}

/** Ends once the object is deleted, or was not there when the stream began. */
async function sawDeletion({ client, signal }: GoneDeps, built: BuiltObject): Promise<void> {
  const { namespace, name } = keyOfBuilt(built);
  const events = client.watch(built.kind, {
    ...(namespace === undefined ? {} : { namespace }),
    fieldSelector: `metadata.name=${name}`,
    sendInitialEvents: true,
    signal,
  });
  let isThere = false;
  for await (const event of events) {
    if (event.type === "DELETED" || event.type === "ERROR") return;
    if (event.type === "BOOKMARK") {
      if (event.initialEventsEnd && !isThere) return;
    } else isThere = true;
  }
}
