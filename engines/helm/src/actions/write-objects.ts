import { describeError, type JsonValue } from "@weir/core";
import { isApiError } from "@weir/client";
import { type KubeObject, notFoundError } from "@weir/objects";
import { ReleaseActionError } from "./action-error.ts";
import { loggedError, loggedKind, logDebug } from "./action-log.ts";
import { type BuiltObject, identityOf, keyOfBuilt } from "./built-object.ts";
import { deleteObject, type Propagation } from "./delete-object.ts";
import type { ReleaseContext } from "./release-context.ts";
import { createObject, type CreateMode, updateObject, type WriteMode } from "./write-object.ts";

const WRITES_AT_ONCE = 16;

/**
 * Creates objects, those of one kind at once and one kind after the other. All are tried; what fails is told in one error,
 * a line for each.
 */
export async function createObjects(
  context: ReleaseContext,
  objects: readonly BuiltObject[],
  mode: CreateMode,
): Promise<void> {
  logDebug(context, "creating resource(s)", { resources: objects.length });
  logCreationMode(context, mode);
  const failures = await performByKind(objects, (built) => createObject(context, built, mode));
  context.signal?.throwIfAborted();
  const [first] = failures;
  if (first === undefined) return;
  if (failures.length === 1) throw first;
  throw joined(failures, "\n");
}

function logCreationMode(context: ReleaseContext, { serverSideApply, forceConflicts }: CreateMode): void {
  if (!serverSideApply) {
    logDebug(context, "using client-side apply for resource creation");
    return;
  }
  const fields = { forceConflicts, dryRun: false, fieldValidationDirective: "Strict" };
  logDebug(context, "using server-side apply for resource creation", fields);
}

/** Runs of one kind at once; gives the failures in the order in which they come. */
async function performByKind(
  objects: readonly BuiltObject[],
  call: (built: BuiltObject) => Promise<void>,
): Promise<readonly unknown[]> {
  const failures: unknown[] = [];
  for (const run of runsOfOneKind(objects)) {
    for (let from = 0; from < run.length; from += WRITES_AT_ONCE) {
      const calls = run.slice(from, from + WRITES_AT_ONCE).map((built) => call(built));
      await Promise.all(calls.map((running) => running.catch((error: unknown) => failures.push(error))));
    }
  }
  return failures;
}

function runsOfOneKind(objects: readonly BuiltObject[]): readonly (readonly BuiltObject[])[] {
  const runs: BuiltObject[][] = [];
  for (const built of objects) {
    const run = runs.at(-1);
    if (run?.[0]?.kind.kind === built.kind.kind) run.push(built);
    else runs.push([built]);
  }
  return runs;
}

/** What an update did; objects count as created once it was tried. */
export interface UpdateResult {
  readonly created: readonly BuiltObject[];
  readonly updated: readonly BuiltObject[];
  readonly deleted: readonly BuiltObject[];
  readonly error?: unknown;
}

/**
 * Brings objects from one manifest to another: creates what is missing, changes what is there, then deletes what left the
 * manifest unless it is marked to be kept. One that cannot be created ends it; changes that fail are told together.
 */
export async function updateObjects(
  context: ReleaseContext,
  sets: { readonly originals: readonly BuiltObject[]; readonly targets: readonly BuiltObject[] },
  mode: WriteMode,
): Promise<UpdateResult> {
  logCreationMode(context, mode);
  logUpdateMode(context, mode);
  const update = new ObjectsUpdate(context, mode, sets.originals);
  logDebug(context, "checking resources for changes", { resources: sets.targets.length });
  const error = await update.run(sets.targets);
  return { ...update, ...(error === undefined ? {} : { error }) };
}

function logUpdateMode(context: ReleaseContext, mode: WriteMode): void {
  const fieldValidationDirective = "Strict";
  if (mode.forceReplace === true) {
    logDebug(context, "using resource replace update strategy", { fieldValidationDirective });
  } else if (mode.serverSideApply) {
    logDebug(context, "using server-side apply for resource update", {
      forceConflicts: mode.forceConflicts,
      dryRun: false,
      fieldValidationDirective,
      upgradeClientSideFieldManager: mode.upgradeFieldManager === true,
    });
  } else {
    logDebug(context, "using client-side apply for resource update", {
      threeWayMergeForUnstructured: mode.threeWayForCustom === true,
    });
  }
}

class ObjectsUpdate implements Omit<UpdateResult, "error"> {
  readonly created: BuiltObject[] = [];
  readonly updated: BuiltObject[] = [];
  readonly deleted: BuiltObject[] = [];
  readonly #context: ReleaseContext;
  readonly #mode: WriteMode;
  readonly #originals: ReadonlyMap<string, BuiltObject>;
  readonly #failures: unknown[] = [];

  constructor(context: ReleaseContext, mode: WriteMode, originals: readonly BuiltObject[]) {
    this.#context = context;
    this.#mode = mode;
    // The first of two with one identity counts, as in helm's search through its list.
    this.#originals = new Map(originals.toReversed().map((built) => [identityOf(built), built]));
  }

  async run(targets: readonly BuiltObject[]): Promise<unknown> {
    try {
      for (const target of targets) await this.#write(target);
    } catch (error) {
      this.#context.signal?.throwIfAborted();
      return error;
    }
    if (this.#failures.length > 0) return joined(this.#failures);
    const kept = new Set(targets.map((target) => identityOf(target)));
    for (const [identity, original] of [...this.#originals].reverse()) {
      if (!kept.has(identity)) await this.#delete(original);
    }
    return this.#failures.length > 0 ? joined(this.#failures) : undefined;
  }

  async #write(target: BuiltObject): Promise<void> {
    const live = await this.#read(target);
    if (live === undefined) {
      this.created.push(target);
      await this.#create(target);
      return;
    }
    const original = this.#originals.get(identityOf(target))?.object ?? live;
    try {
      await updateObject(this.#context, { original, live, target }, this.#mode);
    } catch (error) {
      this.#context.signal?.throwIfAborted();
      this.#failures.push(error);
    }
    this.updated.push(target);
  }

  async #read(target: BuiltObject): Promise<KubeObject | undefined> {
    const { signal } = this.#context;
    try {
      if ((target.object.metadata.name ?? "") === "") {
        throw new ReleaseActionError("resource name may not be empty");
      }
      const options = signal === undefined ? {} : { signal };
      return (await this.#context.client.get(target.kind, keyOfBuilt(target), options)) as
        | KubeObject
        | undefined;
    } catch (cause) {
      throw new ReleaseActionError("could not get information about the resource", { cause });
    }
  }

  async #create(target: BuiltObject): Promise<void> {
    try {
      await createObject(this.#context, target, this.#mode);
    } catch (cause) {
      throw new ReleaseActionError("failed to create resource", { cause });
    }
    logDebug(this.#context, "created a new resource", loggedKind(target));
  }

  async #delete(original: BuiltObject): Promise<void> {
    const context = this.#context;
    logDebug(context, "deleting resource", loggedKind(original));
    const live = await this.#readForDeletion(original);
    if (live === undefined) return;
    if (live.metadata.annotations?.["helm.sh/resource-policy"] === "keep") {
      logDebug(context, "skipping delete due to annotation", {
        ...loggedKind(original),
        annotation: "helm.sh/resource-policy",
        value: "keep",
      });
      return;
    }
    try {
      await deleteObject(context, original, "Background");
      this.deleted.push(original);
    } catch (cause) {
      context.signal?.throwIfAborted();
      const { name = "", namespace = "" } = original.object.metadata;
      logDebug(context, "failed to delete resource", { ...loggedKind(original), error: loggedError(cause) });
      if (isApiError(cause, "NotFound")) return;
      const subject = `namespace=${namespace}, name=${name}, kind=${original.kind.kind}`;
      this.#failures.push(new ReleaseActionError(`failed to delete resource ${subject}`, { cause }));
    }
  }

  async #readForDeletion(original: BuiltObject): Promise<KubeObject | undefined> {
    let error: JsonValue;
    try {
      const live = await this.#context.client.get(original.kind, keyOfBuilt(original));
      if (live !== undefined) return live as KubeObject;
      error = notFoundOf(original);
    } catch (failure) {
      error = loggedError(failure);
    }
    logDebug(this.#context, "unable to get object", { ...loggedKind(original), error });
    return undefined;
  }
}

/** The error that the API server gives for an object that is not there, as Go's encoding/json writes it. */
function notFoundOf({ kind, object }: BuiltObject): JsonValue {
  const { status } = notFoundError({ group: kind.group, resource: kind.plural }, object.metadata.name ?? "");
  return { ErrStatus: status as unknown as JsonValue };
}

/** Several errors in one, as helm joins them. */
export function joined(failures: readonly unknown[], separator = " && "): unknown {
  const [first] = failures;
  if (failures.length === 1) return first;
  return new ReleaseActionError(failures.map((error) => describeError(error)).join(separator));
}

/** What deleting left. */
export interface DeleteResult {
  readonly failures: readonly unknown[];
  /** Objects that may still be there for a while. */
  readonly lingering: readonly BuiltObject[];
}

/** Deletes objects, those of one kind at once; what is gone already counts as deleted. */
export async function deleteObjects(
  context: ReleaseContext,
  objects: readonly BuiltObject[],
  propagationPolicy: Propagation,
): Promise<DeleteResult> {
  const lingering: BuiltObject[] = [];
  const failures = await performByKind(objects, async (built) => {
    logDebug(context, "starting delete resource", loggedKind(built));
    try {
      if (!(await deleteObject(context, built, propagationPolicy))) lingering.push(built);
    } catch (error) {
      if (!isApiError(error, "NotFound")) throw error;
      logDebug(context, "ignoring delete failure", { ...loggedKind(built), error: loggedError(error) });
    }
  });
  context.signal?.throwIfAborted();
  return { failures, lingering };
}
