import { madeMessage } from "./patch-messages.ts";
import { CelMap, CelOptional, type CelValue, isList } from "./value.ts";

/**
 * Whether a value is made of more than `most` values, each counted as often as it stands in it: values may hold one another so
 * often that writing them out would never end. A text counts once for every 16 characters.
 */
export function holdsMoreThan(value: CelValue, most: number): boolean {
  return remaining(value, most) < 0;
}

function remaining(value: CelValue, most: number): number {
  let left = most - 1 - (typeof value === "string" ? value.length >> 4 : 0);
  for (const part of partsOf(value)) {
    if (left < 0) return left;
    left = remaining(part, left);
  }
  return left;
}

function partsOf(value: CelValue): Iterable<CelValue> {
  if (typeof value !== "object" || value === null) return [];
  if (isList(value)) return value;
  if (value instanceof CelMap) return [...value.entries()].map(([, item]) => item);
  if (value instanceof CelOptional) return value.value === undefined ? [] : [value.value];
  return madeMessage(value)?.fields.values() ?? [];
}
