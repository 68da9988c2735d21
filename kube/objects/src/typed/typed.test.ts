import type { JsonValue } from "@weir/core";
import type { SchemaNode } from "@weir/schema";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FieldSet, fieldSetOf } from "../fields/field-set.ts";
import { readFieldsV1, writeFieldsV1 } from "../fields/fields-v1.ts";
import { checkTyped } from "./check-typed.ts";
import { compareTyped } from "./compare-typed.ts";
import { fieldSetOfValue } from "./field-set-of-value.ts";
import { FieldTypes } from "./field-type.ts";
import { mergeTyped } from "./merge-typed.ts";
import { reconcileFields, removeFields } from "./remove-fields.ts";

fc.configureGlobal({ seed: 1 });

const text: SchemaNode = { type: "string" };
const schema: SchemaNode = {
  type: "object",
  properties: {
    text,
    number: { type: "integer" },
    flag: { type: "boolean" },
    either: { "x-kubernetes-int-or-string": true },
    map: { type: "object", additionalProperties: text },
    atomicMap: { type: "object", additionalProperties: text, "x-kubernetes-map-type": "atomic" },
    set: { type: "array", items: text, "x-kubernetes-list-type": "set" },
    list: { type: "array", items: text },
    ports: {
      type: "array",
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["port", "protocol"],
      items: {
        type: "object",
        properties: { port: { type: "integer" }, protocol: { type: "string", default: "TCP" }, name: text },
      },
    },
    free: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
  },
};
const type = new FieldTypes({ type: "object" }).of(schema, false);

describe("checkTyped", () => {
  const cases: ReadonlyArray<{ readonly value: JsonValue; readonly message: string }> = [
    { value: { text: 5 }, message: ".text: expected string, got &value.valueUnstructured{Value:5}" },
    {
      value: { text: { a: [true, "x", null] } },
      message:
        '.text: expected string, got &value.valueUnstructured{Value:map[string]interface {}{"a":[]interface {}{true, "x", interface {}(nil)}}}',
    },
    { value: { number: "1" }, message: ".number: expected numeric (int or float), got string" },
    { value: { flag: 1 }, message: ".flag: expected boolean, got &{1}" },
    { value: { map: "x" }, message: ".map: expected map, got &{x}" },
    { value: { ports: { b: 1, a: "c" } }, message: ".ports: expected list, got &{map[a:c b:1]}" },
    { value: { bogus: 1 }, message: ".bogus: field not declared in schema" },
    { value: { set: ["a", "a"] }, message: '.set: duplicate entries for key [="a"]' },
    {
      value: { set: [null] },
      message: ".set: element 0: associative list without keys has an element that's an explicit null",
    },
    {
      value: { ports: [{ port: 80 }, { port: 80, protocol: "TCP" }] },
      message: '.ports: duplicate entries for key [port=80,protocol="TCP"]',
    },
    {
      value: { ports: ["x"] },
      message: ".ports: element 0: associative list with keys may not have non-map elements",
    },
    {
      value: { text: 1, flag: 2 },
      message:
        "errors:\n  .text: expected string, got &value.valueUnstructured{Value:1}\n  .flag: expected boolean, got &{2}",
    },
    {
      value: { ports: [{ port: 80, name: 1 }] },
      message: '.ports[port=80,protocol="TCP"].name: expected string, got &value.valueUnstructured{Value:1}',
    },
  ];

  test.each(cases)("says $message", ({ value, message }) => {
    expect(() => checkTyped(type, value, { allowDuplicates: false })).toThrow(
      expect.objectContaining({ name: "TypedValueError", message }),
    );
  });

  test("lets null pass everywhere, and duplicates where asked", () => {
    const value = { text: null, map: null, ports: null, set: ["a", "a"], free: { a: [{ b: 1 }] } };
    expect(() => checkTyped(type, value, { allowDuplicates: true })).not.toThrow();
  });
});

describe("fieldSetOfValue", () => {
  const cases: ReadonlyArray<{ readonly name: string; readonly value: JsonValue; readonly want: JsonValue }> =
    [
      {
        name: "takes scalars and atomic values as leaves",
        value: { text: "x", list: ["a"], atomicMap: { a: "b" } },
        want: { "f:atomicMap": {}, "f:list": {}, "f:text": {} },
      },
      {
        name: "owns keys of a map but not the map",
        value: { map: { a: "b" } },
        want: { "f:map": { "f:a": {} } },
      },
      {
        name: "owns empty and null maps, and no empty set",
        value: { map: {}, free: null, set: [] },
        want: { "f:free": {}, "f:map": {} },
      },
      {
        name: "owns items by value and by key with defaults",
        value: { set: ["b", "a"], ports: [{ port: 80, name: "http" }] },
        want: {
          "f:ports": { 'k:{"port":80,"protocol":"TCP"}': { ".": {}, "f:name": {}, "f:port": {} } },
          "f:set": { 'v:"a"': {}, 'v:"b"': {} },
        },
      },
      {
        name: "owns what no schema declares, and objects in it",
        value: { free: { a: { b: 1 }, c: [1] } },
        want: { "f:free": { "f:a": { ".": {}, "f:b": {} }, "f:c": {} } },
      },
      {
        name: "owns of an item that stands twice the item alone",
        value: {
          ports: [
            { port: 80, name: "a" },
            { port: 80, name: "b" },
          ],
        },
        want: { "f:ports": { 'k:{"port":80,"protocol":"TCP"}': {} } },
      },
    ];

  test.each(cases)("$name", ({ value, want }) => {
    expect(writeFieldsV1(fieldSetOfValue(type, value))).toEqual(want);
  });
});

describe("compareTyped", () => {
  test("tells what came, went and changed, item by item", () => {
    const comparison = compareTyped(
      type,
      {
        text: "a",
        map: { gone: "1", same: "2" },
        set: ["a", "b"],
        ports: [{ port: 80, name: "x" }],
      },
      {
        text: "b",
        map: { new: "1", same: "2" },
        set: ["b", "c"],
        ports: [{ port: 80, protocol: "TCP", name: "y" }],
      },
    );
    expect(writeFieldsV1(comparison.removed)).toEqual({
      "f:map": { "f:gone": {} },
      "f:set": { 'v:"a"': {} },
    });
    expect(writeFieldsV1(comparison.modified)).toEqual({
      "f:ports": { 'k:{"port":80,"protocol":"TCP"}': { "f:name": {} } },
      "f:text": {},
    });
    expect(writeFieldsV1(comparison.added)).toEqual({
      "f:map": { "f:new": {} },
      "f:ports": { 'k:{"port":80,"protocol":"TCP"}': { "f:protocol": {} } },
      "f:set": { 'v:"c"': {} },
    });
  });

  test("takes an integer and the same number with a fraction for equal", () => {
    expect(compareTyped(type, { number: 1 }, JSON.parse('{"number":1.0}')).modified.isEmpty).toBe(true);
  });

  test("takes a change of form for a change", () => {
    const { modified } = compareTyped(type, { either: 1 }, { either: { a: 1 } });
    expect(modified.has(fieldSetOf(["either"]).paths().next().value ?? [])).toBe(true);
  });
});

describe("mergeTyped", () => {
  const cases: ReadonlyArray<{
    readonly name: string;
    readonly live: JsonValue;
    readonly partial: JsonValue;
    readonly want: JsonValue;
  }> = [
    {
      name: "keeps what the partial value does not mention",
      live: { text: "a", map: { a: "1" } },
      partial: { map: { b: "2" } },
      want: { text: "a", map: { a: "1", b: "2" } },
    },
    {
      name: "replaces atomic values",
      live: { list: ["a"], atomicMap: { a: "1" } },
      partial: { list: ["b"], atomicMap: { b: "1" } },
      want: { list: ["b"], atomicMap: { b: "1" } },
    },
    {
      name: "removes nothing by null from an object, and sets a scalar to it",
      live: { text: "a", map: { a: "1" } },
      partial: { text: null, map: null },
      want: { text: null, map: { a: "1" } },
    },
    {
      name: "keeps the live order of a list that it does not change",
      live: { set: ["c", "a", "b"] },
      partial: { set: ["a"] },
      want: { set: ["c", "a", "b"] },
    },
    {
      name: "puts shared items into the partial list's order",
      live: { set: ["a", "b", "c", "d"] },
      partial: { set: ["c", "a"] },
      want: { set: ["b", "c", "d", "a"] },
    },
    {
      name: "puts new items where the partial list has them",
      live: { set: ["a", "b"] },
      partial: { set: ["x", "b", "y"] },
      want: { set: ["a", "x", "b", "y"] },
    },
    {
      name: "merges items with the same key",
      live: { ports: [{ port: 80, protocol: "TCP", name: "a" }] },
      partial: { ports: [{ port: 80, name: "b" }, { port: 81 }] },
      want: { ports: [{ port: 80, protocol: "TCP", name: "b" }, { port: 81 }] },
    },
    {
      name: "replaces all items of a key that stands twice by the applied one",
      live: {
        ports: [
          { port: 80, name: "a" },
          { port: 80, name: "b" },
        ],
      },
      partial: { ports: [{ port: 80 }] },
      want: { ports: [{ port: 80 }] },
    },
  ];

  test.each(cases)("$name", ({ live, partial, want }) => {
    const before = structuredClone(live);
    expect(mergeTyped(type, live, partial)).toEqual(want);
    expect(live).toEqual(before);
  });

  const value = fc.record(
    {
      text: fc.constantFrom("x", "y"),
      map: fc.dictionary(fc.constantFrom("a", "b"), fc.constantFrom("1", "2"), { minKeys: 1 }),
      set: fc.uniqueArray(fc.constantFrom("a", "b", "c", "d"), { maxLength: 4 }),
      ports: fc
        .uniqueArray(fc.nat(4), { maxLength: 4 })
        .map((ports) => ports.map((port) => ({ port, name: `p${port % 2}` }))),
    },
    { requiredKeys: [] },
  ) as fc.Arbitrary<{ [key: string]: JsonValue }>;

  test("gives the live value itself back when it holds the partial one already", () => {
    fc.assert(
      fc.property(value, value, (live, partial) => {
        const merged = mergeTyped(type, live, partial);
        expect(mergeTyped(type, merged, partial)).toBe(merged);
      }),
    );
  });

  test("holds every field of both values afterwards", () => {
    fc.assert(
      fc.property(value, value, (live, partial) => {
        const merged = fieldSetOfValue(type, mergeTyped(type, live, partial));
        expect(fieldSetOfValue(type, partial).leaves().difference(merged).isEmpty).toBe(true);
        const leaves = fieldSetOfValue(type, live)
          .leaves()
          .recursiveDifference(fieldSetOf(["map"]));
        expect(leaves.difference(merged).isEmpty).toBe(true);
      }),
    );
  });
});

describe("removeFields", () => {
  test("takes out fields and items, and leaves null where nothing is left", () => {
    const value = { text: "a", map: { a: "1" }, set: ["a", "b"], ports: [{ port: 80, name: "x" }] };
    const fields = readFieldsV1({
      "f:map": { "f:a": {} },
      "f:set": { 'v:"a"': {} },
      "f:ports": { 'k:{"port":80,"protocol":"TCP"}': { "f:name": {} } },
    });
    expect(removeFields(type, value, fields)).toEqual({
      text: "a",
      map: null,
      set: ["b"],
      ports: [{ port: 80 }],
    });
  });

  test("gives the value itself back when there is nothing to take out", () => {
    const value = { text: "a" };
    expect(removeFields(type, value, FieldSet.empty)).toBe(value);
  });
});

describe("reconcileFields", () => {
  test("gives the whole to whoever owned parts of what is atomic now", () => {
    const recorded = readFieldsV1({
      "f:atomicMap": { "f:a": {}, "f:b": {} },
      "f:list": { 'v:"x"': {} },
      "f:map": { "f:a": {} },
      "f:free": { "f:a": {} },
    });
    expect(writeFieldsV1(reconcileFields(type, recorded))).toEqual({
      "f:atomicMap": {},
      "f:free": { "f:a": {} },
      "f:list": {},
      "f:map": { "f:a": {} },
    });
  });
});
