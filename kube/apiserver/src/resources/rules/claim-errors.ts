import type { JsonObject, JsonValue } from "@weir/core";
import { type FieldError, forbiddenField, invalidField, requiredField, unsupportedField } from "@weir/schema";
import {
  compareQuantities,
  formatQuantity,
  parseQuantity,
  quantityFromJson,
  quantityValue,
} from "@weir/text";
import { selectorErrors } from "../../validation/label-selector.ts";
import { dns1123Label, dns1123Subdomain } from "../../validation/names.ts";
import { child, strings, text } from "../draft-access.ts";

const ACCESS = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];
const MODES = ["Block", "Filesystem"];
const ZERO = parseQuantity("0");

/** What is wrong with how a volume or a claim is accessed. */
export function accessErrors(spec: JsonObject, field: string): readonly FieldError[] {
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

/** An amount is more than nothing. */
export function positiveErrors(value: JsonValue, field: string): readonly FieldError[] {
  const quantity = quantityFromJson(value);
  if (compareQuantities(quantity, ZERO) > 0) return [];
  return [invalidField(field, formatQuantity(quantity), "must be greater than zero")];
}

/** An amount that may be missing is not below nothing. */
export function nonNegativeErrors(value: JsonValue | undefined, field: string): readonly FieldError[] {
  if (value === undefined || value === null) return [];
  const quantity = quantityFromJson(value);
  if (compareQuantities(quantity, ZERO) >= 0) return [];
  return [invalidField(field, formatQuantity(quantity), "must be greater than or equal to 0")];
}

/** An amount, rounded away from nothing, is not below it. */
export function basicAmountErrors(value: JsonValue, field: string): readonly FieldError[] {
  const whole = quantityValue(quantityFromJson(value));
  return whole < 0n ? [invalidField(field, Number(whole), "must be a valid resource quantity")] : [];
}

/** What is wrong with the name of a class, where one is given. */
export function classErrors(spec: JsonObject, name: string, field: string): readonly FieldError[] {
  const value = text(spec, name);
  if (value === "") return [];
  return dns1123Subdomain(value, false).map((why) => invalidField(`${field}.${name}`, value, why));
}

export function modeErrors(spec: JsonObject, field: string): readonly FieldError[] {
  const mode = spec["volumeMode"];
  if (typeof mode !== "string" || MODES.includes(mode)) return [];
  return [unsupportedField(`${field}.volumeMode`, mode, MODES)];
}

/** What an object that is there already may go on saying, though it is wrong. */
export interface ClaimLeniency {
  /** Groups of data sources that are no names. */
  readonly anyGroup: boolean;
}

const STRICT: ClaimLeniency = { anyGroup: false };

/** What is wrong with what a claim asks for. */
export function claimSpecErrors(
  spec: JsonObject,
  field: string,
  leniency: ClaimLeniency = STRICT,
): readonly FieldError[] {
  const selector = child(spec, "selector");
  const at = `${field}.resources[storage]`;
  const asked = child(child(spec, "resources"), "requests")?.["storage"];
  return [
    ...(strings(spec, "accessModes").length === 0
      ? [requiredField(`${field}.accessModes`, "at least 1 access mode is required")]
      : []),
    ...(selector === undefined ? [] : selectorErrors(selector, `${field}.selector`)),
    ...accessErrors(spec, field),
    ...(asked === undefined ? [requiredField(at)] : positiveErrors(asked, at)),
    ...classErrors(spec, "storageClassName", field),
    ...modeErrors(spec, field),
    ...sourceErrors(spec, "dataSource", field, leniency),
    ...sourceErrors(spec, "dataSourceRef", field, leniency),
    ...agreementErrors(spec, field),
    ...classErrors(spec, "volumeAttributesClassName", field),
  ];
}

// oxlint-disable-next-line max-params -- one of two fields of a spec
function sourceErrors(
  spec: JsonObject,
  name: "dataSource" | "dataSourceRef",
  field: string,
  { anyGroup }: ClaimLeniency,
): readonly FieldError[] {
  const source = child(spec, name);
  if (source === undefined) return [];
  const at = `${field}.${name}`;
  const errors = ["name", "kind"]
    .filter((key) => text(source, key) === "")
    .map((key) => requiredField(`${at}.${key}`));
  const kind = text(source, "kind");
  const group = text(source, "apiGroup");
  if (group === "" && kind !== "PersistentVolumeClaim") {
    const detail = "must be 'PersistentVolumeClaim' when referencing the default apiGroup";
    errors.push(invalidField(at, kind, detail));
  }
  if (group !== "" && !anyGroup)
    for (const why of dns1123Subdomain(group, false)) errors.push(invalidField(`${at}.apiGroup`, group, why));
  const namespace = name === "dataSourceRef" ? text(source, "namespace") : "";
  if (namespace !== "")
    for (const why of dns1123Label(namespace, false))
      errors.push(invalidField(`${at}.namespace`, namespace, why));
  return errors;
}

/** Both ways to name a source name the same one. */
function agreementErrors(spec: JsonObject, field: string): readonly FieldError[] {
  const [source, reference] = [child(spec, "dataSource"), child(spec, "dataSourceRef")];
  if (source === undefined || reference === undefined) return [];
  // Upstream shows the path itself as the value, which JSON has no fields for.
  const refuse = (detail: string): readonly FieldError[] => [invalidField(field, {}, detail)];
  if (text(reference, "namespace") !== "")
    return refuse("may not be specified when dataSourceRef.namespace is specified");
  const isSame = ["apiGroup", "kind", "name"].every(
    (key) => (source[key] ?? unset(key)) === (reference[key] ?? unset(key)),
  );
  return isSame ? [] : refuse("must match dataSourceRef");
}

/** Only a group tells being empty from being absent. */
function unset(key: string): string | null {
  return key === "apiGroup" ? null : "";
}
