import { hooksOf, type HookEvent } from "../manifests/hook.ts";
import { recordTime } from "../release/record-time.ts";
import type { HookRun, Release, ReleaseHook } from "../release/release.ts";
import { ReleaseActionError } from "./action-error.ts";
import { buildObjects } from "./build-objects.ts";
import { type BuiltObject, keyOfBuilt } from "./built-object.ts";
import { outputHookLogs } from "./hook-output.ts";
import type { ReleaseContext, WaitStrategy } from "./release-context.ts";
import { waitForHook, waitUntilGone } from "./wait-for-objects.ts";
import { createObjects, deleteObjects, joined } from "./write-objects.ts";

/** How hooks run. */
export interface HookOptions {
  readonly strategy: WaitStrategy;
  readonly timeoutMs: number;
  readonly serverSideApply: boolean;
  /**
   * Tells hooks that an operation which was cut short has started already: they are followed to their end and not started
   * again. None by default.
   */
  readonly wasStarted?: (hook: ReleaseHook) => boolean;
  /** Leaves hooks out; all run by default. */
  readonly isChosen?: (hook: ReleaseHook) => boolean;
  /** Records how the hooks ended before any of them is deleted, for operations that can be resumed. */
  readonly recordsEnd?: boolean;
}

/** How the hooks of an event ended. */
export interface HookOutcome {
  /** The release with the last runs of its hooks. */
  readonly release: Release;
  readonly error?: unknown;
}

/**
 * Runs the hooks of an event, one after the other. Each is marked as started in the record before it is created, so that
 * whoever finds the record knows what has begun; where that cannot be recorded, the hook does not run.
 */
export async function runHooks(
  context: ReleaseContext,
  release: Release,
  event: HookEvent,
  options: HookOptions,
): Promise<HookOutcome> {
  return new HookRunner(context, release, options).run(event);
}

class HookRunner {
  readonly #context: ReleaseContext;
  readonly #options: HookOptions;
  #release: Release;
  /** The hook that did not end well, once it ran. */
  #failed: number | undefined;

  constructor(context: ReleaseContext, release: Release, options: HookOptions) {
    this.#context = context;
    this.#release = release;
    this.#options = options;
  }

  async run(event: HookEvent): Promise<HookOutcome> {
    const { isChosen = () => true } = this.#options;
    const hooks = (hooksOf(event, this.#release.hooks) as readonly ReleaseHook[]).filter(isChosen);
    const places = hooks.map((hook) => this.#release.hooks.indexOf(hook));
    const done: number[] = [];
    try {
      for (const place of places) {
        await this.#runOne(place, event);
        done.push(place);
      }
      await this.#recordEnd(places.length > 0);
      await this.#cleanUpAfterSuccess(done);
    } catch (error) {
      const failure = await this.#afterFailure(error, done);
      return { release: this.#release, error: failure };
    }
    return { release: this.#release };
  }

  #hook(place: number): ReleaseHook {
    return this.#release.hooks[place] as ReleaseHook;
  }

  #set(place: number, change: Partial<ReleaseHook>): void {
    const hooks = this.#release.hooks.with(place, { ...this.#hook(place), ...change });
    this.#release = { ...this.#release, hooks };
  }

  async #runOne(place: number, event: HookEvent): Promise<void> {
    if (this.#hook(place).deletePolicies.length === 0) {
      this.#set(place, { deletePolicies: ["before-hook-creation"] });
    }
    const hook = this.#hook(place);
    const isResumed = this.#options.wasStarted?.(hook) === true;
    if (isResumed && hook.lastRun.phase === "Succeeded") return;
    if (!isResumed) await this.#deleteByPolicy(hook, "before-hook-creation");
    const objects = await this.#build(
      hook,
      `unable to build kubernetes object for ${event} hook ${hook.path}`,
    );
    if (!isResumed) {
      this.#set(place, { lastRun: { startedAt: this.#now(), phase: "Running" } });
      await this.#context.store.update(this.#release);
    }
    await this.#create(place, isResumed ? await this.#missing(objects) : objects, event);
    await this.#follow(place, objects);
  }

  async #create(place: number, objects: readonly BuiltObject[], event: HookEvent): Promise<void> {
    if (objects.length === 0) return;
    const { serverSideApply } = this.#options;
    try {
      await createObjects(this.#context, objects, { serverSideApply, forceConflicts: false });
    } catch (cause) {
      this.#end(place, "Failed");
      this.#context.signal?.throwIfAborted();
      const { path } = this.#hook(place);
      throw new ReleaseActionError(`warning: Hook ${event} ${path} failed`, { cause });
    }
  }

  async #follow(place: number, objects: readonly BuiltObject[]): Promise<void> {
    try {
      await waitForHook(this.#context, objects, this.#options);
    } catch (error) {
      this.#end(place, "Failed");
      this.#context.signal?.throwIfAborted();
      await this.#output(place, "hook-failed");
      this.#failed = place;
      throw error;
    }
    this.#end(place, "Succeeded");
  }

  #end(place: number, phase: HookRun["phase"]): void {
    const { lastRun } = this.#hook(place);
    this.#set(place, { lastRun: { ...lastRun, completedAt: this.#now(), phase } });
  }

  async #recordEnd(hasRun: boolean): Promise<void> {
    if (hasRun && this.#options.recordsEnd === true) await this.#context.store.update(this.#release);
  }

  async #cleanUpAfterSuccess(places: readonly number[]): Promise<void> {
    for (const place of places.toReversed()) {
      await this.#output(place, "hook-succeeded");
      await this.#deleteByPolicy(this.#hook(place), "hook-succeeded");
    }
  }

  /** The hook's own failure is what is told, unless the hooks before it cannot be deleted. */
  async #afterFailure(error: unknown, done: readonly number[]): Promise<unknown> {
    try {
      await this.#recordEnd(true);
      if (this.#failed === undefined) return error;
      await this.#deleteByPolicy(this.#hook(this.#failed), "hook-failed").catch(() => undefined);
      for (const place of done) await this.#deleteByPolicy(this.#hook(place), "hook-succeeded");
      return error;
    } catch (failure) {
      return this.#failed === undefined ? error : failure;
    }
  }

  /** Definitions are never deleted: all objects of their kind would go with them. */
  async #deleteByPolicy(hook: ReleaseHook, policy: string): Promise<void> {
    if (hook.kind === "CustomResourceDefinition" || !hook.deletePolicies.includes(policy)) return;
    const objects = await this.#build(
      hook,
      `unable to build kubernetes object for deleting hook ${hook.path}`,
    );
    const { failures, lingering } = await deleteObjects(this.#context, objects, "Background");
    if (failures.length > 0) throw joined(failures, "; ");
    // The next hook may have the name of one that is still there, whatever else is waited for.
    const { strategy, timeoutMs } = this.#options;
    const wait = { timeoutMs, strategy: strategy === "hookOnly" ? "poller" : strategy } as const;
    await waitUntilGone(this.#context, lingering, wait);
  }

  async #build(hook: ReleaseHook, problem: string): Promise<readonly BuiltObject[]> {
    try {
      return await buildObjects(this.#context.client, hook.manifest, this.#release.namespace);
    } catch (cause) {
      throw new ReleaseActionError(problem, { cause });
    }
  }

  async #missing(objects: readonly BuiltObject[]): Promise<readonly BuiltObject[]> {
    const missing: BuiltObject[] = [];
    for (const built of objects) {
      const live = await this.#context.client.get(built.kind, keyOfBuilt(built));
      if (live === undefined) missing.push(built);
    }
    return missing;
  }

  /** What cannot be printed is no failure of the hook. */
  async #output(place: number, policy: string): Promise<void> {
    const hook = this.#hook(place);
    if (!hook.outputLogPolicies.includes(policy)) return;
    await outputHookLogs(this.#context, hook, this.#release.namespace).catch(() => undefined);
  }

  #now(): string {
    return recordTime(this.#context.clock.now());
  }
}
