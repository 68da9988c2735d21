import type { JsonObject, JsonValue } from "@weir/core";
import type { KubeObject } from "@weir/objects";

/**
 * An object as it is sent: without status and the metadata that the server sets, and for a Secret with `stringData` folded
 * into `data`, so that the fields we own are those that the server keeps.
 */
export function normalizeForApply(object: KubeObject): KubeObject {
  const { status: _status, ...rest } = object;
  const {
    creationTimestamp: _created,
    managedFields: _managed,
    resourceVersion: _version,
    uid: _uid,
    ...metadata
  } = object.metadata;
  const normal = { ...rest, metadata } as KubeObject;
  return object.kind === "Secret" && object.apiVersion === "v1" ? foldStringData(normal) : normal;
}

function foldStringData(secret: KubeObject): KubeObject {
  const { stringData, ...rest } = secret;
  if (!isMap(stringData)) return secret;
  const data: Record<string, JsonValue> = isMap(rest["data"]) ? { ...rest["data"] } : {};
  for (const [key, value] of Object.entries(stringData)) {
    if (typeof value !== "string") return secret;
    data[key] = Buffer.from(value, "utf8").toString("base64");
  }
  return { ...rest, data } as KubeObject;
}

function isMap(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
