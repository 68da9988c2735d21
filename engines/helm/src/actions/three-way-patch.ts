import type { JsonObject, JsonValue } from "@weir/core";
import { builtinSchema } from "@weir/builtin";
import type { Patch } from "@weir/client";
import { asJson, gvkOf, jsonEqual, type KubeObject } from "@weir/objects";
import { isPlainObject, strategicPatch } from "./strategic-patch.ts";

/** An object as the manifest before had it, as it is on the cluster, and as it is to become. */
export interface ThreeWay {
  readonly original: KubeObject;
  readonly live: KubeObject;
  readonly target: KubeObject;
}

/** A patch that merges. */
export type MergingPatch = Exclude<Patch, { readonly type: "json" }>;

/**
 * The patch that helm sends where it does not apply server-side: strategic, by all three sides, for kinds that Kubernetes
 * itself has. For others it merges what changed from manifest to manifest, whatever the cluster has, unless all sides are
 * asked for.
 */
export function threeWayPatch(sides: ThreeWay, threeWayForCustom: boolean): MergingPatch {
  const [original, live, target] = [asJson(sides.original), asJson(sides.live), asJson(sides.target)];
  const schema = builtinSchema(gvkOf(sides.target));
  if (schema !== undefined) {
    return { type: "strategic", patch: strategicPatch({ original, live, target }, schema) };
  }
  const changed = mergePatch(threeWayForCustom ? live : original, target, !threeWayForCustom);
  if (!threeWayForCustom) return { type: "merge", patch: changed };
  return { type: "merge", patch: merged(changed, deletions(original, target)) };
}

/** What makes the one out of the other; removed fields are null, if they are to be told. */
function mergePatch(from: JsonObject, to: JsonObject, withDeletions: boolean): JsonObject {
  const patch: Record<string, JsonValue> = {};
  for (const [key, value] of Object.entries(to)) {
    const before = own(from, key);
    if (before !== undefined && jsonEqual(before, value)) continue;
    if (!isPlainObject(before) || !isPlainObject(value)) {
      set(patch, key, value);
      continue;
    }
    const nested = mergePatch(before, value, withDeletions);
    if (Object.keys(nested).length > 0) set(patch, key, nested);
  }
  if (!withDeletions) return patch;
  for (const key of Object.keys(from)) if (own(to, key) === undefined) set(patch, key, null);
  return patch;
}

/** A null for each field that is gone. */
function deletions(from: JsonObject, to: JsonObject): JsonObject {
  const patch: Record<string, JsonValue> = {};
  for (const [key, before] of Object.entries(from)) {
    const value = own(to, key);
    if (value === undefined) set(patch, key, null);
    else if (isPlainObject(before) && isPlainObject(value)) {
      const nested = deletions(before, value);
      if (Object.keys(nested).length > 0) set(patch, key, nested);
    }
  }
  return patch;
}

function merged(left: JsonObject, right: JsonObject): JsonObject {
  const patch: Record<string, JsonValue> = { ...left };
  for (const [key, value] of Object.entries(right)) {
    const before = own(left, key);
    set(patch, key, isPlainObject(before) && isPlainObject(value) ? merged(before, value) : value);
  }
  return patch;
}

function own(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function set(object: Record<string, JsonValue>, key: string, value: JsonValue): void {
  Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}
