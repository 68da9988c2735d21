import { describeError } from "@weir/core";
import type { KubeObject } from "@weir/objects";
import { quoteGo } from "@weir/text";
import { checkReleaseName } from "../context/release-name.ts";
import { recordTime } from "../release/record-time.ts";
import { type Release, withStatus } from "../release/release.ts";
import { ReleaseActionError } from "./action-error.ts";
import { loggedError, logLine } from "./action-log.ts";
import { applyCrds, type CrdRequest } from "./apply-crds.ts";
import type { BuiltObject } from "./built-object.ts";
import { createNamespace } from "./create-namespace.ts";
import { existingObjects } from "./ownership.ts";
import type { ReleaseContext, WaitRequest, WriteRequest } from "./release-context.ts";
import {
  actionFailure,
  applyMethodOf,
  failureOf,
  failureText,
  freshHooks,
  inStep,
  ownedObjects,
  refuseSystemLabels,
  rendered,
  type WaitSettings,
  waitSettings,
  withoutSignal,
} from "./release-steps.ts";
import type { RenderedRelease, RenderRelease } from "./rendered-release.ts";
import { RevisionRun } from "./revision-run.ts";
import { uninstallRelease } from "./uninstall-release.ts";
import { waitUntilReady } from "./wait-for-objects.ts";
import { createObjects, updateObjects } from "./write-objects.ts";

/** What is installed, and how. */
export interface InstallRequest extends WaitRequest, WriteRequest {
  readonly name: string;
  /** Where the release, and each object that names no namespace, goes. */
  readonly namespace: string;
  readonly render: RenderedRelease | RenderRelease;
  readonly crds?: CrdRequest;
  /** Server-side apply, or plain creation; true by default. */
  readonly serverSideApply?: boolean;
  /** Creates the namespace where it is missing; false by default. */
  readonly createNamespace?: boolean;
  /** Reuses the name of a release that was uninstalled or failed; false by default. */
  readonly replace?: boolean;
  /** Uninstalls what was installed if the install fails, and waits by the poller then; false by default. */
  readonly rollbackOnFailure?: boolean;
  /** `Install complete` by default. */
  readonly description?: string;
  /** Labels of the record. */
  readonly labels?: Readonly<Record<string, string>>;
}

/**
 * Installs a release: the record first (`pending-install`), then pre-install hooks, objects, the wait, post-install hooks,
 * and the record as `deployed`.
 *
 * A failure after the record is stored as `failed` and thrown as a `ReleaseActionError` that carries the revision. What
 * fails before leaves no record.
 */
export async function installRelease(context: ReleaseContext, request: InstallRequest): Promise<Release> {
  const { serverSideApply = true } = request;
  if (request.crds !== undefined) {
    const crds = { serverSideApply, ...request.crds };
    await inStep("failed to apply CustomResourceDefinitions", () => applyCrds(context, crds));
  }
  const history = await checkName(context, request);
  const last = history.at(-1);
  const prepared = await prepareInstall(context, request);
  const release = last === undefined ? prepared : { ...prepared, version: last.version + 1 };
  const objects = await inStep("unable to build kubernetes objects from release manifest", () =>
    ownedObjects(context, release),
  );
  const existing = await inStep("unable to continue with install", () =>
    existingObjects(context.client, objects, {
      release,
      takeOwnership: request.takeOwnership === true,
      signal: context.signal,
    }),
  );
  if (request.createNamespace === true) await createNamespace(context, request.namespace, serverSideApply);
  await supersede(context, last);
  await context.store.create(release);
  return new Install(context, request, { objects, existing }).run(release);
}

/** A name is free where no record has it, or where the last one may be replaced. Gives the records. */
async function checkName(context: ReleaseContext, request: InstallRequest): Promise<readonly Release[]> {
  const { name, replace = false } = request;
  try {
    await inStep(`release name ${quoteGo(name)}`, async () => checkReleaseName(name));
    // What cannot be read is found out when the record is created.
    const history = await context.store.history(name).catch(() => []);
    const status = history.at(-1)?.info.status;
    if (status === undefined) return history;
    if (replace && (status === "uninstalled" || status === "failed")) return history;
    throw new ReleaseActionError("cannot reuse a name that is still in use");
  } catch (cause) {
    logLine(context, "error", "release name check failed", { error: loggedError(cause) });
    throw new ReleaseActionError("release name check failed", { cause });
  }
}

async function prepareInstall(context: ReleaseContext, request: InstallRequest): Promise<Release> {
  const { name, namespace, labels = {}, serverSideApply = true } = request;
  const facts = { name, namespace, revision: 1, isUpgrade: false };
  const { chart, config, manifest, hooks, notes } = await rendered(request.render, facts);
  refuseSystemLabels(labels);
  const now = recordTime(context.clock.now());
  return {
    name,
    namespace,
    version: 1,
    info: {
      firstDeployed: now,
      lastDeployed: now,
      status: "pending-install",
      description: "Initial install underway",
      notes,
    },
    chart,
    config,
    manifest,
    hooks: freshHooks(hooks),
    applyMethod: applyMethodOf(serverSideApply),
    labels,
  };
}

/** What a reused name leaves behind is marked; a failed revision stays as it is. */
async function supersede({ store }: ReleaseContext, last: Release | undefined): Promise<void> {
  if (last === undefined || last.info.status === "failed") return;
  await store.update(withStatus(last, "superseded", "superseded by new release"));
}

interface InstallObjects {
  readonly objects: readonly BuiltObject[];
  readonly existing: readonly BuiltObject[];
}

class Install {
  readonly #context: ReleaseContext;
  readonly #request: InstallRequest;
  readonly #sets: InstallObjects;
  readonly #wait: WaitSettings;

  constructor(context: ReleaseContext, request: InstallRequest, sets: InstallObjects) {
    this.#context = context;
    this.#request = request;
    this.#sets = sets;
    this.#wait = waitSettings(request, request.rollbackOnFailure);
  }

  async run(release: Release): Promise<Release> {
    const revision = new RevisionRun(this.#context, release);
    try {
      await this.#perform(revision);
    } catch (error) {
      return this.#fail(revision, failureOf(this.#context, error));
    }
    try {
      await revision.record("deployed", this.#request.description ?? "Install complete");
    } catch (cause) {
      throw actionFailure(release, cause, "failed to record the release");
    }
    return revision.release;
  }

  async #perform(revision: RevisionRun): Promise<void> {
    const { disableHooks = false, serverSideApply = true } = this.#request;
    const hooks = { ...this.#wait, serverSideApply };
    if (!disableHooks) await revision.runHooks("pre-install", hooks, "failed pre-install");
    const answers = await this.#writeObjects();
    await waitUntilReady(this.#context, this.#sets.objects, { ...this.#wait, answers });
    if (!disableHooks) await revision.runHooks("post-install", hooks, "failed post-install");
  }

  async #writeObjects(): Promise<ReadonlyMap<string, KubeObject>> {
    const { serverSideApply = true, forceConflicts = false, forceReplace = false } = this.#request;
    const { objects, existing } = this.#sets;
    const answers = new Map<string, KubeObject>();
    if (objects.length === 0) return answers;
    if (existing.length === 0) {
      await createObjects(this.#context, objects, { serverSideApply, forceConflicts: false, answers });
      return answers;
    }
    const result = await updateObjects(
      this.#context,
      { originals: existing, targets: objects },
      {
        serverSideApply,
        forceConflicts: forceConflicts && serverSideApply,
        forceReplace: forceReplace && !serverSideApply,
        upgradeFieldManager: true,
        threeWayForCustom: this.#request.takeOwnership === true && !serverSideApply,
        answers,
      },
    );
    if (result.error !== undefined) throw result.error;
    return answers;
  }

  async #fail(revision: RevisionRun, error: unknown): Promise<never> {
    const { name, rollbackOnFailure = false, disableHooks = false } = this.#request;
    const description = failureText("Release", name, error);
    if (!rollbackOnFailure) {
      await revision.recordFailure(description);
      throw actionFailure(revision.release, error);
    }
    const release = withStatus(revision.release, "failed", description);
    const { strategy, timeoutMs } = this.#wait;
    try {
      await uninstallRelease(withoutSignal(this.#context), {
        name,
        disableHooks,
        waitStrategy: strategy,
        timeoutMs,
      });
    } catch (uninstallError) {
      const message = `an error occurred while uninstalling the release. original install error: ${describeError(error)}`;
      throw actionFailure(release, uninstallError, message);
    }
    const message = `release ${name} failed, and has been uninstalled due to rollback-on-failure being set`;
    throw actionFailure(release, error, message);
  }
}
