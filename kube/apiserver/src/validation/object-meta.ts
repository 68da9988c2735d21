import type { JsonObject, JsonValue } from "@weir/core";
import { jsonEqual } from "@weir/objects";
import { type FieldError, forbiddenField, invalidField, requiredField, tooLongField } from "@weir/schema";
import { child, children, isDraft, list, strings, text } from "../resources/draft-access.ts";
import { invalidStruct } from "./struct-field.ts";
import { labelValueErrors, type NameRule, qualifiedNameErrors } from "./names.ts";

const MAX_ANNOTATIONS_BYTES = 256 * 1024;
const standardFinalizers = new Set(["orphan", "foregroundDeletion", "kubernetes"]);

/** Whose metadata it is. */
export interface MetaSubject {
  readonly isNamespaced: boolean;
  readonly isCustom: boolean;
  /** Inside of another object, where it may have no name. */
  readonly isEmbedded?: boolean;
  readonly group?: string;
  readonly plural?: string;
}

/** Groups whose rules look at metadata as those of custom resources do. */
const generalGroups = new Set([
  "admissionregistration.k8s.io",
  "apiextensions.k8s.io",
  "apiregistration.k8s.io",
  "coordination.k8s.io",
  "node.k8s.io",
]);

/** Kinds whose own rules leave the metadata to the general ones. */
const generalKinds = new Set(["/events", "policy/poddisruptionbudgets"]);

/** Whether the finalizers of such objects must be qualified by a domain, or be one that everybody knows. */
function hasOwnFinalizers({ isCustom, group = "", plural = "" }: MetaSubject): boolean {
  return !isCustom && !generalGroups.has(group) && !generalKinds.has(`${group}/${plural}`);
}

/** What is wrong with the metadata of an object; finalizers of most built-in kinds must be qualified by a domain. */
export function validateObjectMeta(
  object: JsonObject,
  subject: MetaSubject,
  rule: NameRule,
): readonly FieldError[] {
  const { isNamespaced, isEmbedded = false } = subject;
  const metadata = child(object, "metadata") ?? {};
  const errors: FieldError[] = [];
  const generateName = text(metadata, "generateName");
  const name = text(metadata, "name");
  if (generateName !== "") {
    for (const message of rule(generateName, true))
      errors.push(invalidField("metadata.generateName", generateName, message));
  }
  if (name === "") {
    if (!isEmbedded) errors.push(requiredField("metadata.name", "name or generateName is required"));
  } else for (const message of rule(name, false)) errors.push(invalidField("metadata.name", name, message));
  if (!isNamespaced && text(metadata, "namespace") !== "") {
    errors.push(forbiddenField("metadata.namespace", "not allowed on this type"));
  }
  errors.push(...labelErrors(child(metadata, "labels"), "metadata.labels"));
  errors.push(...annotationErrors(child(metadata, "annotations"), "metadata.annotations"));
  errors.push(...ownerErrors(metadata));
  errors.push(...finalizerErrors(metadata), ...managedFieldsErrors(metadata));
  if (hasOwnFinalizers(subject)) errors.push(...ownFinalizerErrors(metadata));
  return errors;
}

/** What is wrong with a map of labels. */
export function labelErrors(labels: JsonObject | undefined, field: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const [key, value] of Object.entries(labels ?? {})) {
    for (const message of qualifiedNameErrors(key)) errors.push(invalidField(field, key, message));
    for (const message of labelValueErrors(String(value))) errors.push(invalidField(field, value, message));
  }
  return errors;
}

/** What is wrong with a map of annotations. */
export function annotationErrors(annotations: JsonObject | undefined, field: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  let size = 0;
  for (const [key, value] of Object.entries(annotations ?? {})) {
    for (const message of qualifiedNameErrors(key.toLowerCase()))
      errors.push(invalidField(field, key, message));
    size += Buffer.byteLength(key) + Buffer.byteLength(String(value));
  }
  if (size > MAX_ANNOTATIONS_BYTES) errors.push(tooLongField(field, MAX_ANNOTATIONS_BYTES));
  return errors;
}

function ownerErrors(metadata: JsonObject): readonly FieldError[] {
  const owners = children(metadata, "ownerReferences");
  const errors: FieldError[] = [];
  for (const owner of owners) errors.push(...oneOwnerErrors(owner));
  const controllers = owners.filter((owner) => owner["controller"] === true);
  const [first, second] = controllers;
  if (first !== undefined && second !== undefined) {
    const names = `${text(first, "kind")}/${text(first, "name")} and ${text(second, "kind")}/${text(second, "name")}`;
    const detail = `Only one reference can have Controller set to true. Found "true" in references for ${names}`;
    errors.push(invalidStruct("metadata.ownerReferences", owners.map(asDeclared), detail));
  }
  return errors;
}

const OWNER_FIELDS = ["apiVersion", "kind", "name", "uid", "controller", "blockOwnerDeletion"];

/** Fields in the order in which Go writes them. */
function asDeclared(owner: JsonObject): JsonObject {
  const known = OWNER_FIELDS.filter((field) => owner[field] !== undefined);
  return Object.fromEntries(known.map((field) => [field, owner[field] ?? null]));
}

function oneOwnerErrors(owner: JsonObject): readonly FieldError[] {
  const field = "metadata.ownerReferences";
  const errors: FieldError[] = [];
  const apiVersion = text(owner, "apiVersion");
  const version = apiVersion.includes("/") ? apiVersion.slice(apiVersion.indexOf("/") + 1) : apiVersion;
  if (version === "")
    errors.push(invalidField(`${field}.apiVersion`, apiVersion, "version must not be empty"));
  for (const key of ["kind", "name", "uid"]) {
    if (text(owner, key) === "") errors.push(invalidField(`${field}.${key}`, "", "must not be empty"));
  }
  if (apiVersion === "v1" && owner["kind"] === "Event") {
    errors.push(invalidStruct(field, owner, "/v1, Kind=Event is disallowed from being an owner"));
  }
  return errors;
}

function finalizerErrors(metadata: JsonObject): readonly FieldError[] {
  const finalizers = strings(metadata, "finalizers");
  const errors = finalizers.flatMap((finalizer) =>
    qualifiedNameErrors(finalizer).map((message) => invalidField("metadata.finalizers", finalizer, message)),
  );
  if (finalizers.includes("orphan") && finalizers.includes("foregroundDeletion")) {
    const detail = "finalizers orphan and foregroundDeletion cannot be both set";
    errors.push(invalidField("metadata.finalizers", list(metadata, "finalizers") as JsonValue, detail));
  }
  return errors;
}

/** What the rules of a kind itself find in the metadata of an update that changes it. */
export function validateKindMetaUpdate(
  object: JsonObject,
  old: JsonObject,
  subject: MetaSubject,
): readonly FieldError[] {
  const errors = validateObjectMetaUpdate(object, old);
  if (!hasOwnFinalizers(subject)) return errors;
  return [...errors, ...ownFinalizerErrors(child(object, "metadata") ?? {})];
}

/** A finalizer of a built-in kind says by its domain whose it is. */
function ownFinalizerErrors(metadata: JsonObject): readonly FieldError[] {
  return strings(metadata, "finalizers").flatMap((finalizer, index) => {
    if (finalizer.includes("/") || standardFinalizers.has(finalizer)) return [];
    const detail = "name is neither a standard finalizer name nor is it fully qualified";
    return [invalidField(`metadata.finalizers[${index}]`, finalizer, detail)];
  });
}

function managedFieldsErrors(metadata: JsonObject): readonly FieldError[] {
  const errors: FieldError[] = [];
  children(metadata, "managedFields").forEach((entry, index) => {
    const field = `metadata.managedFields[${index}]`;
    const operation = text(entry, "operation");
    if (operation !== "Apply" && operation !== "Update") {
      errors.push(invalidField(`${field}.operation`, operation, "must be `Apply` or `Update`"));
    }
    const type = text(entry, "fieldsType");
    if (type !== "" && type !== "FieldsV1") {
      errors.push(invalidField(`${field}.fieldsType`, type, "must be `FieldsV1`"));
    }
  });
  return errors;
}

/** Metadata that an update must not change, each checked twice as Kubernetes does for built-in kinds. */
export function validateObjectMetaUpdate(object: JsonObject, old: JsonObject): readonly FieldError[] {
  const metadata = child(object, "metadata") ?? {};
  const before = child(old, "metadata") ?? {};
  const errors: FieldError[] = [];
  if (text(before, "deletionTimestamp") !== "") {
    const known = new Set(strings(before, "finalizers"));
    const added = strings(metadata, "finalizers").filter((finalizer) => !known.has(finalizer));
    if (added.length > 0) {
      const names = added
        .sort()
        .map((name) => JSON.stringify(name))
        .join(", ");
      const detail = `no new finalizers can be added if the object is being deleted, found new finalizers []string{${names}}`;
      errors.push(forbiddenField("metadata.finalizers", detail));
    }
  }
  for (const key of [
    "name",
    "namespace",
    "uid",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
  ]) {
    const now = metadata[key];
    if (jsonEqual(now ?? null, before[key] ?? null)) continue;
    if (key === "deletionTimestamp" && isUnset(now)) continue;
    errors.push(invalidField(`metadata.${key}`, now ?? null, "field is immutable"));
  }
  errors.push(...labelErrors(child(metadata, "labels"), "metadata.labels"));
  errors.push(...annotationErrors(child(metadata, "annotations"), "metadata.annotations"));
  errors.push(...ownerErrors(metadata), ...managedFieldsErrors(metadata));
  return errors;
}

function isUnset(value: JsonValue | undefined): boolean {
  return (
    value === undefined ||
    value === null ||
    value === "" ||
    (isDraft(value) && Object.keys(value).length === 0)
  );
}
