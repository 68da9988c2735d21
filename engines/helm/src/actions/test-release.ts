import type { Release, ReleaseHook } from "../release/release.ts";
import { ReleaseNotFoundError } from "../release/release-error.ts";
import { ReleaseActionError } from "./action-error.ts";
import type { ReleaseContext } from "./release-context.ts";
import { actionFailure, failureOf, isReleaseName } from "./release-steps.ts";
import { runHooks } from "./run-hooks.ts";
import { DEFAULT_TIMEOUT_MS } from "./wait-for-objects.ts";

/** Which tests of a release are run. */
export interface TestRequest {
  readonly name: string;
  /** The longest time of one test; 5 minutes by default. */
  readonly timeoutMs?: number;
  /** Names of the hooks that are run; all by default. */
  readonly include?: readonly string[];
  /** Names of the hooks that are left out. */
  readonly exclude?: readonly string[];
}

/**
 * Runs the test hooks of the newest revision and records how they ended. A failing test is a `ReleaseActionError`. A test
 * that a dead operation left running is followed to its end and not started again.
 */
export async function testRelease(context: ReleaseContext, request: TestRequest): Promise<Release> {
  const { name, timeoutMs = DEFAULT_TIMEOUT_MS } = request;
  if (!isReleaseName(name)) throw new ReleaseActionError(`releaseTest: Release name is invalid: ${name}`);
  const last = await context.store.last(name);
  if (last === undefined) throw new ReleaseNotFoundError();
  const isRun = (hook: ReleaseHook): boolean => isChosen(hook, request);
  // Tests that are left out come first in the record, as in helm.
  const hooks = [...last.hooks.filter((hook) => !isRun(hook)), ...last.hooks.filter(isRun)];
  const revision = { ...last, hooks };
  if (!hooks.some((hook) => isRun(hook) && hook.events.includes("test"))) {
    await context.store.update(revision);
    return revision;
  }
  const { release, error } = await runHooks(context, revision, "test", {
    strategy: "poller",
    timeoutMs,
    serverSideApply: last.applyMethod === "ssa",
    isChosen: isRun,
    wasStarted: ({ lastRun }) => lastRun.phase === "Running",
    recordsEnd: true,
  });
  if (error === undefined) return release;
  throw actionFailure(release, failureOf(context, error));
}

function isChosen({ name }: ReleaseHook, { include = [], exclude = [] }: TestRequest): boolean {
  return !exclude.includes(name) && (include.length === 0 || include.includes(name));
}
