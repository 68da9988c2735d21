import { describeError } from "@weir/core";
import { quoteGo } from "@weir/text";
import { checkReleaseName } from "../context/release-name.ts";
import { hasSystemLabel } from "../release/release-labels.ts";
import type { ApplyMethod, Release, ReleaseHook } from "../release/release.ts";
import { ReleaseActionError } from "./action-error.ts";
import { buildObjects } from "./build-objects.ts";
import type { BuiltObject } from "./built-object.ts";
import { withOwnership } from "./ownership.ts";
import type { ReleaseContext, WaitRequest, WaitStrategy } from "./release-context.ts";
import type { RenderedRelease, RenderFacts, RenderRelease } from "./rendered-release.ts";
import { DEFAULT_TIMEOUT_MS } from "./wait-for-objects.ts";

/** Where a failure happened, in helm's words before the cause. */
export async function inStep<T>(problem: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    throw new ReleaseActionError(problem, { cause });
  }
}

/** Whether a name can be a release's. */
export function isReleaseName(name: string): boolean {
  try {
    checkReleaseName(name);
    return true;
  } catch {
    return false;
  }
}

/** Renders, unless that was done before. */
export async function rendered(
  render: RenderedRelease | RenderRelease,
  facts: RenderFacts,
): Promise<RenderedRelease> {
  return typeof render === "function" ? render(facts) : render;
}

/** Hooks that have not run yet. */
export function freshHooks(hooks: RenderedRelease["hooks"]): readonly ReleaseHook[] {
  return hooks.map((hook) => ({ ...hook, lastRun: { phase: "" } }));
}

/** What a record calls a way of writing objects. */
export function applyMethodOf(serverSideApply: boolean): ApplyMethod {
  return serverSideApply ? "ssa" : "csa";
}

/** Refuses labels that are helm's own. */
export function refuseSystemLabels(labels: Readonly<Record<string, string>> = {}): void {
  if (!hasSystemLabel(labels)) return;
  throw new ReleaseActionError(
    "user supplied labels contains system reserved label name. System labels: [name owner status version createdAt modifiedAt]",
  );
}

/** The objects of a revision, marked as its own. */
export async function ownedObjects(
  context: ReleaseContext,
  release: Release,
): Promise<readonly BuiltObject[]> {
  const built = await buildObjects(context.client, release.manifest, release.namespace);
  return built.map((object) => withOwnership(object, release));
}

/** How an action waits, defaults filled in. */
export interface WaitSettings {
  readonly strategy: WaitStrategy;
  readonly withJobs: boolean;
  readonly timeoutMs: number;
}

/** Fills in the defaults; an action that undoes its failure must know of one, and so waits. */
export function waitSettings(request: WaitRequest, rollbackOnFailure = false): WaitSettings {
  const { waitStrategy = "poller", waitForJobs = false, timeoutMs = DEFAULT_TIMEOUT_MS } = request;
  const strategy = rollbackOnFailure && waitStrategy === "hookOnly" ? "poller" : waitStrategy;
  return { strategy, withJobs: waitForJobs, timeoutMs };
}

/** Why an action ended: an abort of its context counts before what it broke. */
export function failureOf(context: ReleaseContext, error: unknown): unknown {
  return context.signal?.aborted === true ? new ReleaseActionError("context canceled") : error;
}

/** `Upgrade "app" failed: …`, as descriptions of records say it. */
export function failureText(action: string, name: string, error: unknown): string {
  return `${action} ${quoteGo(name)} failed: ${describeError(error)}`;
}

/** The context for what follows a failure: it is not ended by what ended the action. */
export function withoutSignal(context: ReleaseContext): ReleaseContext {
  const { signal: _, waitSignal: __, ...rest } = context;
  return rest;
}

/** The error of an action whose revision is recorded. */
export function actionFailure(release: Release, error: unknown, message = ""): ReleaseActionError {
  return new ReleaseActionError(message, { cause: error, release });
}
