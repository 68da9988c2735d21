import type { JsonValue } from "@weir/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FieldSet, fieldSetOf } from "./field-set.ts";
import { readFieldsV1, writeFieldsV1 } from "./fields-v1.ts";
import {
  type FieldPath,
  fieldElement,
  indexElement,
  keyElement,
  type PathElement,
  parsePathElement,
  printPath,
  valueElement,
} from "./path-element.ts";

fc.configureGlobal({ seed: 1 });

const element: fc.Arbitrary<PathElement> = fc.oneof(
  fc.constantFrom("a", "b", "c", ".", "__proto__").map(fieldElement),
  fc.constantFrom<JsonValue>("x", 1, true, null).map(valueElement),
  fc.constantFrom<JsonValue>("x", 80, 443).map((value) => keyElement([{ name: "k", value }])),
  fc.nat(3).map(indexElement),
);
const path: fc.Arbitrary<FieldPath> = fc.array(element, { minLength: 1, maxLength: 4 });
const set: fc.Arbitrary<FieldSet> = fc.array(path, { maxLength: 12 }).map((paths) => FieldSet.ofPaths(paths));

/** The same set as a plain set of texts: slow, and plain to see. */
function texts(fields: FieldSet): Set<string> {
  return new Set([...fields.paths()].map((each) => each.map(({ text }) => text).join("\n")));
}

function isBelow(text: string, others: ReadonlySet<string>): boolean {
  return [...others].some((other) => text === other || text.startsWith(`${other}\n`));
}

describe("FieldSet", () => {
  test("unites, intersects and subtracts as sets of paths do", () => {
    fc.assert(
      fc.property(set, set, (left, right) => {
        const [a, b] = [texts(left), texts(right)];
        expect(texts(left.union(right))).toEqual(a.union(b));
        expect(texts(left.intersection(right))).toEqual(a.intersection(b));
        expect(texts(left.difference(right))).toEqual(a.difference(b));
      }),
    );
  });

  test("subtracts with all that lies below", () => {
    fc.assert(
      fc.property(set, set, (left, right) => {
        const others = texts(right);
        const want = [...texts(left)].filter((text) => !isBelow(text, others));
        expect(texts(left.recursiveDifference(right))).toEqual(new Set(want));
      }),
    );
  });

  test("keeps only members without members below as leaves", () => {
    fc.assert(
      fc.property(set, (fields) => {
        const all = texts(fields);
        const want = [...all].filter((text) => ![...all].some((other) => other.startsWith(`${text}\n`)));
        expect(texts(fields.leaves())).toEqual(new Set(want));
      }),
    );
  });

  test("gives an operand back where nothing changes", () => {
    fc.assert(
      fc.property(set, (fields) => {
        expect(fields.union(FieldSet.empty)).toBe(fields);
        expect(fields.difference(FieldSet.empty)).toBe(fields);
        expect(fields.intersection(fields)).toBe(fields);
        expect(fields.difference(fields).isEmpty).toBe(true);
      }),
    );
  });

  test("comes back from FieldsV1 as it was", () => {
    fc.assert(
      fc.property(set, (fields) => {
        const read = readFieldsV1(JSON.parse(JSON.stringify(writeFieldsV1(fields))));
        expect(read.equals(fields)).toBe(true);
        expect(texts(read)).toEqual(texts(fields));
      }),
    );
  });

  test("has its members and nothing else", () => {
    const fields = fieldSetOf(["spec"], ["spec", "replicas"], ["metadata", "labels"]);
    const names = [["spec"], ["spec", "replicas"], ["metadata", "labels"], ["metadata"], ["status"], []];
    expect(names.map((each) => fields.has(each.map(fieldElement)))).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});

describe("writeFieldsV1", () => {
  test("marks a field that is owned itself and in part, and sorts steps by kind and value", () => {
    const ports = [fieldElement("spec"), fieldElement("ports")];
    const http = keyElement([
      { name: "protocol", value: "TCP" },
      { name: "port", value: 80 },
    ]);
    const fields = FieldSet.ofPaths([
      [...ports, http],
      [...ports, http, fieldElement("name")],
      [...ports, keyElement([{ name: "port", value: 9 }])],
      [fieldElement("list"), valueElement("b")],
      [fieldElement("list"), valueElement(10)],
      [fieldElement("list"), valueElement(9)],
      [fieldElement("list"), indexElement(0)],
    ]);
    expect(JSON.stringify(writeFieldsV1(fields))).toBe(
      JSON.stringify({
        "f:list": { "v:9": {}, "v:10": {}, 'v:"b"': {}, "i:0": {} },
        "f:spec": {
          "f:ports": {
            'k:{"port":9}': {},
            'k:{"port":80,"protocol":"TCP"}': { ".": {}, "f:name": {} },
          },
        },
      }),
    );
  });
});

describe("readFieldsV1", () => {
  test("skips types of steps that it does not know", () => {
    expect(readFieldsV1({ "z:new": { "f:a": {} }, "f:b": {} }).equals(fieldSetOf(["b"]))).toBe(true);
  });

  test.each<{ readonly name: string; readonly fields: JsonValue; readonly message: string }>([
    { name: "a step without a colon", fields: { spec: {} }, message: "missing colon: spec" },
    { name: "a step of one character", fields: { f: {} }, message: "key must be 2 characters long:" },
    { name: "a key that is no JSON", fields: { "k:{": {} }, message: 'cannot parse path element "{"' },
    { name: "a list", fields: [], message: "expected an object of fields" },
  ])("refuses $name", ({ fields, message }) => {
    expect(() => readFieldsV1(fields)).toThrow(message);
  });

  test("refuses fields that nest without end", () => {
    const nested = JSON.parse(`${'{"f:a":'.repeat(600)}{}${"}".repeat(600)}`);
    expect(() => readFieldsV1(nested)).toThrow("fields nest deeper than 512 levels");
  });
});

describe("printPath", () => {
  test("prints steps as conflicts show them", () => {
    const printed = printPath([
      fieldElement("spec"),
      fieldElement("ports"),
      keyElement([
        { name: "protocol", value: "TCP" },
        { name: "port", value: 80 },
      ]),
      fieldElement("list"),
      valueElement("a"),
      indexElement(3),
    ]);
    expect(printed).toBe('.spec.ports[port=80,protocol="TCP"].list[="a"][3]');
  });
});

describe("parsePathElement", () => {
  test("takes the same key in any order for one", () => {
    expect(parsePathElement('k:{"b":1,"a":2}')?.text).toBe('k:{"a":2,"b":1}');
  });
});
