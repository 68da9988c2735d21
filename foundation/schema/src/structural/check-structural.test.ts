import { describe, expect, test } from "vitest";
import { describeFieldError } from "../field/field-error.ts";
import type { SchemaNode } from "../schema-node.ts";
import { checkStructural } from "./check-structural.ts";

/** What is wrong with a schema, with paths relative to it. */
function problems(schema: object, hasStatusSubresource = false): readonly string[] {
  const errors = checkStructural(schema as SchemaNode, { path: "schema", hasStatusSubresource });
  return errors.map(describeFieldError);
}

function spec(node: object): object {
  return { type: "object", properties: { spec: node } };
}

const AT = "schema.properties[spec]";

interface Case {
  readonly name: string;
  readonly schema: object;
  readonly want: readonly string[];
}

describe("checkStructural: the root", () => {
  const cases: readonly Case[] = [
    {
      name: "takes one that keeps unknown fields",
      schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
      want: [],
    },
    {
      name: "is an object",
      schema: { type: "string" },
      want: ['schema.type: Invalid value: "string": must be object at the root'],
    },
    {
      name: "has a type",
      schema: { properties: {} },
      want: ["schema.type: Required value: must not be empty at the root"],
    },
    {
      name: "is not nullable",
      schema: { type: "object", nullable: true },
      want: ["schema.nullable: Forbidden: nullable cannot be true at the root"],
    },
    {
      name: "is no map",
      schema: { type: "object", additionalProperties: { type: "string" } },
      want: ["schema.additionalProperties: Forbidden: must not be used at the root"],
    },
    {
      name: "leaves metadata to the server",
      schema: {
        type: "object",
        properties: { metadata: { type: "object", properties: { annotations: { type: "object" } } } },
      },
      want: [
        "schema.properties[metadata]: Forbidden: must not specify anything other than name and generateName, " +
          "but metadata is implicitly specified",
      ],
    },
    {
      name: "may restrict the name",
      schema: {
        type: "object",
        properties: {
          metadata: { type: "object", properties: { name: { type: "string", pattern: "^a" } } },
        },
      },
      want: [],
    },
    {
      name: "says the types of kind and API version",
      schema: { type: "object", properties: { apiVersion: { type: "integer" }, kind: { type: "integer" } } },
      want: [
        'schema.properties[apiVersion].type: Invalid value: "integer": must be string',
        'schema.properties[kind].type: Invalid value: "integer": must be string',
      ],
    },
    {
      name: "names a dialect in vain",
      schema: { type: "object", $schema: "http://json-schema.org/draft-04/schema#" },
      want: ["schema: Invalid value: \"\": OpenAPIV3Schema 'schema' is not supported"],
    },
  ];
  test.each(cases)("$name", ({ schema, want }) => {
    expect(problems(schema)).toEqual(want);
  });

  test("says little beside a status subresource", () => {
    expect(problems({ type: "object", anyOf: [{ required: ["a"] }] }, true).at(0)).toMatch(
      /^schema: Invalid value: .*: only \[Description Type .*\] fields are allowed at the root/,
    );
    expect(problems({ type: "object", required: ["spec"], properties: {} }, true)).toEqual([]);
  });
});

describe("checkStructural: types", () => {
  const cases: readonly Case[] = [
    {
      name: "are said for fields and items",
      schema: spec({ type: "object", properties: { a: {}, l: { type: "array", items: {} } } }),
      want: [
        `${AT}.properties[a].type: Required value: must not be empty for specified object fields`,
        `${AT}.properties[l].items.type: Required value: must not be empty for specified array items`,
      ],
    },
    {
      name: "of lists come with items",
      schema: spec({ type: "array" }),
      want: [`${AT}.items: Required value: must be specified`],
    },
    {
      name: "are not said under junctors",
      schema: spec({ type: "string", anyOf: [{ type: "string", title: "x", nullable: true }] }),
      want: [
        `${AT}.anyOf[0].nullable: Forbidden: must be false to be structural`,
        `${AT}.anyOf[0].title: Forbidden: must be empty to be structural`,
        `${AT}.anyOf[0].type: Forbidden: must be empty to be structural`,
      ],
    },
    {
      name: "may be spelt out for int-or-string",
      schema: spec({
        "x-kubernetes-int-or-string": true,
        allOf: [{ anyOf: [{ type: "integer" }, { type: "string" }] }, { pattern: "^a" }],
      }),
      want: [],
    },
    {
      name: "are declared for all that junctors at the root name",
      schema: { type: "object", not: { properties: { a: { minLength: 1 } } } },
      want: ["schema.properties[a]: Required value: because it is defined in schema.not.properties[a]"],
    },
    {
      name: "are not asked for by junctors further down",
      schema: spec({ type: "object", oneOf: [{ required: ["a"] }, { properties: { b: { pattern: "x" } } }] }),
      want: [],
    },
    {
      name: "of embedded resources are objects",
      schema: spec({ type: "string", "x-kubernetes-embedded-resource": true }),
      want: [
        `${AT}.properties: Required value: must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields`,
        `${AT}.type: Invalid value: "string": must be object if x-kubernetes-embedded-resource is true`,
      ],
    },
    {
      name: "are ones that there are",
      schema: spec({ type: "text" }),
      want: [
        `${AT}.type: Unsupported value: "text": supported values: "array", "boolean", "integer", "number", "object", "string"`,
      ],
    },
  ];
  test.each(cases)("$name", ({ schema, want }) => {
    expect(problems(schema)).toEqual(want);
  });
});

describe("checkStructural: keywords", () => {
  const cases: readonly Case[] = [
    {
      name: "that are not supported are named",
      schema: spec({ type: "string", $ref: "#/x" }),
      want: [`${AT}.$ref: Forbidden: $ref is not supported`],
    },
    {
      name: "may not make work quadratic",
      schema: spec({ type: "array", items: { type: "string" }, uniqueItems: true }),
      want: [
        `${AT}.uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic`,
      ],
    },
    {
      name: "for fields and for maps exclude each other",
      schema: spec({
        type: "object",
        properties: { a: { type: "string" } },
        additionalProperties: { type: "string" },
      }),
      want: [
        `${AT}.additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive`,
      ],
    },
    {
      name: "hold patterns of RE2",
      schema: spec({ type: "string", pattern: "[" }),
      want: [
        `${AT}.pattern: Invalid value: "[": must be a valid regular expression, but isn't: error parsing regexp: missing closing ]: \`[\``,
      ],
    },
    {
      name: "do not switch off what is off",
      schema: spec({ type: "object", "x-kubernetes-preserve-unknown-fields": false }),
      want: [`${AT}.x-kubernetes-preserve-unknown-fields: Invalid value: false: must be true or undefined`],
    },
  ];
  test.each(cases)("$name", ({ schema, want }) => {
    expect(problems(schema)).toEqual(want);
  });
});

describe("checkStructural: defaults", () => {
  const cases: readonly Case[] = [
    {
      name: "are valid",
      schema: spec({ type: "string", enum: ["a"], default: "b" }),
      want: [`${AT}.default: Unsupported value: "b": supported values: "a"`],
    },
    {
      name: "are of the type",
      schema: spec({ type: "string", default: 5 }),
      want: [`${AT}.default: Invalid value: "integer":  in body must be of type string: "integer"`],
    },
    {
      name: "hold no unknown fields",
      schema: spec({ type: "object", properties: { x: { type: "string" } }, default: { y: 1 } }),
      want: [`${AT}.default: Invalid value: {"y":1}: must not have unknown fields`],
    },
    {
      name: "hold what is required",
      schema: spec({
        type: "object",
        required: ["x"],
        properties: { x: { type: "string" } },
        default: {},
      }),
      want: [`${AT}.default.x: Required value`],
    },
    { name: "of null are none", schema: spec({ type: "string", default: null }), want: [] },
    {
      name: "are not for metadata",
      schema: {
        type: "object",
        properties: { metadata: { type: "object", properties: { name: { type: "string", default: "x" } } } },
      },
      want: [
        "schema.properties[metadata].properties[name].default: Forbidden: must not be set in top-level metadata",
      ],
    },
  ];
  test.each(cases)("$name", ({ schema, want }) => {
    expect(problems(schema)).toEqual(want);
  });
});

describe("checkStructural: merging", () => {
  const item = {
    type: "object",
    required: ["k"],
    properties: { k: { type: "string" }, o: { type: "object" } },
  };
  const list = { type: "array", "x-kubernetes-list-type": "map", items: item };
  const keys = "x-kubernetes-list-map-keys";
  const cases: readonly Case[] = [
    { name: "takes a list with a key", schema: spec({ ...list, [keys]: ["k"] }), want: [] },
    {
      name: "by key needs keys",
      schema: spec(list),
      want: [`${AT}.${keys}: Required value: must not be empty if x-kubernetes-list-type is map`],
    },
    {
      name: "by key needs keys that are fields",
      schema: spec({ ...list, [keys]: ["z"] }),
      want: [`${AT}.${keys}: Invalid value: ["z"]: entries must all be names of item properties`],
    },
    {
      name: "by key needs keys that are always there and scalar",
      schema: spec({ ...list, [keys]: ["o"] }),
      want: [
        `${AT}.items.properties[o].type: Invalid value: "object": must be a scalar type if parent array's x-kubernetes-list-type is map`,
        `${AT}.items.properties[o].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property`,
      ],
    },
    {
      name: "by key is for lists",
      schema: spec({ type: "object", "x-kubernetes-list-type": "set" }),
      want: [`${AT}.type: Invalid value: "object": must be array if x-kubernetes-list-type is specified`],
    },
    {
      name: "of sets takes items as wholes",
      schema: spec({
        type: "array",
        "x-kubernetes-list-type": "set",
        items: { type: "object", properties: {} },
      }),
      want: [
        `${AT}.items.x-kubernetes-map-type: Invalid value: null: must be atomic as item of a list with x-kubernetes-list-type=set`,
      ],
    },
    {
      name: "has the kinds that there are",
      schema: spec({ type: "object", "x-kubernetes-map-type": "odd" }),
      want: [`${AT}.x-kubernetes-map-type: Unsupported value: "odd": supported values: "atomic", "granular"`],
    },
  ];
  test.each(cases)("$name", ({ schema, want }) => {
    expect(problems(schema)).toEqual(want);
  });
});

describe("checkStructural: rules", () => {
  const at = `${AT}.x-kubernetes-validations[0]`;
  const cases: ReadonlyArray<{
    readonly name: string;
    readonly rule: object;
    readonly want: readonly string[];
  }> = [
    {
      name: "say something",
      rule: { rule: "" },
      want: [`${at}.rule: Required value: rule is not specified`],
    },
    {
      name: "have messages of one line",
      rule: { rule: "true", message: "a\nb" },
      want: [`${at}.message: Invalid value: "a\\nb": must not contain line breaks`],
    },
    {
      name: "of several lines have messages",
      rule: { rule: "true\n&& true" },
      want: [`${at}.message: Required value: message must be specified if rule contains line breaks`],
    },
    {
      name: "have reasons that there are",
      rule: { rule: "true", reason: "Bogus" },
      want: [
        `${at}.reason: Unsupported value: "Bogus": supported values: "FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"`,
      ],
    },
    {
      name: "point at fields that there are",
      rule: { rule: "true", fieldPath: ".b" },
      want: [`${at}.fieldPath: Invalid value: ".b": must be a valid path`],
    },
    { name: "point at fields", rule: { rule: "true", fieldPath: ".a" }, want: [] },
  ];
  test.each(cases)("$name", ({ rule, want }) => {
    const node = {
      type: "object",
      properties: { a: { type: "string" } },
      "x-kubernetes-validations": [rule],
    };
    expect(problems(spec(node))).toEqual(want);
  });
});
