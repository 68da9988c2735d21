import type { JsonObject, JsonValue } from "@weir/core";
import { type FieldError, forbiddenField, requiredField, unsupportedField } from "@weir/schema";
import { nodeTermErrors } from "../../validation/pod/affinity.ts";
import { child, children, strings, text } from "../draft-access.ts";
import type { WriteContext } from "../resource.ts";
import { accessErrors, basicAmountErrors, classErrors, modeErrors, positiveErrors } from "./claim-errors.ts";
import { persistentSourceErrors } from "./persistent-source-errors.ts";

const RECLAIMS = ["Delete", "Recycle", "Retain"];

/** What is wrong with a volume. */
export function volumeErrors(
  object: JsonObject,
  { emptied }: Pick<WriteContext, "emptied">,
): readonly FieldError[] {
  const spec = child(object, "spec") ?? {};
  const affinity = child(spec, "nodeAffinity");
  const reclaim = text(spec, "persistentVolumeReclaimPolicy");
  const at = "spec.persistentVolumeReclaimPolicy";
  const errors: FieldError[] = [];
  if (strings(spec, "accessModes").length === 0) errors.push(requiredField("spec.accessModes"));
  errors.push(...accessErrors(spec, "spec"), ...capacityErrors(spec, emptied));
  if (reclaim !== "" && !RECLAIMS.includes(reclaim)) errors.push(unsupportedField(at, reclaim, RECLAIMS));
  errors.push(...affinityErrors(affinity));
  const owner = { name: text(child(object, "metadata"), "name"), hasAffinity: affinity !== undefined };
  errors.push(...persistentSourceErrors(spec, "spec", owner));
  const hostPath = child(spec, "hostPath");
  if (hostPath !== undefined && isRoot(text(hostPath, "path")) && reclaim === "Recycle")
    errors.push(forbiddenField(at, "may not be 'recycle' for a hostPath mount of '/'"));
  return [
    ...errors,
    ...classErrors(spec, "storageClassName", "spec"),
    ...modeErrors(spec, "spec"),
    ...attributesErrors(spec, "spec"),
    ...mountOptionErrors(object, spec),
  ];
}

/** A volume that is written out in an attachment: nothing but a CSI source. */
export function inlineVolumeErrors(spec: JsonObject, field: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const forbid = (name: string, detail = "may not be specified in the context of inline volumes"): void =>
    void errors.push(forbiddenField(`${field}.${name}`, detail));
  if (child(spec, "claimRef") !== undefined) forbid("claimRef");
  if (Object.keys(child(spec, "capacity") ?? {}).length > 0) forbid("capacity");
  if (child(spec, "csi") === undefined)
    errors.push(requiredField(`${field}.csi`, "has to be specified in the context of inline volumes"));
  if (strings(spec, "accessModes").length === 0) errors.push(requiredField(`${field}.accessModes`));
  errors.push(...accessErrors(spec, field));
  const reclaim = text(spec, "persistentVolumeReclaimPolicy");
  if (reclaim !== "" && reclaim !== "Retain")
    forbid("persistentVolumeReclaimPolicy", "may only be Retain in the context of inline volumes");
  if (child(spec, "nodeAffinity") !== undefined) forbid("nodeAffinity");
  errors.push(...persistentSourceErrors(spec, field, { name: "", hasAffinity: false }));
  if (text(spec, "storageClassName") !== "") forbid("storageClassName");
  const mode = spec["volumeMode"];
  if (typeof mode === "string" && mode !== "Filesystem")
    forbid("volumeMode", "may not specify volumeMode other than Filesystem in the context of inline volumes");
  return errors;
}

/** Whether a path is the root once it is cleaned as Go's path.Clean does. */
function isRoot(path: string): boolean {
  if (!path.startsWith("/")) return false;
  let depth = 0;
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    depth = part === ".." ? Math.max(0, depth - 1) : depth + 1;
  }
  return depth === 0;
}

function capacityErrors(spec: JsonObject, emptied: readonly string[]): readonly FieldError[] {
  const capacity = child(spec, "capacity") ?? {};
  const names = Object.keys(capacity);
  const errors: FieldError[] = names.length === 0 ? [requiredField("spec.capacity")] : [];
  if (names.length !== 1 || names[0] !== "storage")
    errors.push(unsupportedField("spec.capacity", shownCapacity(spec, emptied), ["storage"]));
  for (const name of names) {
    const at = `spec.capacity[${name}]`;
    const value = capacity[name] ?? "0";
    errors.push(...basicAmountErrors(value, at), ...positiveErrors(value, at));
  }
  return errors;
}

/** A map without items is shown as such, though it is stored as none. */
function shownCapacity(spec: JsonObject, emptied: readonly string[]): JsonValue {
  return spec["capacity"] ?? (emptied.includes("spec.capacity") ? {} : null);
}

function affinityErrors(affinity: JsonObject | undefined): readonly FieldError[] {
  if (affinity === undefined) return [];
  const at = "spec.nodeAffinity.required";
  const required = child(affinity, "required");
  if (required === undefined) return [requiredField(at, "must specify required node constraints")];
  const terms = children(required, "nodeSelectorTerms");
  const path = `${at}.nodeSelectorTerms`;
  if (terms.length === 0) return [requiredField(path, "must have at least one node selector term")];
  return terms.flatMap((term, index) => nodeTermErrors(term, `${path}[${index}]`, false));
}

function attributesErrors(spec: JsonObject, field: string): readonly FieldError[] {
  const name = spec["volumeAttributesClassName"];
  if (typeof name !== "string") return [];
  const at = `${field}.volumeAttributesClassName`;
  const errors =
    name === ""
      ? [requiredField(at, "an empty string is disallowed")]
      : [...classErrors(spec, "volumeAttributesClassName", field)];
  if (child(spec, "csi") === undefined)
    errors.push(requiredField(`${field}.csi`, "has to be specified when using volumeAttributesClassName"));
  return errors;
}

const MOUNT_OPTIONS = "volume.beta.kubernetes.io/mount-options";
const MOUNTED = [
  "gcePersistentDisk",
  "awsElasticBlockStore",
  "glusterfs",
  "nfs",
  "rbd",
  "quobyte",
  "iscsi",
  "cinder",
  "cephfs",
  "azureFile",
  "vsphereVolume",
  "azureDisk",
  "photonPersistentDisk",
];

function mountOptionErrors(object: JsonObject, spec: JsonObject): readonly FieldError[] {
  const annotations = child(child(object, "metadata"), "annotations");
  if (annotations === undefined || !Object.hasOwn(annotations, MOUNT_OPTIONS)) return [];
  if (MOUNTED.some((name) => child(spec, name) !== undefined)) return [];
  const detail = "may not specify mount options for this volume type";
  return [forbiddenField(`metadata.annotations.${MOUNT_OPTIONS}`, detail)];
}
