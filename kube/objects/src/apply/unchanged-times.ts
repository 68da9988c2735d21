import type { JsonObject, JsonValue } from "@weir/core";
import { asJson } from "../api-version.ts";
import { jsonEqual } from "../json-equality.ts";
import { isJsonArray, isJsonObject, ownValue } from "../json-object.ts";
import type { KubeObject } from "../object.ts";
import { metadataOf, withoutManagers } from "./managers.ts";

/**
 * Gives back the stored object when the next one differs from it in times of managedFields only, so that a write that
 * changes nothing is told from one that does.
 *
 * To be asked once the next object has its final form: an apply of `1000m` becomes the stored `1` only there.
 */
export function keepUnchangedTimes(stored: KubeObject, next: KubeObject): KubeObject {
  const before = asJson(stored);
  const after = asJson(next);
  if (!sameManagers(before, after)) return next;
  return jsonEqual(withoutManagers(before), withoutManagers(after)) ? stored : next;
}

function sameManagers(before: JsonObject, after: JsonObject): boolean {
  return jsonEqual(withoutTimes(before), withoutTimes(after));
}

function withoutTimes(object: JsonObject): JsonValue {
  const entries = ownValue(metadataOf(object), "managedFields");
  if (!isJsonArray(entries)) return [];
  return entries.map((entry) => {
    if (!isJsonObject(entry)) return entry;
    const { time: _, ...rest } = entry;
    return rest;
  });
}
