import { invalidField, type FieldError, tooLongField } from "../field/field-error.ts";
import type { SchemaNode } from "../schema-node.ts";
import { patternOf } from "./node-cache.ts";

function countCharacters(text: string): number {
  let count = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    // The second half of a pair belongs to the character before it.
    if (code >= 0xdc00 && code <= 0xdfff) continue;
    count++;
  }
  return count;
}

/** Checks length and pattern; the first that fails is reported alone. */
export function checkString(
  node: SchemaNode,
  value: string,
  path: string,
  field: string,
): FieldError | undefined {
  const { maxLength, minLength } = node;
  if (maxLength !== undefined && value.length > maxLength && countCharacters(value) > maxLength) {
    return tooLongField(field, maxLength);
  }
  if (minLength !== undefined && countCharacters(value) < minLength) {
    return invalidField(field, value, `${path} in body should be at least ${minLength} chars long`);
  }
  const pattern = patternOf(node);
  if (pattern === undefined) return undefined;
  if (pattern.kind === "invalid") {
    const text = `${node.pattern}, but pattern is invalid: ${pattern.problem}`;
    return invalidField(field, value, `${path} in body should match '${text}'`);
  }
  if (pattern.matches(value)) return undefined;
  return invalidField(field, value, `${path} in body should match '${node.pattern}'`);
}
