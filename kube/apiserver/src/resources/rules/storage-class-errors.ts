import type { JsonObject } from "@weir/core";
import {
  duplicateField,
  type FieldError,
  invalidField,
  requiredField,
  tooLongField,
  unsupportedField,
} from "@weir/schema";
import { qualifiedNameErrors } from "../../validation/names.ts";
import { child, children, strings, text } from "../draft-access.ts";

const RECLAIMS = ["Delete", "Retain"];
const BINDINGS = ["Immediate", "WaitForFirstConsumer"];
const MOST_PARAMETERS = 512;
const MOST_BYTES = 256 * 1024;

/** What is wrong with a class of volumes. */
export function storageClassErrors(object: JsonObject): readonly FieldError[] {
  const errors = [...driverErrors(object, "provisioner"), ...parameterErrors(object)];
  const reclaim = text(object, "reclaimPolicy");
  if (reclaim !== "" && !RECLAIMS.includes(reclaim))
    errors.push(unsupportedField("reclaimPolicy", reclaim, RECLAIMS));
  const binding = object["volumeBindingMode"];
  if (typeof binding === "string" && !BINDINGS.includes(binding))
    errors.push(unsupportedField("volumeBindingMode", binding, BINDINGS));
  return [...errors, ...topologyErrors(object)];
}

/** What is wrong with who provides volumes: a qualified name, in capitals or not. */
export function driverErrors(object: JsonObject, field: string): readonly FieldError[] {
  const driver = text(object, field);
  if (driver === "") return [requiredField(field)];
  const name = driver.toLowerCase();
  return qualifiedNameErrors(name).map((why) => invalidField(field, name, why));
}

/** What is wrong with what a provider is told. */
export function parameterErrors(object: JsonObject): readonly FieldError[] {
  const parameters = Object.entries(child(object, "parameters") ?? {});
  if (parameters.length > MOST_PARAMETERS) return [tooLongField("parameters", MOST_PARAMETERS)];
  const errors: FieldError[] = [];
  let size = 0;
  for (const [key, value] of parameters) {
    if (key === "") errors.push(invalidField("parameters", "", "field can not be empty."));
    size += Buffer.byteLength(key) + Buffer.byteLength(String(value));
  }
  return size > MOST_BYTES ? [...errors, tooLongField("parameters", MOST_BYTES)] : errors;
}

function topologyErrors(object: JsonObject): readonly FieldError[] {
  const terms = children(object, "allowedTopologies");
  const shapes = terms.map(shapeOf);
  return terms.flatMap((term, index) => {
    const at = `allowedTopologies[${index}].matchLabelExpressions`;
    const keys = new Set<string>();
    const errors: FieldError[] = [];
    children(term, "matchLabelExpressions").forEach((expression, each) => {
      const key = text(expression, "key");
      errors.push(...requirementErrors(expression, `${at}[${each}]`));
      if (keys.has(key)) errors.push(duplicateField(`${at}[${each}].key`, key));
      keys.add(key);
    });
    // Upstream compares with as many empty terms as there are terms, too.
    const empty = shapes[index] === "[]" ? terms.length : 0;
    const same = empty + shapes.slice(0, index).filter((other) => other === shapes[index]).length;
    for (let count = 0; count < same; count += 1) errors.push(duplicateField(at, ""));
    return errors;
  });
}

/** What a term means, whatever the order in which it says so. */
function shapeOf(term: JsonObject): string {
  const values = new Map<string, readonly string[]>();
  for (const expression of children(term, "matchLabelExpressions"))
    values.set(text(expression, "key"), [...new Set(strings(expression, "values"))].sort());
  return JSON.stringify([...values].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function requirementErrors(expression: JsonObject, at: string): readonly FieldError[] {
  const values = strings(expression, "values");
  const key = text(expression, "key");
  return [
    ...(values.length === 0 ? [requiredField(`${at}.values`)] : []),
    ...values.flatMap((value, index) =>
      values.indexOf(value) < index ? [duplicateField(`${at}.values[${index}]`, value)] : [],
    ),
    ...qualifiedNameErrors(key).map((why) => invalidField(`${at}.key`, key, why)),
  ];
}
