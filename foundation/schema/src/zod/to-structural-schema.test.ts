import { describe, expect, expectTypeOf, test } from "vitest";
import { z } from "zod";
import { UnsupportedTypeError } from "../schema-error.ts";
import type { SchemaNode } from "../schema-node.ts";
import { checkStructural } from "../structural/check-structural.ts";
import {
  duration,
  embeddedResource,
  int32,
  int64,
  intOrString,
  preserveUnknown,
  preserveUnknownObject,
  quantity,
  timestamp,
} from "./kubernetes-types.ts";
import { celRule, celRules, immutable, listMapKey, listType, mapType } from "./metadata.ts";
import { toStructuralSchema } from "./to-structural-schema.ts";

const ANY_OF_BOTH = [{ type: "integer" }, { type: "string" }];

interface Case {
  readonly name: string;
  readonly type: z.ZodType;
  readonly want: SchemaNode;
}

describe("toStructuralSchema: scalars", () => {
  const cases: readonly Case[] = [
    { name: "a text", type: z.string().min(1).max(9), want: { type: "string", minLength: 1, maxLength: 9 } },
    {
      name: "a pattern, whose slashes need no escape",
      type: z.string().regex(/^(http|https):\/\/.*$/),
      want: { type: "string", pattern: "^(http|https)://.*$" },
    },
    {
      name: "flags and code points as RE2 writes them",
      type: z.string().regex(/^\u00e9\\\/$/i),
      want: { type: "string", pattern: "(?i)^\\x{00e9}\\\\/$" },
    },
    {
      name: "several patterns",
      type: z.string().startsWith("a.").endsWith("z").includes("(m)"),
      want: {
        type: "string",
        pattern: "^a\\.",
        allOf: [{ pattern: "z$" }, { pattern: "\\(m\\)" }],
      },
    },
    { name: "formats without their patterns", type: z.email(), want: { type: "string", format: "email" } },
    { name: "a moment", type: timestamp(), want: { type: "string", format: "date-time" } },
    {
      name: "a template",
      type: z.templateLiteral(["v", z.int()]),
      want: { type: "string", pattern: "^v-?\\d+$" },
    },
    { name: "an integer without zod's own bounds", type: z.int(), want: { type: "integer" } },
    { name: "an integer by check", type: z.number().int().min(0), want: { type: "integer", minimum: 0 } },
    { name: "int32", type: int32(), want: { type: "integer", format: "int32" } },
    { name: "int64", type: int64().min(0), want: { type: "integer", minimum: 0, format: "int64" } },
    {
      name: "exclusive bounds and multiples",
      type: z.number().gt(0).lt(1).multipleOf(0.5),
      want: {
        type: "number",
        minimum: 0,
        exclusiveMinimum: true,
        maximum: 1,
        exclusiveMaximum: true,
        multipleOf: 0.5,
      },
    },
    { name: "a boolean", type: z.boolean(), want: { type: "boolean" } },
    { name: "an enum", type: z.enum(["a", "b"]), want: { type: "string", enum: ["a", "b"] } },
    { name: "literals", type: z.literal([1, 2]), want: { type: "integer", enum: [1, 2] } },
    {
      name: "a union of literals",
      type: z.union([z.literal("a"), z.enum(["b", "a"])]),
      want: { type: "string", enum: ["a", "b"] },
    },
    { name: "null", type: z.string().nullable(), want: { type: "string", nullable: true } },
    {
      name: "null in a union",
      type: z.union([z.string(), z.null()]),
      want: { type: "string", nullable: true },
    },
    { name: "anything", type: z.unknown(), want: { "x-kubernetes-preserve-unknown-fields": true } },
    { name: "any JSON", type: preserveUnknown(), want: { "x-kubernetes-preserve-unknown-fields": true } },
    {
      name: "any object",
      type: preserveUnknownObject(),
      want: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
    },
    {
      name: "an embedded resource",
      type: embeddedResource(),
      want: {
        type: "object",
        "x-kubernetes-embedded-resource": true,
        "x-kubernetes-preserve-unknown-fields": true,
      },
    },
    {
      name: "int-or-string",
      type: intOrString(),
      want: { "x-kubernetes-int-or-string": true, anyOf: ANY_OF_BOTH as SchemaNode[] },
    },
    {
      name: "bounds of int-or-string",
      type: z.union([z.string().regex(/^[0-9]+%$/), z.int().min(0)]),
      want: {
        "x-kubernetes-int-or-string": true,
        anyOf: ANY_OF_BOTH as SchemaNode[],
        minimum: 0,
        pattern: "^[0-9]+%$",
      },
    },
    {
      name: "a quantity",
      type: quantity(),
      want: {
        "x-kubernetes-int-or-string": true,
        anyOf: ANY_OF_BOTH as SchemaNode[],
        pattern: expect.stringContaining("[KMGTPE]i") as unknown as string,
      },
    },
    {
      name: "a duration",
      type: duration(["ms", "s"]),
      want: { type: "string", pattern: "^([0-9]+(\\.[0-9]+)?(ms|s))+$" },
    },
    {
      name: "a description of the outermost",
      type: z.string().describe("inner").optional().describe("outer"),
      want: { type: "string", description: "outer" },
    },
  ];
  test.each(cases)("converts $name", ({ type, want }) => {
    expect(toStructuralSchema(type)).toEqual(want);
  });
});

describe("toStructuralSchema: objects", () => {
  const cases: readonly Case[] = [
    {
      name: "fields, of which the required are sorted and those with defaults are not required",
      type: z.object({
        z: z.string(),
        a: z.int(),
        o: z.string().optional(),
        d: z.string().default("x"),
        p: z.object({ q: z.string().default("y") }).prefault({}),
      }),
      want: {
        type: "object",
        properties: {
          z: { type: "string" },
          a: { type: "integer" },
          o: { type: "string" },
          d: { type: "string", default: "x" },
          p: { type: "object", properties: { q: { type: "string", default: "y" } }, default: {} },
        },
        required: ["a", "z"],
      },
    },
    {
      name: "open objects",
      type: z.looseObject({ a: z.string().optional() }),
      want: {
        type: "object",
        properties: { a: { type: "string" } },
        "x-kubernetes-preserve-unknown-fields": true,
      },
    },
    {
      name: "strict objects like others, because unknown fields are dropped first",
      type: z.strictObject({ a: z.string().optional() }),
      want: { type: "object", properties: { a: { type: "string" } } },
    },
    {
      name: "maps",
      type: z.record(z.string(), z.object({ a: z.string().optional() })),
      want: {
        type: "object",
        additionalProperties: { type: "object", properties: { a: { type: "string" } } },
      },
    },
    {
      name: "maps of known keys",
      type: z.record(z.enum(["b", "a"]), z.int()),
      want: {
        type: "object",
        properties: { b: { type: "integer" }, a: { type: "integer" } },
        required: ["a", "b"],
      },
    },
    {
      name: "lists with keys",
      type: z
        .array(z.object({ name: z.string() }))
        .min(1)
        .max(5)
        .meta(listMapKey("name")),
      want: {
        type: "array",
        items: { type: "object", properties: { name: { type: "string" } }, required: ["name"] },
        minItems: 1,
        maxItems: 5,
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["name"],
      },
    },
    {
      name: "sets and atomic maps",
      type: z.object({
        s: z.array(z.string()).meta(listType("set")).optional(),
        m: z.record(z.string(), z.string()).meta(mapType("atomic")).optional(),
      }),
      want: {
        type: "object",
        properties: {
          s: { type: "array", items: { type: "string" }, "x-kubernetes-list-type": "set" },
          m: {
            type: "object",
            additionalProperties: { type: "string" },
            "x-kubernetes-map-type": "atomic",
          },
        },
      },
    },
    {
      name: "refinements that have CEL rules",
      type: z
        .object({ a: z.string().meta(immutable()) })
        .refine((value) => value.a !== "")
        .meta(
          celRules(celRule("self.a != ''", "a is empty"), celRule("true", { reason: "FieldValueInvalid" })),
        ),
      want: {
        type: "object",
        properties: {
          a: {
            type: "string",
            "x-kubernetes-validations": [{ rule: "self == oldSelf", message: "Value is immutable" }],
          },
        },
        required: ["a"],
        "x-kubernetes-validations": [
          { rule: "self.a != ''", message: "a is empty" },
          { rule: "true", reason: "FieldValueInvalid" },
        ],
      },
    },
    {
      name: "alternatives by a discriminator, with their fields side by side",
      type: z.discriminatedUnion("kind", [
        z.object({ kind: z.literal("http"), url: z.string(), timeout: z.int().optional() }),
        z.object({ kind: z.literal("exec"), command: z.array(z.string()), timeout: z.int().optional() }),
      ]),
      want: {
        type: "object",
        properties: {
          kind: { type: "string", enum: ["http", "exec"] },
          url: { type: "string" },
          timeout: { type: "integer" },
          command: { type: "array", items: { type: "string" } },
        },
        required: ["kind"],
        oneOf: [
          { properties: { kind: { enum: ["http"] } }, required: ["url"] },
          { properties: { kind: { enum: ["exec"] } }, required: ["command"] },
        ],
      },
    },
    {
      name: "alternatives by their fields",
      type: z.union([z.object({ a: z.string(), c: z.string() }), z.object({ b: z.int(), c: z.string() })]),
      want: {
        type: "object",
        properties: { a: { type: "string" }, c: { type: "string" }, b: { type: "integer" } },
        required: ["c"],
        anyOf: [{ required: ["a"] }, { required: ["b"] }],
      },
    },
    {
      name: "intersections",
      type: z.intersection(z.object({ a: z.string() }), z.object({ b: z.string() })),
      want: {
        type: "object",
        properties: { a: { type: "string" }, b: { type: "string" } },
        required: ["a", "b"],
      },
    },
    {
      name: "keywords of metadata over those of the type",
      type: z.object({ a: z.string().default("x") }).meta({ required: ["a"], id: "ignored" }),
      want: {
        type: "object",
        properties: { a: { type: "string", default: "x" } },
        required: ["a"],
      },
    },
  ];
  test.each(cases)("converts $name", ({ type, want }) => {
    expect(toStructuralSchema(type)).toEqual(want);
  });

  test("makes schemas that an API server takes", () => {
    const spec = z.object(Object.fromEntries(cases.map(({ type }, index) => [`f${index}`, type.optional()])));
    const schema = { type: "object" as const, properties: { spec: toStructuralSchema(spec) } };
    expect(checkStructural(schema, { path: "" })).toEqual([]);
  });
});

describe("toStructuralSchema: refusals", () => {
  const Recursive: z.ZodType = z.object({
    get children() {
      return z.array(Recursive);
    },
  });
  const cases: ReadonlyArray<{ readonly name: string; readonly type: z.ZodType; readonly want: RegExp }> = [
    { name: "recursion", type: Recursive, want: /^spec\.children\[\] .*it contains itself$/ },
    {
      name: "look-ahead",
      type: z.object({ a: z.string().regex(/(?=x)/) }),
      want: /^spec\.a .*not one of RE2 \(error parsing regexp: invalid or unsupported Perl syntax: `\(\?=`\)$/,
    },
    {
      name: "refinements without rules",
      type: z.object({ a: z.object({ b: z.string().refine((text) => text !== "") }) }),
      want: /^spec\.a\.b .*a refinement needs CEL rules/,
    },
    {
      name: "transforms",
      type: z.array(z.string().transform((text) => text.length)),
      want: /^spec\[\] .*nothing may change it$/,
    },
    { name: "changed texts", type: z.string().trim(), want: /nothing may change it$/ },
    { name: "coercion", type: z.coerce.number(), want: /a coerced type takes anything$/ },
    { name: "fallbacks", type: z.string().catch("x"), want: /puts no other in its place$/ },
    { name: "dates", type: z.date(), want: /use timestamp\(\)$/ },
    { name: "big integers", type: z.bigint(), want: /use int64\(\)$/ },
    { name: "tuples", type: z.tuple([z.string()]), want: /a list has items of one type$/ },
    { name: "maps of JavaScript", type: z.map(z.string(), z.string()), want: /a map is not JSON$/ },
    { name: "keys with a pattern", type: z.record(z.string().min(1), z.int()), want: /keys of a map/ },
    {
      name: "other unions",
      type: z.union([z.string(), z.boolean()]),
      want: /neither objects nor int-or-string$/,
    },
    {
      name: "fields of two types",
      type: z.union([z.object({ a: z.string() }), z.object({ a: z.int() })]),
      want: /^spec\.a .*different types$/,
    },
    {
      name: "defaults of one alternative",
      type: z.union([z.object({ a: z.string().default("x") }), z.object({ b: z.int() })]),
      want: /^spec\.a .*would apply to all$/,
    },
    { name: "custom types that say nothing", type: z.custom<string>(), want: /needs its keywords in \.meta/ },
    {
      name: "named fields beside a typed rest",
      type: z.object({ a: z.string() }).catchall(z.int()),
      want: /exclude/,
    },
    { name: "mixed literals", type: z.literal(["a", 1]), want: /more than one type$/ },
    {
      name: "defaults that are no JSON",
      type: z.unknown().default(() => undefined as never),
      want: /is not JSON$/,
    },
  ];
  test.each(cases)("name the place of $name", ({ type, want }) => {
    expect(() => toStructuralSchema(type, "spec")).toThrow(UnsupportedTypeError);
    expect(() => toStructuralSchema(type, "spec")).toThrow(want);
  });
});

describe("Kubernetes' own types", () => {
  test("infer what JSON holds", () => {
    expectTypeOf<z.output<ReturnType<typeof int64>>>().toEqualTypeOf<number>();
    expectTypeOf<z.output<ReturnType<typeof quantity>>>().toEqualTypeOf<string | number>();
    expectTypeOf<z.output<ReturnType<typeof timestamp>>>().toEqualTypeOf<string>();
    expectTypeOf<z.input<ReturnType<typeof duration>>>().toEqualTypeOf<string>();
  });

  test("parse moments with an offset", () => {
    expect(timestamp().safeParse("2020-01-01T00:00:00+01:00").success).toBe(true);
  });
});
