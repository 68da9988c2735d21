import { quoteGo } from "@weir/text";
import { uninstallOrder } from "../manifests/kind-order.ts";
import { type Manifest, sortManifests } from "../manifests/sort-manifests.ts";
import { splitManifests } from "../manifests/split-manifests.ts";
import { recordTime } from "../release/record-time.ts";
import { ReleaseNotFoundError } from "../release/release-error.ts";
import { type Release, type ReleaseHook, withStatus } from "../release/release.ts";
import { ReleaseActionError } from "./action-error.ts";
import { logDebug } from "./action-log.ts";
import { buildObjects } from "./build-objects.ts";
import type { BuiltObject } from "./built-object.ts";
import type { Propagation } from "./delete-object.ts";
import type { ReleaseContext, WaitStrategy } from "./release-context.ts";
import { actionFailure, failureOf, inStep, isReleaseName, waitSettings } from "./release-steps.ts";
import { RevisionRun } from "./revision-run.ts";
import type { HookOptions } from "./run-hooks.ts";
import { waitUntilGone } from "./wait-for-objects.ts";
import { deleteObjects, joined } from "./write-objects.ts";

/** What is uninstalled, and how. */
export interface UninstallRequest {
  readonly name: string;
  /** Runs no hook; false by default. */
  readonly disableHooks?: boolean;
  /** Keeps the records, the newest as `uninstalled`; false by default. */
  readonly keepHistory?: boolean;
  /** `poller` by default. */
  readonly waitStrategy?: WaitStrategy;
  /** `background` by default. */
  readonly deletionPropagation?: "background" | "foreground" | "orphan";
  /** The longest time of each wait: one hook, or all objects; 5 minutes by default. */
  readonly timeoutMs?: number;
  /** `Uninstallation complete` by default. */
  readonly description?: string;
}

/** What an uninstallation did. */
export interface UninstallResult {
  /** The newest revision in its last state. */
  readonly release: Release;
  /** helm's text about objects that their resource policy kept; empty where there are none. */
  readonly info: string;
}

/**
 * Uninstalls a release: pre-delete hooks, objects in the order of uninstalls, the wait until they are gone, post-delete
 * hooks, and the records. One that was cut short goes on: hooks that were started are not started again, unless one of
 * them failed.
 */
export async function uninstallRelease(
  context: ReleaseContext,
  request: UninstallRequest,
): Promise<UninstallResult> {
  const { name, keepHistory = false } = request;
  if (!isReleaseName(name)) throw new ReleaseActionError(`uninstall: Release name is invalid: ${name}`);
  const history = await context.store.history(name);
  const last = history.at(-1);
  if (last === undefined) {
    throw new ReleaseActionError(`uninstall: Release not loaded: ${name}`, {
      cause: new ReleaseNotFoundError(),
    });
  }
  if (last.info.status === "uninstalled") {
    if (keepHistory) throw new ReleaseActionError(`the release named ${quoteGo(name)} is already deleted`);
    await inStep("uninstall: Failed to purge the release", () => purge(context, history));
    return { release: last, info: "" };
  }
  return new Uninstall(context, request, history).run(last);
}

async function purge({ store }: ReleaseContext, history: readonly Release[]): Promise<void> {
  for (const release of history) await store.delete(release);
}

const PROPAGATION: Readonly<Record<NonNullable<UninstallRequest["deletionPropagation"]>, Propagation>> = {
  background: "Background",
  foreground: "Foreground",
  orphan: "Orphan",
};

class Uninstall {
  readonly #context: ReleaseContext;
  readonly #request: UninstallRequest;
  readonly #history: readonly Release[];
  /** What went wrong without ending the uninstallation. */
  readonly #failures: unknown[] = [];

  constructor(context: ReleaseContext, request: UninstallRequest, history: readonly Release[]) {
    this.#context = context;
    this.#request = request;
    this.#history = history;
  }

  async run(last: Release): Promise<UninstallResult> {
    const { name, disableHooks = false, description = "Uninstallation complete" } = this.#request;
    logDebug(this.#context, "uninstall: deleting release", { name });
    const { release, isResumed } = this.#begun(last);
    const revision = new RevisionRun(this.#context, release);
    const hooks = this.#hookOptions(release, isResumed);
    await this.#recording(revision, async () => {
      if (disableHooks) logDebug(this.#context, "delete hooks disabled", { release: name });
      else await revision.runHooks("pre-delete", hooks);
      await this.#context.store.update(revision.release);
      return undefined;
    });
    const info = await this.#recording(revision, () => this.#deleteObjects(revision.release));
    if (!disableHooks) {
      await revision.runHooks("post-delete", hooks).catch((error: unknown) => this.#failures.push(error));
      this.#context.signal?.throwIfAborted();
    }
    const done = withStatus(revision.release, "uninstalled", description);
    await this.#finish(done);
    if (this.#failures.length === 0) return { release: done, info };
    const problem = `uninstallation completed with ${this.#failures.length} error(s)`;
    throw actionFailure(done, joined(this.#failures, "; "), problem);
  }

  async #recording<T>(revision: RevisionRun, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw actionFailure(revision.release, failureOf(this.#context, error));
    }
  }

  /** One that was cut short keeps its beginning, which tells its hooks from those of an earlier attempt. */
  #begun(last: Release): { readonly release: Release; readonly isResumed: boolean } {
    const { status, deleted } = last.info;
    if (status === "uninstalling" && deleted !== undefined && !hasFailedHook(last, deleted)) {
      return { release: last, isResumed: true };
    }
    const release = withStatus(last, "uninstalling", "Deletion in progress (or silently failed)");
    const info = { ...release.info, deleted: recordTime(this.#context.clock.now()) };
    return { release: { ...release, info }, isResumed: false };
  }

  #hookOptions({ info }: Release, isResumed: boolean): HookOptions {
    const wait = waitSettings(this.#request);
    const begun = info.deleted ?? "";
    const wasStarted = (hook: ReleaseHook): boolean => isResumed && startedSince(hook, begun);
    return { ...wait, serverSideApply: true, wasStarted, recordsEnd: true };
  }

  /** Gives the text about what is kept. */
  async #deleteObjects(release: Release): Promise<string> {
    const { name, deletionPropagation = "background" } = this.#request;
    const context = this.#context;
    const { kept, objects, error } = await objectsToDelete(context, release);
    const { failures, lingering } =
      error === undefined
        ? await deleteObjects(context, objects, PROPAGATION[deletionPropagation])
        : { failures: [error], lingering: [] };
    if (failures.length > 0) {
      logDebug(context, "uninstall: Failed to delete release", { error: failures.map(() => ({})) });
      throw new ReleaseActionError(`failed to delete release: ${name}`);
    }
    await waitUntilGone(context, lingering, waitSettings(this.#request)).catch((failure: unknown) => {
      context.signal?.throwIfAborted();
      this.#failures.push(failure);
    });
    return kept === "" ? "" : `These resources were kept due to the resource policy:\n${kept}`;
  }

  async #finish(done: Release): Promise<void> {
    const { name, keepHistory = false } = this.#request;
    const { store } = this.#context;
    if (!keepHistory) {
      logDebug(this.#context, "purge requested", { release: name });
      await inStep("uninstall: Failed to purge the release", () => purge(this.#context, this.#history)).catch(
        (error: unknown) => this.#failures.push(error),
      );
      return;
    }
    await store.update(done);
    for (const release of await store.deployedAll(name)) {
      logDebug(this.#context, "superseding previous deployment", { version: release.version });
      await store.update({ ...release, info: { ...release.info, status: "superseded" } });
    }
  }
}

function hasFailedHook({ hooks }: Release, since: string): boolean {
  return hooks.some((hook) => startedSince(hook, since) && hook.lastRun.phase === "Failed");
}

function startedSince({ events, lastRun }: ReleaseHook, since: string): boolean {
  if (!events.includes("pre-delete") && !events.includes("post-delete")) return false;
  return lastRun.startedAt !== undefined && Date.parse(lastRun.startedAt) >= Date.parse(since);
}

interface Deletion {
  readonly objects: readonly BuiltObject[];
  /** A line for each object that stays. */
  readonly kept: string;
  readonly error?: unknown;
}

async function objectsToDelete(context: ReleaseContext, release: Release): Promise<Deletion> {
  try {
    const { kept, removed } = partition(sortedManifests(release));
    const text = removed.map(({ content }) => `\n---\n${content}`).join("");
    return {
      objects: await inStep("unable to build kubernetes objects for delete", () =>
        buildObjects(context.client, text, release.namespace),
      ),
      kept: kept.map(({ head }) => `[${head.kind}] ${head.name}\n`).join(""),
    };
  } catch (error) {
    return { objects: [], kept: "", error };
  }
}

function sortedManifests(release: Release): readonly Manifest[] {
  const documents = splitManifests(release.manifest);
  const files = new Map(documents.map((document, at) => [`manifest-${at}`, document]));
  try {
    return sortManifests(files, uninstallOrder).manifests;
  } catch (cause) {
    const problem = "corrupted release record. You must manually delete the resources";
    throw new ReleaseActionError(problem, { cause });
  }
}

const RESOURCE_POLICY = "helm.sh/resource-policy";

/** An object with another policy than `keep` is neither kept nor removed, as in helm. */
function partition(manifests: readonly Manifest[]): {
  readonly kept: readonly Manifest[];
  readonly removed: readonly Manifest[];
} {
  const policyOf = ({ head }: Manifest): string | undefined => head.annotations.get(RESOURCE_POLICY);
  return {
    kept: manifests.filter((manifest) => policyOf(manifest)?.trim().toLowerCase() === "keep"),
    removed: manifests.filter((manifest) => policyOf(manifest) === undefined),
  };
}
