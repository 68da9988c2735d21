import { type FieldError, invalidField, requiredField, unsupportedField } from "../field/field-error.ts";
import { fieldChild, fieldIndex } from "../field/field-path.ts";
import type { CelRule, SchemaNode } from "../schema-node.ts";
import { findFieldByPath } from "./field-by-path.ts";

const REASONS = ["FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"];

function hasLineBreak(text: string): boolean {
  return /[\n\r]/.test(text);
}

function checkTexts(rule: CelRule, path: string): readonly FieldError[] {
  const { message = "", messageExpression = "" } = rule;
  const text = rule.rule.trim();
  const messagePath = fieldChild(path, "message");
  const errors: FieldError[] = [];
  if (text === "") errors.push(requiredField(fieldChild(path, "rule"), "rule is not specified"));
  else if (message !== "" && message.trim() === "") {
    errors.push(invalidField(messagePath, message, "must be non-empty if specified"));
  } else if (hasLineBreak(message.trim())) {
    errors.push(invalidField(messagePath, message, "must not contain line breaks"));
  } else if (hasLineBreak(text) && message === "") {
    errors.push(requiredField(messagePath, "message must be specified if rule contains line breaks"));
  }
  if (messageExpression !== "" && messageExpression.trim() === "") {
    const problem = "messageExpression must be non-empty if specified";
    errors.push(requiredField(fieldChild(path, "messageExpression"), problem));
  }
  return errors;
}

function checkFieldPath(rule: CelRule, schema: SchemaNode, path: string): readonly FieldError[] {
  const { fieldPath = "" } = rule;
  if (fieldPath === "") return [];
  const place = fieldChild(path, "fieldPath");
  const errors: FieldError[] = [];
  if (fieldPath.trim() === "") errors.push(invalidField(place, fieldPath, "must be non-empty if specified"));
  if (hasLineBreak(fieldPath)) errors.push(invalidField(place, fieldPath, "must not contain line breaks"));
  if (findFieldByPath(schema, fieldPath).kind === "invalid") {
    errors.push(invalidField(place, fieldPath, "must be a valid path"));
  }
  return errors;
}

/** Checks what CEL rules say around their expressions, which are compiled elsewhere. */
export function checkRules(node: SchemaNode, path: string): readonly FieldError[] {
  return (node["x-kubernetes-validations"] ?? []).flatMap((rule, index) => {
    const place = fieldIndex(fieldChild(path, "x-kubernetes-validations"), index);
    const { reason } = rule;
    return [
      ...checkTexts(rule, place),
      ...(reason === undefined || REASONS.includes(reason)
        ? []
        : [unsupportedField(fieldChild(place, "reason"), reason, REASONS)]),
      ...checkFieldPath(rule, node, place),
    ];
  });
}
