import type { JsonObject } from "@weir/core";
import { jsonEqual } from "@weir/objects";
import { duplicateField, type FieldError, invalidField, requiredField, unsupportedField } from "@weir/schema";
import { qualifiedNameErrors } from "../../validation/names.ts";
import { child, children, strings, text } from "../draft-access.ts";

const RECLAIMS = ["Delete", "Retain"];
const BINDINGS = ["Immediate", "WaitForFirstConsumer"];

/** What is wrong with a class of volumes. */
export function storageClassErrors(object: JsonObject): readonly FieldError[] {
  const provisioner = text(object, "provisioner");
  const name = provisioner.toLowerCase();
  const errors: FieldError[] =
    provisioner === ""
      ? [requiredField("provisioner")]
      : qualifiedNameErrors(name).map((why) => invalidField("provisioner", name, why));
  if (Object.hasOwn(child(object, "parameters") ?? {}, ""))
    errors.push(invalidField("parameters", "", "field can not be empty."));
  const reclaim = text(object, "reclaimPolicy");
  if (reclaim !== "" && !RECLAIMS.includes(reclaim))
    errors.push(unsupportedField("reclaimPolicy", reclaim, RECLAIMS));
  const binding = text(object, "volumeBindingMode");
  if (binding !== "" && !BINDINGS.includes(binding))
    errors.push(unsupportedField("volumeBindingMode", binding, BINDINGS));
  return [...errors, ...topologyErrors(object)];
}

function topologyErrors(object: JsonObject): readonly FieldError[] {
  const terms = children(object, "allowedTopologies");
  return terms.flatMap((term, index) => {
    const at = `allowedTopologies[${index}].matchLabelExpressions`;
    const isTaken = terms.slice(0, index).some((other) => jsonEqual(other, term));
    return [
      ...children(term, "matchLabelExpressions").flatMap((expression, each) =>
        requirementErrors(expression, `${at}[${each}]`),
      ),
      ...(isTaken ? [duplicateField(at, "")] : []),
    ];
  });
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
