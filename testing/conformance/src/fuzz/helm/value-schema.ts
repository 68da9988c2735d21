import type { Dice } from "../dice.ts";
import type { Yaml, YamlFields } from "../yaml-writer.ts";

const DRAFTS: readonly (string | undefined)[] = [
  "http://json-schema.org/draft-04/schema#",
  "http://json-schema.org/draft-06/schema#",
  "http://json-schema.org/draft-07/schema#",
  "http://json-schema.org/draft-07/schema",
  "https://json-schema.org/draft/2019-09/schema",
  "https://json-schema.org/draft/2020-12/schema",
  undefined,
];

/** Schemas by the value that they mostly hold for, and by that which they may not hold for. */
const HOLDING: Readonly<Record<string, readonly YamlFields[]>> = {
  s0: [{ type: "string" }, { type: ["string", "null"] }, { maxLength: 40 }, { format: "hostname" }],
  s2: [
    { type: "string", pattern: "^some", minLength: 3, maxLength: 50 },
    { const: "some text: here" },
    { enum: ["a", "some text: here", null] },
    { format: "date" },
    { anyOf: [{ type: "integer" }, { minLength: 1 }] },
  ],
  i0: [{ type: "integer", minimum: -2, maximum: 7 }, { multipleOf: 1 }, { not: { type: "string" } }],
  i1: [{ type: "number" }, { minimum: 0 }, { exclusiveMinimum: -1 }, { $ref: "#/definitions/number" }],
  f0: [{ type: "number" }, { oneOf: [{ type: "number" }, { type: "string" }] }],
  b1: [{ type: "boolean" }, { const: true }, { enum: [true, false] }],
  l1: [
    { type: "array", minItems: 1, contains: { type: "string" } },
    { items: {}, uniqueItems: true },
    { prefixItems: [{ type: "integer" }, { type: "number" }] },
    { items: [{ type: "integer" }], additionalItems: true },
  ],
  words: [{ type: "array", items: { type: "string" }, maxItems: 9 }, { contains: true }],
  d0: [
    { type: "object", required: ["a"], properties: { a: { type: "integer" } } },
    { propertyNames: { pattern: "^[a-z]+$" }, minProperties: 1, maxProperties: 9 },
    { patternProperties: { "^[ab]$": {} }, additionalProperties: true },
    { dependentRequired: { a: ["b"] }, dependencies: { a: ["b"] } },
    { if: { required: ["a"] }, then: { required: ["b"] }, else: false },
  ],
  nested: [{ $ref: "#/definitions/nested" }, { properties: { s: { minLength: 1 } } }],
  nothing: [{ type: "null" }, {}, true as unknown as YamlFields],
};

const FAILING: Readonly<Record<string, readonly YamlFields[]>> = {
  s0: [{ type: "integer" }, { pattern: "^[0-9]+$" }, { enum: ["alpha", "beta", ""] }, { minLength: 2 }],
  s1: [{ type: "string", maxLength: 3 }, { format: "ipv4" }, { const: "x" }, { not: {} }],
  s2: [{ maxLength: 3 }, { oneOf: [{ minLength: 1 }, { maxLength: 99 }] }, { pattern: "(?=x)" }],
  i0: [
    { minimum: 0, exclusiveMaximum: 3 },
    { multipleOf: 2 },
    { enum: [1, 2] },
    { type: ["string", "null"] },
  ],
  i1: [{ maximum: 100 }, { const: 80 }, { allOf: [{ minimum: 1 }, { maximum: 90 }] }],
  f0: [{ type: "integer" }, { multipleOf: 0.5 }, { minimum: 1, maximum: 2 }],
  l0: [{ maxItems: 1 }, { uniqueItems: true }, { items: { type: "string" } }, { contains: { type: "null" } }],
  l1: [{ items: { type: "integer" } }, { prefixItems: [{ type: "string" }] }, { items: false }],
  words: [{ items: { enum: ["alpha", "beta"] } }, { minItems: 2 }, { uniqueItems: true }],
  d0: [
    { additionalProperties: false, properties: { a: true, b: true } },
    { required: ["zz", "a", "yy"] },
    { propertyNames: { maxLength: 1 } },
    { properties: { c: { type: "object" } }, maxProperties: 2 },
    { if: { required: ["a"] }, then: { required: ["zz"] } },
    { dependencies: { a: { required: ["zz"] } }, dependentRequired: { b: ["yy"] } },
    { unevaluatedProperties: false, properties: { a: {} } },
  ],
  nested: [{ $ref: "#/definitions/none" }, { properties: { deep: { $ref: "#/definitions/number" } } }],
  missing: [{ type: "string" }, false as unknown as YamlFields],
};

/** A schema of a chart's values: a third of them may not hold. */
export function someSchema(dice: Dice): YamlFields {
  const isStrict = dice.takesRisks;
  const draft = dice.pick(DRAFTS);
  const properties: Record<string, Yaml> = {};
  for (const [name, schemas] of Object.entries(HOLDING)) {
    if (dice.chance(0.35)) properties[name] = dice.pick(schemas);
  }
  for (const [name, schemas] of Object.entries(FAILING)) {
    if (isStrict && dice.chance(0.2)) properties[name] = dice.pick(schemas);
  }
  const required = dice.some(isStrict ? ["s0", "i0", "absent"] : ["s0", "i0"], 2);
  return {
    $schema: draft,
    title: dice.maybe(0.2, () => "values"),
    type: dice.chance(0.8) ? "object" : undefined,
    required: required.length > 0 || dice.risks(0.2) ? required : undefined,
    properties,
    additionalProperties: isStrict && dice.chance(0.1) ? false : undefined,
    allOf: dice.maybe(0.15, () => [{ required: ["s0"] }, { minProperties: isStrict ? dice.int(1, 40) : 1 }]),
    definitions: {
      number: { type: "number", minimum: 0 },
      nested: { type: "object", properties: { s: { type: "string" }, deep: {} }, required: ["s"] },
    },
  };
}
