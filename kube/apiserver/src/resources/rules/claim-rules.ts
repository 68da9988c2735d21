import type { JsonObject, JsonValue } from "@weir/core";
import { jsonEqual } from "@weir/objects";
import { type FieldError, forbiddenField, invalidField, requiredField, unsupportedField } from "@weir/schema";
import {
  compareQuantities,
  formatQuantity,
  parseQuantity,
  quantityFromJson,
  quantityMilliValue,
} from "@weir/text";
import { goStructText } from "../../validation/go-struct.ts";
import { lineDiff } from "../../validation/line-diff.ts";
import { qualifiedNameErrors } from "../../validation/names.ts";
import type { KindRules } from "../builtin-strategy.ts";
import { child, ensureChild, strings, text } from "../draft-access.ts";
import type { Draft } from "../resource.ts";
import { basicAmountErrors, claimSpecErrors, nonNegativeErrors } from "./claim-errors.ts";

const CLASS = "volume.beta.kubernetes.io/storage-class";

/** A claim of storage: what it asks for is fixed, but for what a bound one may ask for later. */
export const volumeClaimRules: KindRules = {
  prepareForCreate(object) {
    const spec = ensureChild(object, "spec");
    dropForeignSource(spec);
    keepOldSource(spec, undefined);
    agreeOnSource(spec);
  },
  prepareForUpdate(object, old) {
    const spec = ensureChild(object, "spec");
    const before = child(old, "spec") ?? {};
    if (child(before, "dataSourceRef") === undefined) dropForeignSource(spec);
    keepOldSource(spec, before);
    agreeOnSource(spec);
  },
  warnings: claimWarnings,
  validate: (object) => claimSpecErrors(child(object, "spec") ?? {}, "spec"),
  updateChecks: ["changes", "whole", "update"],
  validateUpdate: (object, old) => [
    ...claimSpecErrors(child(object, "spec") ?? {}, "spec", { anyGroup: hasGroup(child(old, "spec") ?? {}) }),
    ...fixedErrors(object, old),
  ],
  validateStatus: (object) => statusErrors(object),
};

function hasGroup(spec: JsonObject): boolean {
  return ["dataSource", "dataSourceRef"].some((name) => typeof child(spec, name)?.["apiGroup"] === "string");
}

/** Sources in other namespaces belong to a feature that is off. */
function dropForeignSource(spec: Draft): void {
  if (text(child(spec, "dataSourceRef"), "namespace") !== "") delete spec["dataSourceRef"];
}

/** The older of the two fields never took but claims and snapshots; it drops all else without a word. */
function keepOldSource(spec: Draft, before: JsonObject | undefined): void {
  const isUsed = child(before, "dataSource") !== undefined || child(before, "dataSourceRef") !== undefined;
  if (isUsed || child(spec, "dataSourceRef") !== undefined) return;
  const source = child(spec, "dataSource");
  const known = `${text(source, "apiGroup")}/${text(source, "kind")}`;
  if (known !== "/PersistentVolumeClaim" && known !== "snapshot.storage.k8s.io/VolumeSnapshot")
    delete spec["dataSource"];
}

/** Both fields say the same where only one is given. */
function agreeOnSource(spec: Draft): void {
  const [source, reference] = [child(spec, "dataSource"), child(spec, "dataSourceRef")];
  if (source !== undefined && reference === undefined) spec["dataSourceRef"] = { ...source };
  else if (reference !== undefined && source === undefined && text(reference, "namespace") === "") {
    const { namespace: _namespace, ...same } = reference;
    spec["dataSource"] = same;
  }
}

/** Nobody has a part of a byte. */
function claimWarnings(object: JsonObject): readonly string[] {
  const annotations = child(child(object, "metadata"), "annotations") ?? {};
  const resources = child(child(object, "spec"), "resources");
  const deprecated = Object.hasOwn(annotations, CLASS)
    ? [`metadata.annotations[${CLASS}]: deprecated since v1.8; use "storageClassName" attribute instead`]
    : [];
  const parts = ["requests", "limits"].flatMap((list) => {
    const value = child(resources, list)?.["storage"];
    const quantity = value === undefined ? undefined : quantityFromJson(value);
    if (quantity === undefined || quantityMilliValue(quantity) % 1000n === 0n) return [];
    const shown = JSON.stringify(formatQuantity(quantity));
    return [`spec.resources.${list}[storage]: fractional byte value ${shown} is invalid, must be an integer`];
  });
  return [...deprecated, ...parts];
}

const FIXED =
  "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n";

/** A claim's wishes are fixed; a bound one may ask for more room, and the binder names the volume. */
function fixedErrors(object: JsonObject, old: JsonObject): readonly FieldError[] {
  const spec = child(object, "spec") ?? {};
  const was = child(old, "spec") ?? {};
  const now: Draft = { ...spec };
  const before: Draft = { ...was };
  const errors: FieldError[] = [];
  if (text(was, "volumeName") === "") copyField(before, spec, "volumeName");
  errors.push(...classChange(object, old, now));
  if (text(child(object, "status"), "phase") === "Bound") {
    const resources = child(now, "resources");
    const requests = child(resources, "requests");
    if (requests !== undefined)
      now["resources"] = { ...resources, requests: { ...requests, storage: sizeIn(was) } };
    copyField(now, was, "volumeAttributesClassName");
  }
  if (!jsonEqual(now, before)) {
    const [then, shown] = [before, now].map((each) => goStructText("PersistentVolumeClaimSpec", each, " "));
    errors.push(forbiddenField("spec", FIXED + lineDiff(then ?? "", shown ?? "")));
  }
  return [
    ...errors,
    ...sizeErrors(spec, was, old),
    ...modeErrors(spec, was),
    ...attributesErrors(spec, was, old),
  ];
}

function copyField(to: Draft, from: JsonObject, name: string): void {
  const value = from[name];
  if (value === undefined) delete to[name];
  else to[name] = value;
}

/** A class may be named where none is, or where an annotation names it already. */
function classChange(object: JsonObject, old: JsonObject, now: Draft): readonly FieldError[] {
  const [then, today] = [annotatedClass(old), annotatedClass(object)];
  const name = now["storageClassName"];
  const wasNamed = typeof child(old, "spec")?.["storageClassName"] === "string";
  return nameClass({ name, then, today, mayName: typeof name === "string" && !wasNamed }, now);
}

interface ClassNames {
  readonly name: JsonValue | undefined;
  readonly then: JsonValue | undefined;
  readonly today: JsonValue | undefined;
  readonly mayName: boolean;
}

function nameClass({ name, then, today, mayName }: ClassNames, now: Draft): readonly FieldError[] {
  const moves = mayName && name === then && (today ?? then) === then;
  const names = mayName && (then ?? name) === name;
  if (moves || names) delete now["storageClassName"];
  return moves ? [] : annotationErrors(then ?? "", today ?? "");
}

function annotationErrors(then: JsonValue, today: JsonValue): readonly FieldError[] {
  return then === today ? [] : [invalidField(`metadata.annotations.${CLASS}`, today, "field is immutable")];
}

function annotatedClass(object: JsonObject): JsonValue | undefined {
  return child(child(object, "metadata"), "annotations")?.[CLASS];
}

function sizeIn(spec: JsonObject): JsonValue {
  return child(child(spec, "resources"), "requests")?.["storage"] ?? "0";
}

const SIZE = "spec.resources.requests.storage";
const ZERO = parseQuantity("0");

/** What a claim asks for may shrink again, down to what it has. */
function sizeErrors(spec: JsonObject, was: JsonObject, old: JsonObject): readonly FieldError[] {
  const size = quantityFromJson(sizeIn(spec));
  if (compareQuantities(size, quantityFromJson(sizeIn(was))) >= 0) return [];
  const held = child(child(old, "status"), "capacity")?.["storage"];
  const least = held === undefined ? ZERO : quantityFromJson(held);
  if (compareQuantities(size, least) > 0) return [];
  return [forbiddenField(SIZE, "field can not be less than status.capacity")];
}

function modeErrors(spec: JsonObject, was: JsonObject): readonly FieldError[] {
  const mode = spec["volumeMode"] ?? null;
  if (mode === (was["volumeMode"] ?? null)) return [];
  return [invalidField("volumeMode", mode, "field is immutable")];
}

function attributesErrors(spec: JsonObject, was: JsonObject, old: JsonObject): readonly FieldError[] {
  const field = "volumeAttributesClassName";
  const name = spec[field] ?? null;
  const held = child(old, "status")?.["currentVolumeAttributesClassName"];
  if (name === (was[field] ?? null) || typeof held !== "string") return [];
  const refuse = (what: string): readonly FieldError[] => [
    forbiddenField(
      `spec.${field}`,
      `update to ${what} is forbidden when status.currentVolumeAttributesClassName is not nil`,
    ),
  ];
  if (name === null) return refuse("nil");
  return name === "" ? refuse("empty string") : [];
}

const RESIZES = [
  "ControllerResizeInProgress",
  "ControllerResizeInfeasible",
  "NodeResizeInProgress",
  "NodeResizeInfeasible",
  "NodeResizePending",
].sort();

function statusErrors(object: JsonObject): readonly FieldError[] {
  const status = child(object, "status") ?? {};
  const errors: FieldError[] = [];
  if (strings(child(object, "spec"), "accessModes").length === 0)
    errors.push(requiredField("Spec.accessModes"));
  for (const [name, value] of Object.entries(child(status, "capacity") ?? {}))
    errors.push(...basicAmountErrors(value ?? "0", `status.capacity[${name}]`));
  return [...errors, ...resizeErrors(status), ...allocatedErrors(status)];
}

function resizeErrors(status: JsonObject): readonly FieldError[] {
  const at = "status.allocatedResourceStatuses";
  return Object.entries(child(status, "allocatedResourceStatuses") ?? {}).flatMap(([name, value]) => [
    ...resourceNameErrors(name, at),
    ...(RESIZES.includes(String(value)) ? [] : [unsupportedField(at, name, RESIZES)]),
  ]);
}

function allocatedErrors(status: JsonObject): readonly FieldError[] {
  return Object.entries(child(status, "allocatedResources") ?? {}).flatMap(([name, value]) => {
    const place = `status.allocatedResources[${name}]`;
    const named = resourceNameErrors(name, "status.allocatedResources");
    if (named.length > 0) return named;
    const basic = basicAmountErrors(value ?? "0", place);
    return basic.length > 0 ? basic : nonNegativeErrors(value, place);
  });
}

/** Of what Kubernetes counts itself, a claim has storage alone. */
function resourceNameErrors(name: string, field: string): readonly FieldError[] {
  const errors = qualifiedNameErrors(name).map((why) => invalidField(field, name, why));
  const isNative = !name.includes("/") || name.includes("kubernetes.io/");
  if (errors.length > 0 || !isNative || name === "storage") return errors;
  return [unsupportedField(field, name, ["storage"])];
}
