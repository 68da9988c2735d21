import type { JsonObject, JsonValue } from "@weir/core";
import { jsonEqual } from "../json-equality.ts";
import { isJsonArray, isJsonObject, type MutableJsonObject, ownValue, setOwn } from "../json-object.ts";

/**
 * Applies an RFC 7386 merge patch: null removes a key, objects merge, everything else replaces.
 *
 * The document is never changed; the result shares every part that the patch leaves alone, and is the document itself
 * when nothing changes. As evanphx/json-patch does, nulls inside a value that the patch brings in are dropped from
 * objects and kept in arrays.
 */
export function applyMergePatch(document: JsonValue, patch: JsonValue): JsonValue {
  if (!isJsonObject(patch)) return dropNulls(patch);
  if (!isJsonObject(document)) return dropNulls(patch);
  return mergeObjects(document, patch);
}

function mergeObjects(document: JsonObject, patch: JsonObject): JsonObject {
  let merged: MutableJsonObject | undefined;
  for (const key of Object.keys(patch)) {
    const change = patch[key] ?? null;
    const current = ownValue(document, key);
    if (change === null) {
      if (current === undefined) continue;
      merged ??= { ...document };
      delete merged[key];
      continue;
    }
    const next = mergeValue(current, change);
    if (jsonEqual(next, current)) continue;
    merged ??= { ...document };
    setOwn(merged, key, next);
  }
  return merged ?? document;
}

function mergeValue(current: JsonValue | undefined, change: JsonValue): JsonValue {
  if (!isJsonObject(current)) return dropNulls(change);
  // An array that takes the place of an object is the one value evanphx/json-patch leaves as it is.
  return isJsonObject(change) ? mergeObjects(current, change) : change;
}

function dropNulls(value: JsonValue): JsonValue {
  if (isJsonArray(value)) {
    const items = value.map(dropNulls);
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  if (!isJsonObject(value)) return value;
  const kept: MutableJsonObject = {};
  let isSame = true;
  for (const key of Object.keys(value)) {
    const child = value[key] ?? null;
    const next = child === null ? undefined : dropNulls(child);
    isSame &&= next === child;
    if (next !== undefined) setOwn(kept, key, next);
  }
  return isSame ? value : kept;
}
