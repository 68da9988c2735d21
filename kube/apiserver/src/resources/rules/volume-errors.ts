import type { JsonObject, JsonValue } from "@weir/core";
import { type FieldError, forbiddenField, invalidField, requiredField, unsupportedField } from "@weir/schema";
import {
  compareQuantities,
  formatQuantity,
  parseQuantity,
  quantityFromJson,
  quantityMilliValue,
} from "@weir/text";
import { selectorErrors } from "../../validation/label-selector.ts";
import { dns1123Subdomain } from "../../validation/names.ts";
import { sourceErrors } from "../../validation/pod/volume-sources.ts";
import { child, isDraft, strings, text } from "../draft-access.ts";

const ACCESS = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];
const MODES = ["Block", "Filesystem"];
const RECLAIMS = ["Delete", "Recycle", "Retain"];
const ZERO = parseQuantity("0");

/** What is wrong with what a claim asks for. */
export function claimSpecErrors(spec: JsonObject, field: string): readonly FieldError[] {
  const selector = child(spec, "selector");
  const requests = child(child(spec, "resources"), "requests") ?? {};
  const at = `${field}.resources[storage]`;
  const asked = requests["storage"];
  return [
    ...(strings(spec, "accessModes").length === 0
      ? [requiredField(`${field}.accessModes`, "at least 1 access mode is required")]
      : []),
    ...(selector === undefined ? [] : selectorErrors(selector, `${field}.selector`)),
    ...accessErrors(spec, field),
    ...(asked === undefined ? [requiredField(at)] : positiveErrors(asked, at)),
    ...classErrors(spec, "storageClassName", field),
    ...modeErrors(spec, field),
    ...classErrors(spec, "volumeAttributesClassName", field),
  ];
}

function accessErrors(spec: JsonObject, field: string): readonly FieldError[] {
  const modes = strings(spec, "accessModes");
  const at = `${field}.accessModes`;
  const errors = modes
    .filter((mode) => !ACCESS.includes(mode))
    .map((mode) => unsupportedField(at, mode, ACCESS));
  const isAlone = modes.every((mode) => mode === "ReadWriteOncePod" || !ACCESS.includes(mode));
  if (modes.includes("ReadWriteOncePod") && !isAlone)
    errors.push(forbiddenField(at, "may not use ReadWriteOncePod with other access modes"));
  return errors;
}

function positiveErrors(value: JsonValue, field: string): readonly FieldError[] {
  const quantity = quantityFromJson(value);
  if (compareQuantities(quantity, ZERO) > 0) return [];
  return [invalidField(field, formatQuantity(quantity), "must be greater than zero")];
}

function classErrors(spec: JsonObject, name: string, field: string): readonly FieldError[] {
  const value = text(spec, name);
  if (value === "") return [];
  return dns1123Subdomain(value, false).map((why) => invalidField(`${field}.${name}`, value, why));
}

function modeErrors(spec: JsonObject, field: string): readonly FieldError[] {
  const mode = spec["volumeMode"];
  if (typeof mode !== "string" || MODES.includes(mode)) return [];
  return [unsupportedField(`${field}.volumeMode`, mode, MODES)];
}

/** Fields of a volume that are objects and no source. */
const NO_SOURCES = new Set(["capacity", "claimRef", "nodeAffinity"]);

/** The order in which upstream looks at sources; others come after. */
const ORDER = ["hostPath", "gcePersistentDisk", "awsElasticBlockStore", "glusterfs", "flocker", "nfs", "rbd"];

/** What is wrong with a volume. */
export function volumeErrors(object: JsonObject): readonly FieldError[] {
  const spec = child(object, "spec") ?? {};
  const errors: FieldError[] = [];
  if (strings(spec, "accessModes").length === 0) errors.push(requiredField("spec.accessModes"));
  errors.push(...accessErrors(spec, "spec"), ...capacityErrors(spec));
  const reclaim = text(spec, "persistentVolumeReclaimPolicy");
  const at = "spec.persistentVolumeReclaimPolicy";
  if (reclaim !== "" && !RECLAIMS.includes(reclaim)) errors.push(unsupportedField(at, reclaim, RECLAIMS));
  const affinity = child(spec, "nodeAffinity");
  const required = child(affinity, "required");
  if (affinity !== undefined && required === undefined)
    errors.push(requiredField("spec.nodeAffinity.required", "must specify required node constraints"));
  errors.push(...volumeSourceErrors(spec, required !== undefined));
  if (reclaim === "Recycle" && text(child(spec, "hostPath"), "path") === "/")
    errors.push(forbiddenField(at, "may not be 'recycle' for a hostPath mount of '/'"));
  return [...errors, ...classErrors(spec, "storageClassName", "spec"), ...modeErrors(spec, "spec")];
}

function capacityErrors(spec: JsonObject): readonly FieldError[] {
  const capacity = child(spec, "capacity") ?? {};
  const names = Object.keys(capacity);
  const errors: FieldError[] = names.length === 0 ? [requiredField("spec.capacity")] : [];
  if (names.length !== 1 || names[0] !== "storage") {
    const shown = unsupportedField("spec.capacity", "", ["storage"]);
    const value = JSON.stringify(spec["capacity"] ?? null);
    errors.push({ ...shown, message: shown.message.replace('""', () => value) });
  }
  for (const [name, value] of Object.entries(capacity)) {
    const at = `spec.capacity[${name}]`;
    const whole = quantityMilliValue(quantityFromJson(value ?? "0")) / 1000n;
    if (whole < 0n) errors.push(invalidField(at, Number(whole), "must be a valid resource quantity"));
    errors.push(...positiveErrors(value ?? "0", at));
  }
  return errors;
}

function volumeSourceErrors(spec: JsonObject, hasAffinity: boolean): readonly FieldError[] {
  const place = (name: string): number => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);
  const [first, ...others] = Object.keys(spec)
    .filter((name) => isDraft(spec[name]) && !NO_SOURCES.has(name))
    .sort((a, b) => place(a) - place(b));
  if (first === undefined) return [requiredField("spec", "must specify a volume type")];
  return [
    ...oneSourceErrors(first, child(spec, first) ?? {}, hasAffinity),
    ...others.map((name) => forbiddenField(`spec.${name}`, "may not specify more than 1 volume type")),
  ];
}

function oneSourceErrors(name: string, source: JsonObject, hasAffinity: boolean): readonly FieldError[] {
  const field = `spec.${name}`;
  if (name === "local") {
    const isMissing = text(source, "path") === "";
    return [
      ...(isMissing ? [requiredField(`${field}.path`)] : []),
      ...(hasAffinity ? [] : [requiredField("spec.nodeAffinity", "Local volume requires node affinity")]),
    ];
  }
  if (name === "csi") {
    const isMissing = text(source, "volumeHandle") === "";
    return [
      ...(sourceErrors[name]?.(source, field) ?? []),
      ...(isMissing ? [requiredField(`${field}.volumeHandle`)] : []),
    ];
  }
  return sourceErrors[name]?.(source, field) ?? [];
}
