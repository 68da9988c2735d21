import type { JsonObject, JsonValue } from "@weir/core";
import { jsonEqual } from "@weir/objects";

/** One operation of a JSON patch. */
export type JsonPatchOperation =
  | { readonly op: "add" | "replace"; readonly path: string; readonly value: JsonValue }
  | { readonly op: "remove"; readonly path: string };

/**
 * The JSON patch (RFC 6902) that makes one value of another.
 *
 * Objects are compared field by field. Lists are compared from both ends, so that an item that was added or taken away
 * is one operation; what changed in between is replaced item by item.
 */
export function jsonPatchBetween(before: JsonValue, after: JsonValue): readonly JsonPatchOperation[] {
  const operations: JsonPatchOperation[] = [];
  compare(before, after, "", operations);
  return operations;
}

// oxlint-disable-next-line max-params -- two values, where they are, and what is found
function compare(before: JsonValue, after: JsonValue, path: string, operations: JsonPatchOperation[]): void {
  if (jsonEqual(before, after)) return;
  if (Array.isArray(before) && Array.isArray(after)) return compareLists(before, after, path, operations);
  if (isObject(before) && isObject(after)) return compareObjects(before, after, path, operations);
  operations.push({ op: "replace", path, value: after });
}

function isObject(value: JsonValue): value is JsonObject {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

// oxlint-disable-next-line max-params -- as compare
function compareObjects(
  before: JsonObject,
  after: JsonObject,
  path: string,
  operations: JsonPatchOperation[],
): void {
  for (const key of Object.keys(before)) {
    if (!Object.hasOwn(after, key)) operations.push({ op: "remove", path: `${path}/${escape(key)}` });
  }
  for (const key of Object.keys(after)) {
    const value = after[key] as JsonValue;
    const step = `${path}/${escape(key)}`;
    if (Object.hasOwn(before, key)) compare(before[key] as JsonValue, value, step, operations);
    else operations.push({ op: "add", path: step, value });
  }
}

// oxlint-disable-next-line max-params -- as compare
function compareLists(
  before: readonly JsonValue[],
  after: readonly JsonValue[],
  path: string,
  operations: JsonPatchOperation[],
): void {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && same(before[start], after[start])) start += 1;
  let end = 0;
  while (end < shorter - start && same(before.at(-1 - end), after.at(-1 - end))) end += 1;
  const common = shorter - start - end;
  for (let index = start; index < start + common; index += 1)
    compare(before[index] ?? null, after[index] ?? null, `${path}/${index}`, operations);
  // From the back, so that the indices of what is still to go stay true.
  for (let index = before.length - end - 1; index >= start + common; index -= 1)
    operations.push({ op: "remove", path: `${path}/${index}` });
  for (let index = start + common; index < after.length - end; index += 1)
    operations.push({ op: "add", path: `${path}/${index}`, value: after[index] ?? null });
}

function same(left: JsonValue | undefined, right: JsonValue | undefined): boolean {
  return jsonEqual(left ?? null, right ?? null);
}

function escape(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}
