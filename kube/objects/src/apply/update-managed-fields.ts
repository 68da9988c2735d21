import type { JsonObject, JsonValue } from "@weir/core";
import { asJson, formatApiVersion } from "../api-version.ts";
import { FieldSet, fieldSetOf } from "../fields/field-set.ts";
import { ManagedFieldsError } from "../fields/managed-fields-error.ts";
import { isJsonArray, isJsonObject, ownValue } from "../json-object.ts";
import type { KubeObject } from "../object.ts";
import { checkTyped, TypedValueError } from "../typed/check-typed.ts";
import {
  type Manager,
  managerId,
  type Managers,
  metadataOf,
  readManagers,
  secondsOf,
  withManagers,
  withoutManagers,
} from "./managers.ts";
import { reconcileManagers, takeOver } from "./ownership.ts";
import { conversionOf, emptyObjectOf, type FieldWrite, resetFieldsOf, timeOf, typesOf } from "./request.ts";

/** A create, an update or a patch other than apply, ready to be stored but for its managedFields. */
export interface ManagedUpdate extends FieldWrite {
  /** The object as it is stored; `undefined` for a create. */
  readonly live: KubeObject | undefined;
  /** The object as it is to be stored, with the managedFields that the request brought, if any. */
  readonly object: KubeObject;
}

/** Entries of updates beyond which the oldest are joined. */
const maxUpdateManagers = 10;

/** Fields that no manager ever owns. */
export const neverOwned: FieldSet = fieldSetOf(
  ["apiVersion"],
  ["kind"],
  ["metadata"],
  ["metadata", "name"],
  ["metadata", "namespace"],
  ["metadata", "creationTimestamp"],
  ["metadata", "selfLink"],
  ["metadata", "uid"],
  ["metadata", "clusterName"],
  ["metadata", "generation"],
  ["metadata", "managedFields"],
  ["metadata", "resourceVersion"],
);

/**
 * Gives an object that is about to be written the managedFields that the API server gives it.
 *
 * The manager gets the fields that change, loses those that go, and takes what changed from all others; its time moves
 * only when it changes something. An object that is updated while nobody is tracked stays untracked. A request may
 * bring managedFields of its own: an empty list (or one empty entry) forgets all managers, unreadable ones are ignored
 * for the stored ones. Never throws for what an object holds: where its values do not fit their
 * types, it has no managedFields any more.
 */
export function updateManagedFields(update: ManagedUpdate): KubeObject {
  const live = update.live === undefined ? emptyObjectOf(update) : asJson(update.live);
  const object = asJson(update.object);
  const managers = managersOfRequest(update, live, object);
  try {
    const tracked = trackUpdate(update, withoutManagers(live), withoutManagers(object), managers);
    return withManagers(object, tracked) as unknown as KubeObject;
  } catch (error) {
    if (!(error instanceof TypedValueError)) throw error;
    return withoutManagers(object) as unknown as KubeObject;
  }
}

function managersOfRequest(update: ManagedUpdate, live: JsonObject, object: JsonObject): Managers {
  const stored = ownValue(metadataOf(live), "managedFields");
  // A subresource's request must not set managedFields by hand.
  if (update.subresource !== undefined && update.subresource !== "") return readOrForget(stored);
  const requested = ownValue(metadataOf(object), "managedFields");
  if (isReset(requested)) return new Map();
  const managers = readOrForget(requested);
  return managers.size > 0 ? managers : readOrForget(stored);
}

function isReset(entries: JsonValue | undefined): boolean {
  if (!isJsonArray(entries)) return false;
  const [only] = entries;
  if (only === undefined) return true;
  return entries.length === 1 && isJsonObject(only) && Object.keys(only).length === 0;
}

function readOrForget(entries: JsonValue | undefined): Managers {
  try {
    return readManagers(entries);
  } catch (error) {
    if (error instanceof ManagedFieldsError) return new Map();
    throw error;
  }
}

function trackUpdate(
  update: ManagedUpdate,
  live: JsonObject,
  object: JsonObject,
  managers: Managers,
): Managers {
  const isCreate = update.live === undefined || (ownValue(metadataOf(live), "uid") ?? "") === "";
  if (managers.size === 0 && !isCreate) return managers;
  return recordUpdate(update, live, object, managers);
}

/** Records a change as an update by the write's manager. Throws `TypedValueError` where types do not fit. */
export function recordUpdate(
  write: FieldWrite,
  live: JsonObject,
  object: JsonObject,
  managers: Managers,
): Managers {
  const typeAt = typesOf(write);
  const apiVersion = formatApiVersion(write.gvk);
  const type = typeAt(apiVersion);
  if (type === undefined) return managers;
  checkTyped(type, object, { allowDuplicates: true });
  checkTyped(type, live, { allowDuplicates: true });
  const { comparison, managers: left } = takeOver(
    {
      before: live,
      after: object,
      apiVersion,
      // The change is weighed against all recorded managers, this one's earlier self among them.
      manager: "",
      typeAt,
      convertTo: conversionOf(write),
      resetFields: resetFieldsOf(write),
      resetsAllVersions: write.resetsAllVersions ?? false,
    },
    reconcileManagers(managers, { object: live, apiVersion, typeAt, convertTo: conversionOf(write) }),
  );
  const changed = comparison.modified.union(comparison.added).difference(neverOwned);
  const after = new Map(left);
  if (!changed.isEmpty) addUpdate(after, write, changed);
  return joinOldUpdates(after);
}

function addUpdate(managers: Map<string, Manager>, write: FieldWrite, fields: FieldSet): void {
  const entry = {
    manager: write.manager === "" ? "unknown" : write.manager,
    operation: "Update" as const,
    apiVersion: formatApiVersion(write.gvk),
    subresource: write.subresource ?? "",
  };
  const id = managerId(entry);
  const earlier = managers.get(id)?.fields ?? FieldSet.empty;
  managers.set(id, { ...entry, time: timeOf(write), fields: fields.union(earlier) });
}

/** Joins the oldest updates of each version under the name `ancient-changes` until there are ten left. */
function joinOldUpdates(managers: ReadonlyMap<string, Manager>): Managers {
  const updates = [...managers].filter(([, manager]) => manager.operation === "Update");
  let excess = updates.length - maxUpdateManagers;
  if (excess <= 0) return managers;
  const joined = new Map(managers);
  const oldestByVersion = new Map<string, string>();
  for (const [id, manager] of updates.sort(byAge)) {
    if (excess <= 0) break;
    const oldest = oldestByVersion.get(manager.apiVersion);
    if (oldest === undefined) {
      oldestByVersion.set(manager.apiVersion, id);
      continue;
    }
    joinInto(joined, oldest, id);
    excess -= 1;
  }
  return joined;
}

function byAge([leftId, left]: [string, Manager], [rightId, right]: [string, Manager]): number {
  return secondsOf(left) - secondsOf(right) || (leftId < rightId ? -1 : 1);
}

function joinInto(managers: Map<string, Manager>, oldestId: string, id: string): void {
  const manager = managers.get(id);
  if (manager === undefined) return;
  const entry = {
    manager: "ancient-changes",
    operation: "Update" as const,
    apiVersion: manager.apiVersion,
    subresource: "",
  };
  const bucketId = managerId(entry);
  const known = managers.get(bucketId);
  const bucket = known ?? managers.get(oldestId);
  if (known === undefined) managers.delete(oldestId);
  managers.delete(id);
  const fields = bucket === undefined ? manager.fields : manager.fields.union(bucket.fields);
  // The later of the two times is the one of the entry that is joined, for they are joined by age.
  managers.set(bucketId, { ...entry, time: manager.time, fields });
}
