import type { JsonObject } from "@weir/core";
import { isApiError } from "@weir/client";
import type { KubeObject } from "@weir/objects";
import { quoteGo } from "@weir/text";
import { ReleaseActionError } from "./action-error.ts";
import { loggedError, loggedGvk, logDebug } from "./action-log.ts";
import { type BuiltObject, identityOf, keyOfBuilt, writtenSubject } from "./built-object.ts";
import type { ReleaseContext } from "./release-context.ts";
import { safeRefusal } from "./safe-refusal.ts";
import { threeWayPatch } from "./three-way-patch.ts";
import { upgradeFieldManager } from "./upgrade-field-manager.ts";
import { writing } from "./write-options.ts";

/** How objects are written. */
export interface WriteMode {
  readonly serverSideApply: boolean;
  readonly forceConflicts: boolean;
  /** Replaces objects that are not applied server-side. */
  readonly forceReplace?: boolean;
  /** Turns the fields that were written client-side into applied ones first. */
  readonly upgradeFieldManager?: boolean;
  /** Whether patches of kinds without a schema look at the live object, too. */
  readonly threeWayForCustom?: boolean;
  /** Takes what the API server answered, by `identityOf`. */
  readonly answers?: Map<string, KubeObject>;
}

/** How objects are created. */
export type CreateMode = Pick<WriteMode, "serverSideApply" | "forceConflicts" | "answers">;

/** Applies the object server-side; the field validation is strict, as helm's. */
export async function applyObject(
  context: ReleaseContext,
  built: BuiltObject,
  force: boolean,
): Promise<KubeObject> {
  try {
    if ((built.object.metadata.name ?? "") === "")
      throw new ReleaseActionError("resource name may not be empty");
    const options = { ...writing(context), force, fieldValidation: "Strict" } as const;
    return (await context.client.apply(built.kind, built.object, options)) as KubeObject;
  } catch (cause) {
    context.signal?.throwIfAborted();
    const problem = isApiError(cause, "Conflict")
      ? "conflict occurred while applying object"
      : "server-side apply failed for object";
    throw new ReleaseActionError(`${problem} ${writtenSubject(built)}`, {
      cause: safeRefusal(built.object, cause),
    });
  }
}

/** Creates an object that is not there. */
export async function createObject(
  context: ReleaseContext,
  built: BuiltObject,
  mode: CreateMode,
): Promise<void> {
  if (!mode.serverSideApply) {
    await context.client.create(built.kind, built.object, writing(context)).catch((error: unknown) => {
      throw safeRefusal(built.object, error);
    });
    return;
  }
  try {
    const answer = await applyObject(context, built, mode.forceConflicts);
    mode.answers?.set(identityOf(built), answer);
  } catch (error) {
    logDebug(context, "Error creating resource via patch", {
      ...loggedGvk(built),
      error: loggedError(error),
    });
    throw error;
  }
  logDebug(context, "Created resource via patch", loggedGvk(built));
}

/** What an object was, and what it is to become. */
export interface ObjectUpdate {
  readonly original: KubeObject;
  readonly live: KubeObject;
  readonly target: BuiltObject;
}

/** Changes an object that is there. */
export async function updateObject(
  context: ReleaseContext,
  update: ObjectUpdate,
  mode: WriteMode,
): Promise<void> {
  if (mode.forceReplace === true) return replaceObject(context, update);
  if (!mode.serverSideApply) return patchObject(context, update, mode.threeWayForCustom === true);
  const { target } = update;
  if (mode.upgradeFieldManager === true) {
    const isUpgraded = await upgradeFieldManager(context, target, update.live);
    if (isUpgraded) {
      const message = "Upgraded object client-side field management with server-side apply field management";
      logDebug(context, message, loggedGvk(target));
    }
  }
  try {
    const answer = await applyObject(context, target, mode.forceConflicts);
    mode.answers?.set(identityOf(target), answer);
  } catch (error) {
    logDebug(context, "Error patching resource", { ...loggedGvk(target), error: loggedError(error) });
    throw error;
  }
  logDebug(context, "Patched resource", loggedGvk(target));
}

async function replaceObject(
  context: ReleaseContext,
  { target, live, original }: ObjectUpdate,
): Promise<void> {
  const { resourceVersion } = live.metadata;
  const object = {
    ...target.object,
    metadata: { ...target.object.metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }) },
  };
  try {
    await context.client.replace(target.kind, object, { ...writing(context), fieldValidation: "Strict" });
  } catch (cause) {
    context.signal?.throwIfAborted();
    logDebug(context, "error replacing the resource", { ...loggedGvk(target), error: {} });
    throw new ReleaseActionError("failed to replace object", { cause: safeRefusal(object, cause) });
  }
  const { name = "" } = original.metadata;
  logDebug(context, "replace succeeded", { name, initialKind: original.kind, kind: target.kind.kind });
}

async function patchObject(
  context: ReleaseContext,
  { original, live, target }: ObjectUpdate,
  threeWayForCustom: boolean,
): Promise<void> {
  const patch = threeWayPatch({ original, live, target: target.object }, threeWayForCustom);
  if (Object.keys(patch.patch as JsonObject).length === 0) return;
  try {
    await context.client.patch(target.kind, keyOfBuilt(target), patch, writing(context));
  } catch (cause) {
    context.signal?.throwIfAborted();
    const { name = "" } = target.object.metadata;
    throw new ReleaseActionError(`cannot patch ${quoteGo(name)} with kind ${target.kind.kind}`, {
      cause: safeRefusal(target.object, cause),
    });
  }
}
