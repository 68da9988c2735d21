import type { JsonObject } from "@weir/core";
import { child } from "./draft-access.ts";

/**
 * The fields that who writes a bootstrap object owns, as FieldsV1: labels and annotations one by one, and of the rest what
 * priority classes, roles and their bindings hold, whose lists are owned whole. What a Namespace has beside its name is the server's own.
 */
export function bootstrapFields(object: JsonObject): JsonObject {
  const metadata = child(object, "metadata");
  const owned: Record<string, JsonObject> = {};
  const inMetadata: Record<string, JsonObject> = {};
  for (const key of ["annotations", "labels"]) {
    const map = child(metadata, key);
    if (map !== undefined) inMetadata[`f:${key}`] = fieldsOfMap(map);
  }
  const aggregation = child(object, "aggregationRule");
  if (aggregation !== undefined) owned["f:aggregationRule"] = fieldsOfMap(aggregation);
  if (Object.keys(inMetadata).length > 0) owned["f:metadata"] = inMetadata;
  for (const key of ["description", "preemptionPolicy", "roleRef", "rules", "subjects", "value"]) {
    if ((object[key] ?? null) !== null) owned[`f:${key}`] = {};
  }
  return owned;
}

function fieldsOfMap(map: JsonObject): JsonObject {
  const keys = Object.keys(map).sort();
  return { ".": {}, ...Object.fromEntries(keys.map((key) => [`f:${key}`, {}])) };
}
