import type { JsonValue } from "@weir/core";
import { describe, expect, test } from "vitest";
import { describeFieldError, requiredField } from "../field/field-error.ts";
import type { SchemaNode } from "../schema-node.ts";
import { validateSchema } from "./validate-schema.ts";

/** A schema with one field `f` below `spec`, as most cases need. */
function field(f: SchemaNode): SchemaNode {
  return { type: "object", properties: { spec: { type: "object", properties: { f } } } };
}

function problems(node: SchemaNode, f: JsonValue): readonly string[] {
  return validateSchema(field(node), { spec: { f } }).map(describeFieldError);
}

interface Case {
  readonly name: string;
  readonly node: SchemaNode;
  readonly value: JsonValue;
  readonly want: readonly string[];
}

const object: SchemaNode = {
  type: "object",
  properties: { a: { type: "string" }, b: { type: "integer" } },
};

describe("validateSchema: types", () => {
  const cases: readonly Case[] = [
    { name: "takes an integer", node: { type: "integer" }, value: 1, want: [] },
    { name: "takes an integer as a number", node: { type: "number" }, value: 1, want: [] },
    { name: "takes a long integer", node: { type: "integer" }, value: 2n ** 63n - 1n, want: [] },
    { name: "takes 2^53", node: { type: "integer", format: "int64" }, value: 2 ** 53, want: [] },
    {
      name: "refuses a text for an integer",
      node: { type: "integer" },
      value: "1",
      want: ['spec.f: Invalid value: "string": spec.f in body must be of type integer: "string"'],
    },
    {
      name: "refuses a fraction, and its range",
      node: { type: "integer" },
      value: 1.5,
      want: [
        'spec.f: Invalid value: "number": spec.f in body must be of type integer: "number"',
        '<nil>: Invalid value: "": Checked value must be of type integer (default format) in spec.f',
      ],
    },
    {
      name: "refuses an integer beyond 64 bits",
      node: { type: "integer" },
      value: 2n ** 63n,
      want: [
        'spec.f: Invalid value: "number": spec.f in body must be of type integer: "number"',
        '<nil>: Invalid value: "": Checked value must be of type integer (default format) in spec.f',
      ],
    },
    {
      name: "refuses what int32 cannot hold",
      node: { type: "integer", format: "int32" },
      value: 2 ** 31,
      want: ['<nil>: Invalid value: "": Checked value must be of type integer with format int32 in spec.f'],
    },
    {
      name: "names the format where an object stands for a formatted text",
      node: { type: "string", format: "date-time" },
      value: {},
      want: ['spec.f: Invalid value: "": spec.f in body must be of type date-time: ""'],
    },
    {
      name: "names the format where a number stands for a formatted text",
      node: { type: "string", format: "date-time" },
      value: 5,
      want: ['spec.f: Invalid value: "int64": spec.f in body must be of type date-time: "int64"'],
    },
    {
      name: "refuses null in a list",
      node: { type: "array", items: { type: "integer" } },
      value: [null],
      want: ['spec.f[0]: Invalid value: "null": spec.f[0] in body must be of type integer: "null"'],
    },
    {
      name: "takes null where it is nullable",
      node: { type: "string", nullable: true },
      value: null,
      want: [],
    },
    {
      name: "names both types of int-or-string",
      node: { "x-kubernetes-int-or-string": true },
      value: true,
      want: ['spec.f: Invalid value: "boolean": spec.f in body must be of type integer,string: "boolean"'],
    },
    {
      name: "applies the bounds of int-or-string to numbers and its pattern to texts",
      node: { "x-kubernetes-int-or-string": true, pattern: "^[0-9]+%$", maximum: 5 },
      value: 9,
      want: ["spec.f: Invalid value: 9: spec.f in body should be less than or equal to 5"],
    },
    { name: "takes anything without a type", node: {}, value: [1, "a"], want: [] },
  ];
  test.each(cases)("$name", ({ node, value, want }) => {
    expect(problems(node, value)).toEqual(want);
  });
});

describe("validateSchema: limits", () => {
  const cases: readonly Case[] = [
    {
      name: "counts characters and says bytes",
      node: { type: "string", maxLength: 4 },
      value: "éééé😀",
      want: ["spec.f: Too long: may not be more than 4 bytes"],
    },
    {
      name: "takes characters of several bytes",
      node: { type: "string", maxLength: 2 },
      value: "😀é",
      want: [],
    },
    {
      name: "refuses a short text",
      node: { type: "string", minLength: 2 },
      value: "😀",
      want: ['spec.f: Invalid value: "😀": spec.f in body should be at least 2 chars long'],
    },
    {
      name: "matches patterns anywhere, and shows a refused text as Go quotes it",
      node: { type: "string", pattern: "^[a-z]+$" },
      value: "abc\n",
      want: ["spec.f: Invalid value: \"abc\\n\": spec.f in body should match '^[a-z]+$'"],
    },
    {
      name: "says that a pattern is none",
      node: { type: "string", pattern: "(?=x)" },
      value: "x",
      want: [
        'spec.f: Invalid value: "x": spec.f in body should match \'(?=x), but pattern is invalid: ' +
          "error parsing regexp: invalid or unsupported Perl syntax: `(?=`'",
      ],
    },
    {
      name: "keeps exclusive bounds",
      node: { type: "integer", minimum: 2, exclusiveMinimum: true, maximum: 5, exclusiveMaximum: true },
      value: 5,
      want: ["spec.f: Invalid value: 5: spec.f in body should be less than 5"],
    },
    {
      name: "keeps bounds that are fractions",
      node: { type: "number", minimum: 0.5 },
      value: 0.00004,
      want: ["spec.f: Invalid value: 4e-05: spec.f in body should be greater than or equal to 0.5"],
    },
    {
      name: "says when an integer has a bound that is none",
      node: { type: "integer", minimum: 0.5 },
      value: 0,
      want: [
        '<nil>: Invalid value: "": Minimum boundary value must be of type integer (default format) in spec.f',
        "spec.f: Invalid value: 0: spec.f in body should be greater than or equal to 0.5",
      ],
    },
    {
      name: "compares long integers exactly",
      node: { type: "integer", maximum: 2 ** 53 },
      value: 2n ** 53n + 1n,
      want: [
        "spec.f: Invalid value: 9007199254740993: spec.f in body should be less than or equal to 9007199254740992",
      ],
    },
    { name: "takes multiples", node: { type: "integer", multipleOf: 3 }, value: -3, want: [] },
    {
      name: "refuses what is no multiple",
      node: { type: "number", multipleOf: 0.5 },
      value: 0.7,
      want: ["spec.f: Invalid value: 0.7: spec.f in body should be a multiple of 0.5"],
    },
    {
      name: "refuses a short list",
      node: { type: "array", items: {}, minItems: 1 },
      value: [],
      want: ["spec.f: Invalid value: 0: spec.f in body should have at least 1 items"],
    },
    {
      name: "refuses a long list",
      node: { type: "array", items: {}, maxItems: 1 },
      value: [1, 2],
      want: ["spec.f: Too many: 2: must have at most 1 item"],
    },
    {
      name: "refuses a small and a large map",
      node: { type: "object", additionalProperties: {}, minProperties: 2, maxProperties: 0 },
      value: { a: 1 },
      want: [
        "spec.f: Invalid value: 1: spec.f in body should have at least 2 properties",
        "spec.f: Too many: 1: must have at most 0 items",
      ],
    },
    {
      name: "lists the values of an enum",
      node: { type: "integer", enum: [1, 2] },
      value: 3,
      want: ['spec.f: Unsupported value: 3: supported values: "1", "2"'],
    },
    {
      name: "never finds null in an enum",
      node: { type: "string", nullable: true, enum: ["a", null] },
      value: null,
      want: ['spec.f: Unsupported value: null: supported values: "a", "null"'],
    },
    {
      name: "refuses repeats where items are unique",
      node: { type: "array", items: {}, uniqueItems: true },
      value: [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
      ],
      want: ['spec.f: Invalid value: "": spec.f in body shouldn\'t contain duplicates'],
    },
  ];
  test.each(cases)("$name", ({ node, value, want }) => {
    expect(problems(node, value)).toEqual(want);
  });
});

describe("validateSchema: objects", () => {
  const cases: readonly Case[] = [
    {
      name: "names every missing field",
      node: { ...object, required: ["a", "b"] },
      value: {},
      want: ["spec.f.a: Required value", "spec.f.b: Required value"],
    },
    {
      name: "names keys of maps like fields",
      node: { type: "object", additionalProperties: { type: "array", items: object } },
      value: { "some.key": [{ b: 1 }, { b: "x" }] },
      want: [
        'spec.f.some.key[1].b: Invalid value: "string": spec.f.some.key[1].b in body must be of type integer: "string"',
      ],
    },
    {
      name: "refuses fields that are forbidden",
      node: { type: "object", properties: { a: {} }, additionalProperties: false },
      value: { a: 1, z: 1 },
      want: ['spec.f: Invalid value: "z": spec.f.z in body is a forbidden property'],
    },
    {
      name: "takes a field named __proto__ as data",
      node: { type: "object", additionalProperties: { type: "integer" } },
      value: JSON.parse('{"__proto__":"x"}') as JsonValue,
      want: [
        'spec.f.__proto__: Invalid value: "string": spec.f.__proto__ in body must be of type integer: "string"',
      ],
    },
  ];
  test.each(cases)("$name", ({ node, value, want }) => {
    expect(problems(node, value)).toEqual(want);
  });

  test("names fields of the root without a dot, and the root by nothing", () => {
    const schema: SchemaNode = {
      type: "object",
      required: ["spec"],
      additionalProperties: { type: "integer" },
    };
    expect(validateSchema(schema, { x: "y" }).map(describeFieldError)).toEqual([
      'x: Invalid value: "string": .x in body must be of type integer: "string"',
      "spec: Required value",
    ]);
    expect(validateSchema(schema, 5).map(describeFieldError)).toEqual([
      '<nil>: Invalid value: "integer":  in body must be of type object: "integer"',
    ]);
  });

  test("puts a given path before every field", () => {
    expect(validateSchema({ ...object, required: ["a"] }, {}, { path: "spec.x" })).toEqual([
      requiredField("spec.x.a"),
    ]);
  });
});

describe("validateSchema: junctors", () => {
  const cases: readonly Case[] = [
    {
      name: "tells the best failure of anyOf",
      node: { ...object, anyOf: [{ required: ["a"] }, { required: ["b"] }] },
      value: {},
      want: [
        '<nil>: Invalid value: "": "spec.f" must validate at least one schema (anyOf)',
        "spec.f.a: Required value",
      ],
    },
    {
      name: "tells that no alternative of oneOf holds",
      node: { ...object, oneOf: [{ required: ["a"] }, { required: ["b"] }] },
      value: {},
      want: [
        '<nil>: Invalid value: "": "spec.f" must validate one and only one schema (oneOf). Found none valid',
        "spec.f.a: Required value",
      ],
    },
    {
      name: "tells that several alternatives of oneOf hold",
      node: { ...object, oneOf: [{ required: ["a"] }, { required: ["b"] }] },
      value: { a: "x", b: 1 },
      want: [
        '<nil>: Invalid value: "": "spec.f" must validate one and only one schema (oneOf). Found 2 valid alternatives',
      ],
    },
    {
      name: "tells what not forbids",
      node: { type: "string", not: { enum: ["bad"] } },
      value: "bad",
      want: ['<nil>: Invalid value: "": "spec.f" must not validate the schema (not)'],
    },
    {
      name: "tells that no part of allOf holds",
      node: { type: "string", allOf: [{ minLength: 5 }, { pattern: "^x" }] },
      value: "y",
      want: [
        'spec.f: Invalid value: "y": spec.f in body should be at least 5 chars long',
        "spec.f: Invalid value: \"y\": spec.f in body should match '^x'",
        '<nil>: Invalid value: "": "spec.f" must validate all the schemas (allOf). None validated',
      ],
    },
    {
      name: "looks through junctors in junctors",
      node: {
        type: "object",
        properties: { a: { type: "string" }, b: { type: "string" } },
        anyOf: [
          { allOf: [{ required: ["a"] }, { properties: { a: { pattern: "^x" } } }] },
          { not: { required: ["b"] } },
        ],
      },
      value: { a: "y", b: "1" },
      want: [
        '<nil>: Invalid value: "": "spec.f" must validate at least one schema (anyOf)',
        "spec.f.a: Invalid value: \"y\": spec.f.a in body should match '^x'",
        '<nil>: Invalid value: "": "spec.f" must validate all the schemas (allOf)',
      ],
    },
  ];
  test.each(cases)("$name", ({ node, value, want }) => {
    expect(problems(node, value)).toEqual(want);
  });
});

describe("validateSchema: keys of lists", () => {
  const map: SchemaNode = {
    type: "array",
    items: { type: "object", properties: { k: { type: "string" }, n: { type: "integer" } } },
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["k"],
  };
  const cases: readonly Case[] = [
    {
      name: "tells the second of equal items in a set, once",
      node: { type: "array", items: { type: "string" }, "x-kubernetes-list-type": "set" },
      value: ["a", "b", "a", "b", "a"],
      want: ['spec.f[2]: Duplicate value: "a"', 'spec.f[3]: Duplicate value: "b"'],
    },
    {
      name: "tells the keys that two items share",
      node: map,
      value: [{ k: "x", n: 1 }, { k: "y" }, { k: "x", n: 2 }],
      want: ['spec.f[2]: Duplicate value: {"k":"x"}'],
    },
    {
      name: "takes missing keys for equal",
      node: map,
      value: [{ n: 1 }, { n: 2 }],
      want: ["spec.f[1]: Duplicate value: {}"],
    },
    {
      name: "tells all keys of a list with several",
      node: { ...map, "x-kubernetes-list-map-keys": ["k", "n"] },
      value: [
        { k: "x", n: 1 },
        { k: "x", n: 1 },
      ],
      want: ['spec.f[1]: Duplicate value: {"k":"x","n":1}'],
    },
  ];
  test.each(cases)("$name", ({ node, value, want }) => {
    expect(problems(node, value)).toEqual(want);
  });

  test("looks into maps of lists, whose keys stand in brackets", () => {
    const schema = field({ type: "object", additionalProperties: map });
    const value = { spec: { f: { m: [{ k: "x" }, { k: "x" }] } } };
    expect(validateSchema(schema, value).map(describeFieldError)).toEqual([
      'spec.f[m][1]: Duplicate value: {"k":"x"}',
    ]);
  });
});

describe("validateSchema: embedded resources", () => {
  const schema = field({
    type: "object",
    "x-kubernetes-embedded-resource": true,
    "x-kubernetes-preserve-unknown-fields": true,
  });

  test("ask for an API version and a kind", () => {
    expect(validateSchema(schema, { spec: { f: {} } })).toEqual([
      requiredField("spec.f.apiVersion"),
      requiredField("spec.f.kind"),
    ]);
  });

  test("refuse what is no API version and no kind", () => {
    const f = { apiVersion: "a/b/c", kind: "bad kind" };
    expect(validateSchema(schema, { spec: { f } }).map(describeFieldError)).toEqual([
      'spec.f.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c',
      'spec.f.kind: Invalid value: "bad kind": may have mixed case, but should otherwise match: ' +
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic " +
        "character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', " +
        "regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
    ]);
  });

  test("have their metadata checked by whoever knows it", () => {
    const f = { apiVersion: "v1", kind: "Pod", metadata: { name: "" } };
    const checkMetadata = (_metadata: JsonValue, path: string) => [requiredField(`${path}.name`)];
    expect(validateSchema(schema, { spec: { f } }, { checkMetadata })).toEqual([
      requiredField("spec.f.metadata.name"),
    ]);
  });
});

describe("validateSchema: updates", () => {
  const schema: SchemaNode = {
    type: "object",
    properties: {
      a: { type: "string", maxLength: 1 },
      b: { type: "string", maxLength: 1 },
      l: {
        type: "array",
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["k"],
        items: { type: "object", properties: { k: { type: "string" }, v: { type: "string", maxLength: 1 } } },
      },
    },
  };
  const cases: ReadonlyArray<{
    readonly name: string;
    readonly old: JsonValue;
    readonly value: JsonValue;
    readonly want: readonly string[];
  }> = [
    {
      name: "do not hold against an object what it had before",
      old: { a: "long", b: "x" },
      value: { a: "long", b: "y" },
      want: [],
    },
    {
      name: "refuse what is changed and still wrong",
      old: { a: "long" },
      value: { a: "other" },
      want: ["a: Too long: may not be more than 1 byte"],
    },
    {
      name: "tell items of a list with keys apart by them",
      old: { l: [{ k: "x", v: "long" }, { k: "y" }] },
      value: {
        l: [
          { k: "y", v: "long" },
          { k: "x", v: "long" },
        ],
      },
      want: ["l[0].v: Too long: may not be more than 1 byte"],
    },
    {
      name: "let keys stay repeated",
      old: { l: [{ k: "x" }, { k: "x" }] },
      value: { l: [{ k: "x" }, { k: "x" }, { k: "z" }] },
      want: [],
    },
  ];
  test.each(cases)("$name", ({ old, value, want }) => {
    expect(validateSchema(schema, value, { old }).map(describeFieldError)).toEqual(want);
  });
});
