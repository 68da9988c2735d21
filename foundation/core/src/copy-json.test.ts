import fc from "fast-check";
import { expect, test } from "vitest";
import { copyJson } from "./copy-json.ts";
import { type JsonValue, parseJson } from "./json.ts";

test("copies any JSON, and shares nothing with it", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 5 }), (text) => {
      const value = parseJson(text);
      const copy = copyJson(value);
      expect(copy).toEqual(value);
      expect(objectsIn(copy).isDisjointFrom(objectsIn(value))).toBe(true);
    }),
  );
});

test("keeps a __proto__ key as a key, and copies what it holds", () => {
  const value = parseJson('{"__proto__":{"a":[1]},"b":{"__proto__":1}}') as {
    readonly [key: string]: JsonValue;
  };
  const copy = copyJson(value);
  expect(JSON.stringify(copy)).toBe('{"__proto__":{"a":[1]},"b":{"__proto__":1}}');
  expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
  expect(Object.getOwnPropertyDescriptor(copy, "__proto__")?.value).not.toBe(
    Object.getOwnPropertyDescriptor(value, "__proto__")?.value,
  );
});

test("keeps long integers", () => {
  expect(copyJson([12345678901234567890n])).toEqual([12345678901234567890n]);
});

function objectsIn(value: unknown, found = new Set<unknown>()): Set<unknown> {
  if (typeof value !== "object" || value === null) return found;
  found.add(value);
  for (const each of Object.values(value)) objectsIn(each, found);
  return found;
}
