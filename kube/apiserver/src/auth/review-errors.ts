import type { JsonObject, JsonValue } from "@weir/core";
import { parseFieldSelector } from "@weir/objects";
import { type FieldError, forbiddenField, invalidField, requiredField } from "@weir/schema";
import { parseLabelSelector } from "@weir/text";
import { child, children, strings, text } from "../resources/draft-access.ts";
import { labelErrors } from "../validation/object-meta.ts";
import { invalidStruct } from "../validation/struct-field.ts";

/** What is wrong with the spec of a review: it asks about a resource or about a path, of somebody or of oneself. */
export function specErrors(spec: JsonObject | undefined, isOfOneself: boolean): readonly FieldError[] {
  const path = child(spec, "nonResourceAttributes");
  const resource = child(spec, "resourceAttributes");
  const errors: FieldError[] = [];
  if (path !== undefined && resource !== undefined) {
    const detail = "cannot be specified in combination with resourceAttributes";
    errors.push(invalidField("spec.nonResourceAttributes", shownPath(path), detail));
  }
  if (path === undefined && resource === undefined) {
    const detail = "exactly one of nonResourceAttributes or resourceAttributes must be specified";
    errors.push(invalidField("spec.resourceAttributes", null, detail));
  }
  if (!isOfOneself && text(spec, "user") === "" && strings(spec, "groups").length === 0)
    errors.push(invalidField("spec.user", "", "at least one of user or group must be specified"));
  errors.push(...selectorErrors(child(resource, "fieldSelector"), "fieldSelector", fieldRequirementErrors));
  errors.push(...selectorErrors(child(resource, "labelSelector"), "labelSelector", labelRequirementErrors));
  return errors;
}

/** Go's struct has no names for JSON. */
function shownPath(path: JsonObject): JsonObject {
  return { Path: text(path, "path"), Verb: text(path, "verb") };
}

/** A review has no metadata of its own. */
export function metadataErrors(object: JsonObject, detail: string): readonly FieldError[] {
  const metadata = child(object, "metadata") ?? {};
  const isEmpty = Object.entries(metadata).every(
    ([key, value]) => key === "managedFields" || isNothing(value),
  );
  return isEmpty ? [] : [invalidMetadata(metadata, detail)];
}

/** Metadata in the order of Go's fields. */
function invalidMetadata(metadata: JsonObject, detail: string): FieldError {
  const shown: Record<string, JsonValue> = inOrder(metadata, ["name", "generateName", "namespace"]);
  const fields = children(metadata, "managedFields").map((entry) =>
    inOrder(entry, ["manager", "operation", "apiVersion", "time"]),
  );
  if (fields.length > 0) shown["managedFields"] = fields;
  return invalidStruct("metadata", shown, detail);
}

function inOrder(object: JsonObject, first: readonly string[]): Record<string, JsonValue> {
  const ordered: Record<string, JsonValue> = {};
  for (const key of [...first, ...Object.keys(object)]) {
    const value = Object.hasOwn(object, key) ? object[key] : undefined;
    if (value !== undefined) ordered[key] = value;
  }
  return ordered;
}

function isNothing(value: JsonObject[string]): boolean {
  if (value === null || value === "" || value === 0) return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

/** What is wrong with a review within a namespace. */
export function localErrors(object: JsonObject, namespace: string): readonly FieldError[] {
  const spec = child(object, "spec");
  const metadata = child(object, "metadata") ?? {};
  const { namespace: _namespace, ...rest } = metadata;
  const isEmpty = metadataErrors({ metadata: rest }, "").length === 0;
  const errors = [...specErrors(spec, false)];
  if (!isEmpty) errors.push(invalidMetadata(metadata, "must be empty except for namespace"));
  const resource = child(spec, "resourceAttributes");
  if (resource !== undefined && text(resource, "namespace") !== namespace) {
    const given = text(resource, "namespace");
    errors.push(invalidField("spec.resourceAttributes.namespace", given, "must match metadata.namespace"));
  }
  const path = child(spec, "nonResourceAttributes");
  if (path !== undefined) {
    const detail = "disallowed on this kind of request";
    errors.push(invalidField("spec.nonResourceAttributes", shownPath(path), detail));
  }
  return errors;
}

type RequirementErrors = (requirement: JsonObject, at: string) => readonly FieldError[];

function selectorErrors(
  selector: JsonObject | undefined,
  name: string,
  requirementErrors: RequirementErrors,
): readonly FieldError[] {
  if (selector === undefined) return [];
  const at = `spec.resourceAttributes.${name}`;
  const raw = text(selector, "rawSelector");
  const requirements = children(selector, "requirements");
  const errors: FieldError[] = [];
  if (raw !== "" && requirements.length > 0)
    errors.push(invalidField(`${at}.rawSelector`, raw, "may not specified at the same time as requirements"));
  if (raw === "" && requirements.length === 0) {
    const detail = `when ${at} is specified, requirements or rawSelector is required`;
    errors.push(requiredField(`${at}.requirements`, detail));
  }
  for (const [index, requirement] of requirements.entries())
    errors.push(...requirementErrors(requirement, `${at}.requirements[${index}]`));
  return errors;
}

/** Operators that nobody knows are let through: a newer client may know them. */
function valuesErrors(requirement: JsonObject, at: string): readonly FieldError[] {
  const operator = text(requirement, "operator");
  const hasValues = strings(requirement, "values").length > 0;
  if ((operator === "In" || operator === "NotIn") && !hasValues)
    return [requiredField(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'")];
  if ((operator === "Exists" || operator === "DoesNotExist") && hasValues) {
    const detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
    return [forbiddenField(`${at}.values`, detail)];
  }
  return [];
}

function fieldRequirementErrors(requirement: JsonObject, at: string): readonly FieldError[] {
  const key = text(requirement, "key") === "" ? [requiredField(`${at}.key`, "must be specified")] : [];
  return [...key, ...valuesErrors(requirement, at)];
}

function labelRequirementErrors(requirement: JsonObject, at: string): readonly FieldError[] {
  const ofValues = strings(requirement, "values").flatMap((value, index) =>
    labelErrors({ a: value }, `${at}.values[${index}]`),
  );
  return [
    ...valuesErrors(requirement, at),
    ...labelErrors({ [text(requirement, "key")]: "" }, `${at}.key`),
    ...ofValues,
  ];
}

/** What of a review's selectors nobody understands and so is not asked; `""` where there is nothing. */
export function selectorProblems(resource: JsonObject | undefined): string {
  const ofFields = child(resource, "fieldSelector");
  const ofLabels = child(resource, "labelSelector");
  if (ofFields === undefined && ofLabels === undefined) return "";
  return [
    problemOf("fieldSelector", ofFields, { parse: parseFieldSelector, isKnown: isFieldRequirement }),
    problemOf("labelSelector", ofLabels, { parse: parseLabelSelector, isKnown: isLabelRequirement }),
  ]
    .filter((problem) => problem !== "")
    .join("; ");
}

function problemOf(
  name: string,
  selector: JsonObject | undefined,
  how: { readonly parse: (text: string) => unknown; readonly isKnown: (requirement: JsonObject) => boolean },
): string {
  const requirements = children(selector, "requirements");
  const known = requirements.filter(how.isKnown).length;
  const isUnderstood = known === requirements.length && isParsed(text(selector, "rawSelector"), how.parse);
  if (isUnderstood) return "";
  const part = known > 0 ? "partially ignored" : "ignored";
  return `spec.resourceAttributes.${name} ${part} due to parse error`;
}

function isParsed(raw: string, parse: (text: string) => unknown): boolean {
  if (raw === "") return true;
  try {
    parse(raw);
    return true;
  } catch {
    // Both parsers throw nothing but what is wrong with the text.
    return false;
  }
}

function isFieldRequirement(requirement: JsonObject): boolean {
  const operator = text(requirement, "operator");
  return (operator === "In" || operator === "NotIn") && strings(requirement, "values").length === 1;
}

function isLabelRequirement(requirement: JsonObject): boolean {
  return ["In", "NotIn", "Exists", "DoesNotExist"].includes(text(requirement, "operator"));
}
