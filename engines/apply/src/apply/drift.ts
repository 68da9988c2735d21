import type { JsonObject, JsonValue } from "@weir/core";
import { jsonEqual, type KubeObject } from "@weir/objects";

/**
 * Whether an apply would change a live object, by the answer to its dry run: labels, annotations and every field but
 * metadata and status count, as in Flux.
 */
export function hasDrifted(live: KubeObject, dryRun: KubeObject): boolean {
  if (!sameMap(live.metadata.labels, dryRun.metadata.labels)) return true;
  if (!sameMap(live.metadata.annotations, dryRun.metadata.annotations)) return true;
  return !jsonEqual(comparable(live), comparable(dryRun));
}

function sameMap(
  a: Readonly<Record<string, string>> | undefined,
  b: Readonly<Record<string, string>> | undefined,
): boolean {
  return jsonEqual(a ?? {}, b ?? {});
}

function comparable(object: KubeObject): JsonObject {
  const fields: Record<string, JsonValue> = {};
  for (const [key, value] of Object.entries(object)) {
    if (key !== "metadata" && key !== "status" && value !== undefined) fields[key] = value as JsonValue;
  }
  return fields;
}
