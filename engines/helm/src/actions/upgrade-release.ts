import { describeError } from "@weir/core";
import type { KubeObject } from "@weir/objects";
import { recordTime } from "../release/record-time.ts";
import { NoDeployedReleasesError } from "../release/release-error.ts";
import { type ApplyMethod, isPending, type Release } from "../release/release.ts";
import { ReleaseActionError, ReleasePendingError } from "./action-error.ts";
import { logDebug, loggedError, logLine } from "./action-log.ts";
import { applyCrds, type CrdRequest } from "./apply-crds.ts";
import { buildObjects } from "./build-objects.ts";
import type { BuiltObject } from "./built-object.ts";
import { existingObjects } from "./ownership.ts";
import type { ReleaseContext, WaitRequest, WriteRequest } from "./release-context.ts";
import {
  actionFailure,
  applyMethodOf,
  failureOf,
  failureText,
  freshHooks,
  inStep,
  isReleaseName,
  ownedObjects,
  refuseSystemLabels,
  rendered,
  type WaitSettings,
  waitSettings,
  withoutSignal,
} from "./release-steps.ts";
import type { RenderedRelease, RenderRelease } from "./rendered-release.ts";
import { RevisionRun } from "./revision-run.ts";
import { rollbackRelease } from "./rollback-release.ts";
import { resolveApplyMode, type ServerSideApplyMode } from "./apply-mode.ts";
import { waitUntilReady } from "./wait-for-objects.ts";
import { deleteObjects, joined, updateObjects } from "./write-objects.ts";

/** Which values of the revision before are used again: `none` is Flux's default, `all` its `preserveValues`. */
export type ReuseValues = "none" | "all" | "after-reset" | "if-none-given";

/** What is upgraded, to what, and how. */
export interface UpgradeRequest extends WaitRequest, WriteRequest {
  readonly name: string;
  /** A `RenderRelease` is told the namespace of the release, and what to reuse values from. */
  readonly render: RenderedRelease | RenderRelease;
  readonly crds?: CrdRequest;
  /** `auto` by default. */
  readonly serverSideApply?: ServerSideApplyMode;
  /** What the render does about values, for the log alone: whoever renders merges them. `none` by default. */
  readonly reuseValues?: ReuseValues;
  /** How many revisions are kept; 0, the default, keeps all. */
  readonly maxHistory?: number;
  /** Deletes what a failed upgrade created; false by default. */
  readonly cleanupOnFail?: boolean;
  /** Rolls back to the last good revision if the upgrade fails, and waits by the poller then; false by default. */
  readonly rollbackOnFailure?: boolean;
  /** `Upgrade complete` by default. */
  readonly description?: string;
  /** Labels of the record beside those of the revision before; the value `null` removes one. */
  readonly labels?: Readonly<Record<string, string>>;
}

/**
 * Upgrades a release to a new revision: the record first (`pending-upgrade`), then pre-upgrade hooks, objects (those that
 * left the manifest are deleted, unless they are marked to be kept), the wait, post-upgrade hooks, the old revision as
 * `superseded` and the new one as `deployed`.
 *
 * Throws `NoDeployedReleasesError` without a release to upgrade and `ReleasePendingError` where another operation holds it.
 */
export async function upgradeRelease(context: ReleaseContext, request: UpgradeRequest): Promise<Release> {
  const { name } = request;
  if (!isReleaseName(name)) throw new ReleaseActionError(`release name is invalid: ${name}`);
  const history = await context.store.history(name);
  const last = history.at(-1);
  if (request.crds !== undefined) {
    if (last === undefined) throw new NoDeployedReleasesError(name);
    const serverSideApply = resolveApplyMode(request.serverSideApply, last.applyMethod);
    const crds = { serverSideApply, ...request.crds };
    await inStep("failed to apply CustomResourceDefinitions", () => applyCrds(context, crds));
  }
  logDebug(context, "preparing upgrade", { name });
  const base = baseOf(name, history);
  const upgraded = await prepareUpgrade(context, request, base);
  await buildObjects(context.client, upgraded.manifest, upgraded.namespace);
  logDebug(context, "performing update", { name });
  const sets = await planObjects(context, request, { original: base.current, upgraded });
  logDebug(context, "creating upgraded release", { name });
  await context.store.create(upgraded, { maxHistory: request.maxHistory ?? 0, history });
  return new Upgrade(context, request, { ...sets, original: base.current }).run(upgraded);
}

/** What an upgrade builds on. */
interface UpgradeBase {
  /** The newest revision. */
  readonly last: Release;
  /** The one whose objects are on the cluster, as far as is known. */
  readonly current: Release;
}

function baseOf(name: string, history: readonly Release[]): UpgradeBase {
  const last = history.at(-1);
  if (last === undefined) throw new NoDeployedReleasesError(name);
  if (isPending(last.info.status)) throw new ReleasePendingError();
  const deployed = history.findLast(({ info }) => info.status === "deployed");
  if (deployed !== undefined) return { last, current: deployed };
  if (last.info.status === "failed" || last.info.status === "superseded") return { last, current: last };
  throw new NoDeployedReleasesError(name);
}

const REUSE_LOG: Readonly<Record<ReuseValues, string | undefined>> = {
  none: "resetting values to the chart's original version",
  all: "reusing the old release's values",
  "after-reset": "merging values from old release to new values",
  "if-none-given": undefined,
};

async function prepareUpgrade(
  context: ReleaseContext,
  request: UpgradeRequest,
  { last, current }: UpgradeBase,
): Promise<Release> {
  const { name, labels = {} } = request;
  const message = REUSE_LOG[request.reuseValues ?? "none"];
  if (message !== undefined) logDebug(context, message);
  const { namespace } = current;
  const revision = last.version + 1;
  const facts = { name, namespace, revision, isUpgrade: true, current };
  const { chart, config, manifest, hooks, notes } = await rendered(request.render, facts);
  refuseSystemLabels(labels);
  const serverSideApply = resolveApplyMode(request.serverSideApply, last.applyMethod);
  logDebug(context, "determined release apply method", {
    server_side_apply: serverSideApply,
    previous_release_apply_method: last.applyMethod ?? "",
  });
  return {
    name,
    namespace,
    version: revision,
    info: {
      ...(current.info.firstDeployed === undefined ? {} : { firstDeployed: current.info.firstDeployed }),
      lastDeployed: recordTime(context.clock.now()),
      status: "pending-upgrade",
      description: "Preparing upgrade",
      notes,
    },
    chart,
    config,
    manifest,
    hooks: freshHooks(hooks),
    applyMethod: applyMethodOf(serverSideApply),
    labels: mergedLabels(last.labels, labels),
  };
}

function mergedLabels(
  before: Readonly<Record<string, string>>,
  added: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const entries = Object.entries({ ...before, ...added });
  return Object.fromEntries(entries.filter(([, value]) => value !== "null"));
}

interface UpgradeObjects {
  /** What is on the cluster: of the revision before, and what is adopted. */
  readonly originals: readonly BuiltObject[];
  readonly targets: readonly BuiltObject[];
}

async function planObjects(
  context: ReleaseContext,
  request: UpgradeRequest,
  { original, upgraded }: { readonly original: Release; readonly upgraded: Release },
): Promise<UpgradeObjects> {
  const current = await inStep("unable to build kubernetes objects from current release manifest", () =>
    buildObjects(context.client, original.manifest, original.namespace),
  );
  const targets = await inStep("unable to build kubernetes objects from new release manifest", () =>
    ownedObjects(context, upgraded),
  );
  const known = new Set(current.map(versionedIdentity));
  const adopted = await inStep("unable to continue with update", () =>
    existingObjects(
      context.client,
      targets.filter((target) => !known.has(versionedIdentity(target))),
      { release: upgraded, takeOwnership: request.takeOwnership === true, signal: context.signal },
    ),
  );
  return { originals: [...current, ...adopted], targets };
}

/** An object in another version of its API counts as one that might be another's. */
function versionedIdentity({ object }: BuiltObject): string {
  const { name = "", namespace = "" } = object.metadata;
  return JSON.stringify([object.apiVersion, object.kind, namespace, name]);
}

interface UpgradePlan extends UpgradeObjects {
  readonly original: Release;
}

class Upgrade {
  readonly #context: ReleaseContext;
  readonly #request: UpgradeRequest;
  readonly #plan: UpgradePlan;
  readonly #wait: WaitSettings;
  #created: readonly BuiltObject[] = [];

  constructor(context: ReleaseContext, request: UpgradeRequest, plan: UpgradePlan) {
    this.#context = context;
    this.#request = request;
    this.#plan = plan;
    this.#wait = waitSettings(request, request.rollbackOnFailure);
  }

  async run(upgraded: Release): Promise<Release> {
    const { name, description = "Upgrade complete" } = this.#request;
    const revision = new RevisionRun(this.#context, upgraded);
    try {
      await this.#perform(revision);
      await this.#supersede();
    } catch (error) {
      return this.#fail(revision, failureOf(this.#context, error));
    }
    logDebug(this.#context, "updating status for upgraded release", { name });
    try {
      await revision.record("deployed", description);
    } catch (cause) {
      throw actionFailure(upgraded, cause);
    }
    return revision.release;
  }

  async #perform(revision: RevisionRun): Promise<void> {
    const { name, disableHooks = false } = this.#request;
    const serverSideApply = revision.release.applyMethod === "ssa";
    const hooks = { ...this.#wait, serverSideApply };
    if (disableHooks) logDebug(this.#context, "upgrade hooks disabled", { name });
    else await revision.runHooks("pre-upgrade", hooks, "pre-upgrade hooks failed");
    const answers = await this.#writeObjects(serverSideApply);
    await waitUntilReady(this.#context, this.#plan.targets, { ...this.#wait, answers });
    if (!disableHooks) await revision.runHooks("post-upgrade", hooks, "post-upgrade hooks failed");
  }

  async #writeObjects(serverSideApply: boolean): Promise<ReadonlyMap<string, KubeObject>> {
    const { forceConflicts = false, forceReplace = false } = this.#request;
    const answers = new Map<string, KubeObject>();
    const result = await updateObjects(this.#context, this.#plan, {
      serverSideApply,
      forceConflicts: forceConflicts && serverSideApply,
      forceReplace: forceReplace && !serverSideApply,
      upgradeFieldManager: serverSideApply && isClientSide(this.#plan.original.applyMethod),
      answers,
    });
    this.#created = result.created;
    if (result.error !== undefined) throw result.error;
    return answers;
  }

  /** The other order would leave two deployed revisions behind if the process died in between. */
  async #supersede(): Promise<void> {
    const { original } = this.#plan;
    await this.#context.store.update({ ...original, info: { ...original.info, status: "superseded" } });
  }

  async #fail(revision: RevisionRun, error: unknown): Promise<never> {
    const { name, cleanupOnFail = false, rollbackOnFailure = false } = this.#request;
    logLine(this.#context, "warn", "upgrade failed", { name, error: loggedError(error) });
    await revision.recordFailure(failureText("Upgrade", name, error));
    const { release } = revision;
    if (cleanupOnFail && this.#created.length > 0) await this.#cleanUp(release, error);
    if (rollbackOnFailure) await this.#rollBack(release, error);
    throw actionFailure(release, error);
  }

  async #cleanUp(release: Release, error: unknown): Promise<void> {
    const context = withoutSignal(this.#context);
    logDebug(context, "cleanup on fail set", { cleaning_resources: this.#created.length });
    const { failures } = await deleteObjects(context, this.#created, "Background");
    if (failures.length > 0) {
      const problem = `an error occurred while cleaning up resources. original upgrade error: ${describeError(error)}: unable to cleanup resources`;
      throw actionFailure(release, joined(failures, ", "), problem);
    }
    logDebug(context, "resource cleanup complete");
  }

  async #rollBack(release: Release, error: unknown): Promise<never> {
    const { name, rollbackOnFailure: _, ...request } = this.#request;
    const context = withoutSignal(this.#context);
    const message =
      "Upgrade failed and rollback-on-failure is set, rolling back to previous successful release";
    logDebug(context, message);
    const history = await context.store.history(name);
    const target = history.findLast(({ info }) => info.status === "superseded" || info.status === "deployed");
    if (target === undefined) {
      const problem =
        "unable to find a previously successful release when attempting to rollback. original upgrade error";
      throw actionFailure(release, error, problem);
    }
    try {
      const { strategy, timeoutMs, withJobs } = this.#wait;
      const { disableHooks = false, forceReplace = false, forceConflicts = false } = request;
      await rollbackRelease(context, {
        name,
        version: target.version,
        waitStrategy: strategy,
        waitForJobs: withJobs,
        timeoutMs,
        disableHooks,
        forceReplace,
        forceConflicts,
        serverSideApply: request.serverSideApply ?? "auto",
      });
    } catch (rollbackError) {
      const problem = `an error occurred while rolling back the release. original upgrade error: ${describeError(error)}`;
      throw actionFailure(release, rollbackError, problem);
    }
    const problem = `release ${name} failed, and has been rolled back due to rollback-on-failure being set`;
    throw actionFailure(release, error, problem);
  }
}

function isClientSide(method: ApplyMethod | undefined): boolean {
  return method !== "ssa";
}
