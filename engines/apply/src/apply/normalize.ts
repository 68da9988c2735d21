import { decodeObject, findKind, GoDecodeError, goStruct } from "@weir/builtin";
import type { JsonObject, JsonValue } from "@weir/core";
import { gvkOf, type KubeObject } from "@weir/objects";

/** Groups whose kinds Flux sends as they are, because its clients have no Go types for them. */
const UNTYPED_GROUPS: ReadonlySet<string> = new Set(["apiextensions.k8s.io", "apiregistration.k8s.io"]);

/** Flux leaves the rules of these alone, because its types would write them otherwise. */
const UNTYPED_KINDS: ReadonlySet<string> = new Set(["Role", "ClusterRole"]);

/** Hears of the fields of an object that are not sent. */
export type OnDroppedFields = (object: KubeObject, fields: readonly string[]) => void;

/**
 * An object as it is sent: a built-in kind with only the fields that its Go type has, defaults filled in that are keys of
 * lists, a Secret's `stringData` folded into `data`, without status and the metadata that the server sets.
 *
 * A field that the type does not know would make the server refuse the whole object; Flux drops it, and so it is dropped
 * here. An object that does not fit its type is sent as it is, for the server to say what is wrong.
 */
export function normalizeForApply(object: KubeObject, onDropped?: OnDroppedFields): KubeObject {
  const isDefinition = object.kind === "CustomResourceDefinition";
  const { status, ...rest } = typedObject(object, onDropped);
  const {
    creationTimestamp: _created,
    managedFields: _managed,
    resourceVersion: _version,
    uid: _uid,
    ...metadata
  } = rest.metadata;
  const normal = { ...rest, metadata, ...(isDefinition && status !== undefined ? { status } : {}) };
  return withListKeys(normal as KubeObject);
}

function typedObject(object: KubeObject, onDropped: OnDroppedFields | undefined): KubeObject {
  const gvk = gvkOf(object);
  if (UNTYPED_GROUPS.has(gvk.group)) return object;
  if (object.apiVersion === "rbac.authorization.k8s.io/v1" && UNTYPED_KINDS.has(gvk.kind)) return object;
  const { definition } = findKind(gvk) ?? {};
  const struct = definition === undefined ? undefined : goStruct(definition);
  if (struct === undefined) return object;
  try {
    const { value, unknownFields } = decodeObject(struct, object as unknown as JsonObject);
    if (unknownFields.length > 0) onDropped?.(object, unknownFields);
    return { ...(value as unknown as KubeObject), apiVersion: object.apiVersion, kind: object.kind };
  } catch (error) {
    if (error instanceof GoDecodeError) return object;
    throw error;
  }
}

/** Where the pods of a kind are described, from the object on. */
const POD_SPECS: Readonly<Record<string, readonly string[]>> = {
  "v1/Pod": ["spec"],
  "apps/v1/Deployment": ["spec", "template", "spec"],
  "apps/v1/StatefulSet": ["spec", "template", "spec"],
  "apps/v1/DaemonSet": ["spec", "template", "spec"],
  "apps/v1/ReplicaSet": ["spec", "template", "spec"],
  "batch/v1/Job": ["spec", "template", "spec"],
  "batch/v1/CronJob": ["spec", "jobTemplate", "spec", "template", "spec"],
};

/** The protocol of a port is part of its key in a list, so it must be there before fields are owned by that key. */
function withListKeys(object: KubeObject): KubeObject {
  if (object.apiVersion === "v1" && object.kind === "Secret") return foldStringData(object);
  const value = object as unknown as JsonObject;
  if (object.apiVersion === "v1" && object.kind === "Service") {
    return changeAt(value, ["spec"], withProtocols) as unknown as KubeObject;
  }
  const at = POD_SPECS[`${object.apiVersion}/${object.kind}`];
  return at === undefined ? object : (changeAt(value, at, withContainerPorts) as unknown as KubeObject);
}

function withContainerPorts(podSpec: JsonObject): JsonObject {
  const { containers } = podSpec;
  if (!Array.isArray(containers)) return podSpec;
  return { ...podSpec, containers: containers.map((item) => (isMap(item) ? withProtocols(item) : item)) };
}

function withProtocols(holder: JsonObject): JsonObject {
  const { ports } = holder;
  if (!Array.isArray(ports)) return holder;
  const complete = ports.map((port) =>
    isMap(port) && !port["protocol"] ? { ...port, protocol: "TCP" } : port,
  );
  return { ...holder, ports: complete };
}

function changeAt(
  object: JsonObject,
  path: readonly string[],
  change: (value: JsonObject) => JsonObject,
): JsonObject {
  const [field, ...rest] = path;
  if (field === undefined) return change(object);
  const inner = Object.hasOwn(object, field) ? object[field] : undefined;
  return isMap(inner) ? { ...object, [field]: changeAt(inner, rest, change) } : object;
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
