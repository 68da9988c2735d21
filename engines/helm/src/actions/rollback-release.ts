import type { KubeObject } from "@weir/objects";
import { recordTime } from "../release/record-time.ts";
import { ReleaseNotFoundError } from "../release/release-error.ts";
import type { Release } from "../release/release.ts";
import { ReleaseActionError } from "./action-error.ts";
import { logDebug, logLine } from "./action-log.ts";
import { resolveApplyMode, type ServerSideApplyMode } from "./apply-mode.ts";
import { buildObjects } from "./build-objects.ts";
import type { BuiltObject } from "./built-object.ts";
import { withOwnership } from "./ownership.ts";
import type { ReleaseContext, WaitRequest, WriteRequest } from "./release-context.ts";
import {
  actionFailure,
  applyMethodOf,
  failureOf,
  failureText,
  inStep,
  isReleaseName,
  type WaitSettings,
  waitSettings,
  withoutSignal,
} from "./release-steps.ts";
import { RevisionRun } from "./revision-run.ts";
import { waitUntilReady } from "./wait-for-objects.ts";
import { deleteObjects, joined, updateObjects, type UpdateResult } from "./write-objects.ts";

/** What is rolled back, and to what. */
export interface RollbackRequest extends WaitRequest, Omit<WriteRequest, "takeOwnership"> {
  readonly name: string;
  /** The revision whose content comes back; 0, the default, is the one before the newest. */
  readonly version?: number;
  /** `auto`, the default, is the method of the revision that comes back. */
  readonly serverSideApply?: ServerSideApplyMode;
  /** How many revisions are kept; 0, the default, keeps all. */
  readonly maxHistory?: number;
  /** Deletes what a failed rollback created; false by default. */
  readonly cleanupOnFail?: boolean;
}

/**
 * Makes a new revision that copies an old one: nothing is rendered again. Every revision that was deployed becomes
 * `superseded`. Throws a `ReleaseActionError` that carries the new revision once there is one.
 */
export async function rollbackRelease(context: ReleaseContext, request: RollbackRequest): Promise<Release> {
  const { name, maxHistory = 0 } = request;
  logDebug(context, "preparing rollback", { name });
  const { current, target, history } = await prepareRollback(context, request);
  logDebug(context, "creating rolled back release", { name });
  await context.store.create(target, { maxHistory, history });
  logDebug(context, "performing rollback", { name });
  return new Rollback(context, request, current).run(target);
}

interface RollbackPlan {
  readonly history: readonly Release[];
  readonly current: Release;
  readonly target: Release;
}

async function prepareRollback(context: ReleaseContext, request: RollbackRequest): Promise<RollbackPlan> {
  const { name, version = 0 } = request;
  if (!isReleaseName(name)) throw new ReleaseActionError(`prepareRollback: Release name is invalid: ${name}`);
  if (version < 0) throw new ReleaseActionError("invalid release revision");
  const history = await context.store.history(name);
  const current = history.at(-1);
  if (current === undefined) throw new ReleaseNotFoundError();
  const wanted = version === 0 ? current.version - 1 : version;
  if (!history.some((release) => release.version === wanted)) {
    throw new ReleaseActionError(`release has no ${wanted} version`);
  }
  const fields = { name, currentVersion: current.version, targetVersion: wanted };
  logDebug(context, "rolling back", fields);
  const previous = await context.store.get(name, wanted);
  if (previous === undefined) throw new ReleaseNotFoundError();
  const serverSideApply = resolveApplyMode(request.serverSideApply, previous.applyMethod);
  const target: Release = {
    name,
    namespace: current.namespace,
    version: current.version + 1,
    info: {
      ...(current.info.firstDeployed === undefined ? {} : { firstDeployed: current.info.firstDeployed }),
      lastDeployed: recordTime(context.clock.now()),
      status: "pending-rollback",
      description: `Rollback to ${wanted}`,
      notes: previous.info.notes,
    },
    chart: previous.chart,
    config: previous.config,
    manifest: previous.manifest,
    hooks: previous.hooks,
    applyMethod: applyMethodOf(serverSideApply),
    labels: previous.labels,
  };
  return { current, target, history };
}

class Rollback {
  readonly #context: ReleaseContext;
  readonly #request: RollbackRequest;
  readonly #current: Release;
  readonly #wait: WaitSettings;

  constructor(context: ReleaseContext, request: RollbackRequest, current: Release) {
    this.#context = context;
    this.#request = request;
    this.#current = current;
    this.#wait = waitSettings(request);
  }

  async run(target: Release): Promise<Release> {
    const revision = new RevisionRun(this.#context, target);
    try {
      await this.#perform(revision);
      await this.#supersedeDeployed();
    } catch (error) {
      if (error instanceof ReleaseActionError && error.release !== undefined) throw error;
      await this.#recordFailure(revision, "Rollback", failureOf(this.#context, error));
    }
    const { name } = target;
    logDebug(this.#context, "updating status for rolled back release", { name });
    try {
      await revision.record("deployed", target.info.description);
    } catch (cause) {
      throw actionFailure(target, cause);
    }
    return revision.release;
  }

  async #perform(revision: RevisionRun): Promise<void> {
    const { disableHooks = false, name } = this.#request;
    const serverSideApply = revision.release.applyMethod === "ssa";
    const sets = await this.#buildObjects(revision.release);
    const hooks = { ...this.#wait, serverSideApply };
    if (disableHooks) logDebug(this.#context, "rollback hooks disabled", { name });
    else await revision.runHooks("pre-rollback", hooks);
    const answers = new Map<string, KubeObject>();
    const result = await this.#writeObjects(sets, serverSideApply, answers);
    if (result.error !== undefined) await this.#failUpdate(revision, result);
    await this.#waitUntilReady(revision, sets.targets, answers);
    if (!disableHooks) await revision.runHooks("post-rollback", hooks);
  }

  async #buildObjects(target: Release): Promise<RollbackObjects> {
    const { client } = this.#context;
    const { manifest, namespace } = this.#current;
    const originals = await inStep("unable to build kubernetes objects from current release manifest", () =>
      buildObjects(client, manifest, namespace),
    );
    const targets = await inStep("unable to build kubernetes objects from new release manifest", () =>
      buildObjects(client, target.manifest, target.namespace),
    );
    return { originals, targets: targets.map((built) => withOwnership(built, target)) };
  }

  #writeObjects(
    sets: RollbackObjects,
    serverSideApply: boolean,
    answers: Map<string, KubeObject>,
  ): Promise<UpdateResult> {
    const { forceConflicts = false, forceReplace = false } = this.#request;
    return updateObjects(this.#context, sets, {
      serverSideApply,
      forceConflicts: forceConflicts && serverSideApply,
      forceReplace: forceReplace && !serverSideApply,
      upgradeFieldManager: true,
      answers,
    });
  }

  async #waitUntilReady(
    revision: RevisionRun,
    targets: readonly BuiltObject[],
    answers: ReadonlyMap<string, KubeObject>,
  ): Promise<void> {
    try {
      await waitUntilReady(this.#context, targets, { ...this.#wait, answers });
    } catch (error) {
      const failure = failureOf(this.#context, error);
      const { name } = this.#request;
      await revision.recordFailure(failureText("Release", name, failure));
      throw actionFailure(revision.release, failure, `release ${name} failed`);
    }
  }

  /** What is on the cluster then is neither revision's, so that the one before counts as superseded. */
  async #failUpdate(revision: RevisionRun, { error, created }: UpdateResult): Promise<never> {
    const failure = failureOf(this.#context, error);
    const current = this.#current;
    const superseded = { ...current, info: { ...current.info, status: "superseded" } } as const;
    await this.#context.store.update(superseded).catch(() => undefined);
    return this.#recordFailure(revision, "Rollback", failure, created);
  }

  async #recordFailure(
    revision: RevisionRun,
    action: string,
    failure: unknown,
    created: readonly BuiltObject[] = [],
  ): Promise<never> {
    const { name, cleanupOnFail = false } = this.#request;
    const text = failureText(action, name, failure);
    logLine(this.#context, "warn", text);
    await revision.recordFailure(text);
    if (cleanupOnFail && created.length > 0) await this.#cleanUp(revision.release, created);
    throw actionFailure(revision.release, failure);
  }

  async #cleanUp(release: Release, created: readonly BuiltObject[]): Promise<void> {
    const context = withoutSignal(this.#context);
    logDebug(context, "cleanup on fail set, cleaning up resources", { count: created.length });
    const { failures } = await deleteObjects(context, created, "Background");
    if (failures.length > 0) {
      const problem =
        "an error occurred while cleaning up resources. original rollback error: unable to cleanup resources";
      throw actionFailure(release, joined(failures, ", "), problem);
    }
    logDebug(context, "resource cleanup complete");
  }

  /** Concurrent operations may have left more than one. */
  async #supersedeDeployed(): Promise<void> {
    for (const release of await this.#context.store.deployedAll(this.#request.name)) {
      logDebug(this.#context, "superseding previous deployment", { version: release.version });
      await this.#context.store.update({ ...release, info: { ...release.info, status: "superseded" } });
    }
  }
}

interface RollbackObjects {
  readonly originals: readonly BuiltObject[];
  readonly targets: readonly BuiltObject[];
}
