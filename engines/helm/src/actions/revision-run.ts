import type { HookEvent } from "../manifests/hook.ts";
import { type Release, type ReleaseStatus, withStatus } from "../release/release.ts";
import { ReleaseActionError } from "./action-error.ts";
import type { ReleaseContext } from "./release-context.ts";
import { type HookOptions, runHooks } from "./run-hooks.ts";

/** One revision while an action works on it: the state of its record moves along. */
export class RevisionRun {
  readonly #context: ReleaseContext;
  #release: Release;

  constructor(context: ReleaseContext, release: Release) {
    this.#context = context;
    this.#release = release;
  }

  /** The revision as it is to be recorded next. */
  get release(): Release {
    return this.#release;
  }

  /** Runs the hooks of an event and keeps how they ended; `problem` comes before the cause of a failure. */
  async runHooks(event: HookEvent, options: HookOptions, problem?: string): Promise<void> {
    const { release, error } = await runHooks(this.#context, this.#release, event, options);
    this.#release = release;
    if (error === undefined) return;
    throw problem === undefined ? error : new ReleaseActionError(problem, { cause: error });
  }

  /** Records the revision in another state. */
  async record(status: ReleaseStatus, description: string): Promise<void> {
    this.#release = withStatus(this.#release, status, description);
    await this.#context.store.update(this.#release);
  }

  /** Records a failure. One that cannot be recorded is no reason to tell of something else. */
  async recordFailure(description: string): Promise<void> {
    await this.record("failed", description).catch(() => undefined);
  }
}
