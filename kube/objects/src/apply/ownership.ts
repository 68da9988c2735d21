import type { JsonValue } from "@weir/core";
import { FieldSet } from "../fields/field-set.ts";
import { checkTyped, TypedValueError } from "../typed/check-typed.ts";
import { compareTyped, type Comparison } from "../typed/compare-typed.ts";
import type { FieldType } from "../typed/field-type.ts";
import { reconcileFields } from "../typed/remove-fields.ts";
import type { Manager, Managers } from "./managers.ts";

/** The type of the object at each version; `undefined` for a version that is not served any more. */
export type TypeAt = (apiVersion: string) => FieldType | undefined;

/** Writes an object, which names its own version, in another version. */
export type ConvertTo = (object: JsonValue, apiVersion: string) => JsonValue;

/** A change of an object by one manager, as far as the others' ownership is concerned. */
export interface Change {
  readonly before: JsonValue;
  readonly after: JsonValue;
  /** The version that the request is made in. */
  readonly apiVersion: string;
  /** Identifier of the manager who makes the change; nothing is taken from it. */
  readonly manager: string;
  readonly typeAt: TypeAt;
  readonly convertTo: ConvertTo;
  /** Fields that the request never changes: status through the main resource, spec through `/status`. */
  readonly resetFields: FieldSet;
  /** Whether they are left out of what managers of other versions are asked, too. */
  readonly resetsAllVersions: boolean;
}

/** What a change takes from other managers. */
export interface Takeover {
  readonly comparison: Comparison;
  /** The managers after the change, those who own nothing any more left out. */
  readonly managers: Managers;
  /** What was taken from each manager that owned what the change sets otherwise. */
  readonly conflicts: ReadonlyMap<string, FieldSet>;
}

/**
 * Compares before and after, at the version of each manager, and takes from every other manager what it owned of the
 * fields that changed or went.
 */
export function takeOver(change: Change, managers: Managers): Takeover {
  const compareAt = comparisons(change);
  const conflicts = new Map<string, FieldSet>();
  const left = new Map<string, Manager>();
  for (const [id, manager] of managers) {
    if (id === change.manager) {
      left.set(id, manager);
      continue;
    }
    const comparison = compareAt(manager.apiVersion);
    if (comparison === undefined) continue;
    const taken = manager.fields.intersection(comparison.modified.union(comparison.added));
    if (!taken.isEmpty) conflicts.set(id, taken);
    left.set(id, {
      ...manager,
      fields: manager.fields.difference(taken).difference(comparison.removed),
    });
  }
  for (const [id, manager] of left) if (manager.fields.isEmpty) left.delete(id);
  const own = compareAt(change.apiVersion) ?? noChanges;
  return { comparison: own, managers: left, conflicts };
}

const noChanges: Comparison = { removed: FieldSet.empty, modified: FieldSet.empty, added: FieldSet.empty };

function comparisons(change: Change): (apiVersion: string) => Comparison | undefined {
  const known = new Map<string, Comparison | undefined>();
  return (apiVersion) => {
    if (!known.has(apiVersion)) known.set(apiVersion, compareAt(change, apiVersion));
    return known.get(apiVersion);
  };
}

function compareAt(change: Change, apiVersion: string): Comparison | undefined {
  const type = change.typeAt(apiVersion);
  if (type === undefined) return undefined;
  const isOwn = apiVersion === change.apiVersion;
  const before = isOwn ? change.before : converted(change, type, "before", apiVersion);
  const after = isOwn ? change.after : converted(change, type, "after", apiVersion);
  const comparison = compareTyped(type, before, after);
  if (!isOwn && !change.resetsAllVersions) return comparison;
  const { removed, modified, added } = comparison;
  return {
    removed: removed.recursiveDifference(change.resetFields),
    modified: modified.recursiveDifference(change.resetFields),
    added: added.recursiveDifference(change.resetFields),
  };
}

function converted(
  change: Change,
  type: FieldType,
  which: "before" | "after",
  apiVersion: string,
): JsonValue {
  const object = change.convertTo(change[which], apiVersion);
  try {
    checkTyped(type, object, { allowDuplicates: false });
  } catch (error) {
    if (!(error instanceof TypedValueError)) throw error;
    const name = which === "before" ? "old" : "new";
    throw new TypedValueError(`failed to convert ${name} object: ${error.message}`);
  }
  return object;
}

/** The object that managers were recorded on, and how it is read at their versions. */
export interface Recorded {
  readonly object: JsonValue;
  /** The version that the object is in. */
  readonly apiVersion: string;
  readonly typeAt: TypeAt;
  readonly convertTo: ConvertTo;
}

/**
 * Brings what managers recorded under older schemas up to the present ones; drops who wrote at a version that is not served
 * any more. Throws `TypedValueError` where the object does not have the types of a manager's version.
 */
export function reconcileManagers(managers: Managers, recorded: Recorded): Managers {
  const reconciled = new Map<string, Manager>();
  for (const [id, manager] of managers) {
    const type = recorded.typeAt(manager.apiVersion);
    if (type === undefined) continue;
    if (manager.apiVersion !== recorded.apiVersion) {
      checkTyped(type, recorded.convertTo(recorded.object, manager.apiVersion), { allowDuplicates: false });
    }
    const fields = reconcileFields(type, manager.fields);
    reconciled.set(id, fields === manager.fields ? manager : { ...manager, fields });
  }
  return reconciled;
}
