import type { JsonValue } from "@weir/core";
import { FieldSet } from "../fields/field-set.ts";
import { fieldSetOfValue } from "../typed/field-set-of-value.ts";
import { checkTyped, TypedValueError } from "../typed/check-typed.ts";
import type { FieldType } from "../typed/field-type.ts";
import { removeFields, withDeclaredParents } from "../typed/remove-fields.ts";
import type { Manager, Managers } from "./managers.ts";
import type { ConvertTo, TypeAt } from "./ownership.ts";

/** Who applied what, before and now. */
export interface Pruning {
  /** The applier as it was recorded before; `undefined` at its first apply. */
  readonly last: Manager | undefined;
  /** Identifier of the applier among the managers. */
  readonly applier: string;
  /** The version that the merged object is in. */
  readonly apiVersion: string;
  /** All managers, the applier with what it applies now. */
  readonly managers: Managers;
  readonly typeAt: TypeAt;
  readonly convertTo: ConvertTo;
}

/**
 * Removes from a merged object what its applier applied last time, does not apply now, and nobody else manages.
 *
 * An item of a list or a map goes as a whole, but what others own inside it stays, and so does what nobody owns. The
 * result may be in the version of the applier's last apply. Throws `TypedValueError` where the merged object does not have the
 * types of a version that it was managed in.
 */
export function pruneMerged(merged: JsonValue, pruning: Pruning): JsonValue {
  const { last, applier, managers, typeAt, convertTo } = pruning;
  const type = last === undefined ? undefined : typeAt(last.apiVersion);
  if (last === undefined || type === undefined || last.fields.isEmpty) return merged;
  checkVersions(merged, last, pruning);
  const now = managers.get(applier)?.fields ?? FieldSet.empty;
  // The common case: all that was applied is applied again.
  if (last.fields.difference(now).isEmpty) return merged;
  const lastFields = withDeclaredParents(type, last.fields);
  const atLast = convertTo(merged, last.apiVersion);
  let pruned = removeFields(type, atLast, lastFields);
  for (const [apiVersion, fields] of fieldsByVersion(managers, last.apiVersion)) {
    const versionType = typeAt(apiVersion);
    if (versionType === undefined) continue;
    const before = convertTo(atLast, apiVersion);
    pruned = addBackOwned(versionType, before, convertTo(pruned, apiVersion), fields);
  }
  const left = declaredFields(type, convertTo(pruned, last.apiVersion));
  const gone = declaredFields(type, atLast).difference(left);
  return removeFields(type, atLast, gone.intersection(lastFields));
}

/** The merged object has to be one of each version in which somebody manages it. */
function checkVersions(
  merged: JsonValue,
  last: Manager,
  { apiVersion, managers, typeAt, convertTo }: Pruning,
): void {
  const check = (version: string, refusal: string): void => {
    const type = typeAt(version);
    if (type === undefined) return;
    try {
      checkTyped(type, convertTo(merged, version), { allowDuplicates: false });
    } catch (error) {
      if (!(error instanceof TypedValueError)) throw error;
      throw new TypedValueError(`failed to prune fields: ${refusal}: ${error.message}`);
    }
  };
  if (last.apiVersion !== apiVersion)
    check(last.apiVersion, "failed to convert merged object to last applied version");
  for (const { apiVersion: version } of managers.values()) {
    if (version !== last.apiVersion && version !== apiVersion)
      check(version, `failed add back owned items: failed to convert merged object at version ${version}`);
  }
}

/** What all managers own, by version; that of the pruned object comes first. */
function fieldsByVersion(managers: Managers, first: string): ReadonlyMap<string, FieldSet> {
  const byVersion = new Map<string, FieldSet>([[first, FieldSet.empty]]);
  for (const { apiVersion, fields } of managers.values()) {
    byVersion.set(apiVersion, (byVersion.get(apiVersion) ?? FieldSet.empty).union(fields));
  }
  return byVersion;
}

function addBackOwned(type: FieldType, merged: JsonValue, pruned: JsonValue, owned: FieldSet): JsonValue {
  const kept = declaredFields(type, pruned).union(withDeclaredParents(type, owned));
  return removeFields(type, merged, declaredFields(type, merged).difference(kept));
}

function declaredFields(type: FieldType, value: JsonValue): FieldSet {
  return withDeclaredParents(type, fieldSetOfValue(type, value));
}
