import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ChartNotice } from "../src/chart/chart-notice.ts";
import { loadChartFolder } from "../src/chart/load-chart.ts";
import { ChartSchemaError, SchemaBudgetError } from "../src/schema/schema-error.ts";
import { SchemaCache, schemaProblem, validateValues } from "../src/schema/validate-values.ts";
import { aFolder, chartYaml } from "./a-chart.ts";

function problemsOf(schema: unknown, values: object): string {
  const text = typeof schema === "string" ? schema : JSON.stringify(schema);
  return schemaProblem(Buffer.from(text), values as never, {
    cache: new SchemaCache(),
    notify: () => undefined,
  });
}

describe("schemaProblem", () => {
  const cases: ReadonlyArray<readonly [schema: unknown, values: object, want: string]> = [
    [{ required: ["a", "b"] }, {}, "- at '': missing properties 'a', 'b'\n"],
    [{ properties: { a: { minLength: 1500 } } }, { a: "x" }, "- at '/a': minLength: got 1, want 1,500\n"],
    [
      { properties: { "x/y~z": { maximum: 1 } } },
      { "x/y~z": 1e6 },
      "- at '/x~1y~0z': maximum: got 1×10⁰⁶, want 1\n",
    ],
    [
      { properties: { a: { enum: [1.5, "it's", null] } } },
      { a: 0 },
      "- at '/a': value must be one of 1.5, 'it\\'s', <nil>\n",
    ],
    [
      { properties: { a: { oneOf: [{ type: "string" }, { type: "null" }] } } },
      { a: 1 },
      "- at '/a': 'oneOf' failed, none matched\n  - at '/a': got number, want string\n  - at '/a': got number, want null\n",
    ],
    [{ unevaluatedProperties: false, properties: { a: true } }, { a: 1, b: 2 }, "- at '/b': false schema\n"],
    [
      { $ref: "#" },
      {},
      `- at '': both /$ref and  resolve to "file:///values.schema.json#" causing reference cycle\n`,
    ],
    [
      { $schema: "http://json-schema.org/draft-07/schema#", properties: { a: { format: "ipv4" } } },
      { a: "1.2.3" },
      "- at '/a': '1.2.3' is not valid ipv4: expected four decimals\n",
    ],
    [
      {
        $schema: "http://json-schema.org/draft-04/schema#",
        properties: { a: { minimum: 5, exclusiveMinimum: true } },
      },
      { a: 5 },
      "- at '/a': exclusiveMinimum: got 5, want 5\n",
    ],
    ["", {}, "EOF"],
    ["{", {}, "unexpected EOF"],
    [{ $ref: "#/nope" }, {}, 'json-pointer in "file:///values.schema.json#/nope" not found'],
    [
      { $ref: "file:///etc/passwd" },
      {},
      'failing loading "file:///etc/passwd": files and remote schemas are not loaded',
    ],
    [
      { $ref: "http://x.example/s" },
      {},
      'failing loading "http://x.example/s": files and remote schemas are not loaded',
    ],
    [
      { $ref: "other.json" },
      {},
      'failing loading "file:///other.json": files and remote schemas are not loaded',
    ],
    [
      { type: "bogus" },
      {},
      `"file:///values.schema.json#" is not valid against metaschema: jsonschema validation failed with 'https://json-schema.org/draft/2020-12/schema#'
- at '': 'allOf' failed
  - at '/type': 'anyOf' failed
    - at '/type': value must be one of 'array', 'boolean', 'integer', 'null', 'number', 'object', 'string'
    - at '/type': got string, want array`,
    ],
  ];
  test.each(cases)("says of %j and %j what helm says", (schema, values, want) => {
    expect(problemsOf(schema, values)).toBe(want);
  });

  test("takes keys of any name as data", () => {
    const schema = '{"properties":{"__proto__":{"type":"string"}},"additionalProperties":false}';
    expect(problemsOf(schema, JSON.parse('{"__proto__":1}') as object)).toBe(
      "- at '/__proto__': got number, want string\n",
    );
    expect(problemsOf({ required: ["toString"] }, {})).toBe("- at '': missing property 'toString'\n");
  });

  const hostile: ReadonlyArray<readonly [name: string, schema: () => unknown, values: object]> = [
    ["schemas that double with each step", doubling, { a: 1 }],
    ["numbers without end", () => '{"properties":{"a":{"minimum":1e999999999}}}', { a: 1 }],
    ["references without end", chain, { a: 1 }],
  ];
  test.each(hostile)("stops at %s", (_name, schema, values) => {
    expect(() => problemsOf(schema(), values)).toThrow(SchemaBudgetError);
  });

  test("matches an evil pattern in linear time", () => {
    const schema = { properties: { a: { pattern: "^(a+)+$" } } };
    expect(problemsOf(schema, { a: `${"a".repeat(5000)}!` })).toContain("does not match pattern '^(a+)+$'");
  });

  test("decides as ajv does", () => {
    const name = fc.constantFrom("a", "b");
    const leaf = fc.oneof(
      fc.constant(null),
      fc.boolean(),
      fc.integer({ min: -2, max: 2 }),
      fc.constantFrom("", "a", "bb"),
    );
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { depthSize: "small" },
        leaf,
        fc.array(tie("any"), { maxLength: 3 }),
        fc.dictionary(name, tie("any"), { maxKeys: 2 }),
      ),
    })).any;
    const schema = fc.letrec<{ any: unknown }>((tie) => ({
      any: fc.oneof(
        { depthSize: "small" },
        fc.boolean(),
        fc.record({ type: fc.constantFrom("object", "array", "string", "integer", "null", "boolean") }),
        fc.record({ enum: fc.array(leaf, { minLength: 1, maxLength: 3 }) }),
        fc.record({ minLength: fc.nat(2) }),
        fc.record({ minimum: fc.integer({ min: -2, max: 2 }) }),
        fc.record({
          properties: fc.dictionary(name, tie("any"), { maxKeys: 2 }),
          additionalProperties: tie("any"),
        }),
        fc.record({ prefixItems: fc.array(tie("any"), { minLength: 1, maxLength: 2 }), items: tie("any") }),
        fc.record({ contains: tie("any") }),
        fc.record({
          anyOf: fc.array(tie("any"), { minLength: 1, maxLength: 2 }),
          unevaluatedProperties: tie("any"),
        }),
        fc.record({ oneOf: fc.array(tie("any"), { minLength: 1, maxLength: 3 }) }),
        fc.record({ not: tie("any") }),
        fc.record({ if: tie("any"), then: tie("any"), else: tie("any") }),
        fc.record({ required: fc.uniqueArray(name, { minLength: 1 }) }),
      ),
    })).any;
    const ajv = new Ajv2020({ strict: false, logger: false });
    fc.assert(
      fc.property(schema, value, (shape, given) => {
        const wrapped = { properties: { v: shape } };
        expect(problemsOf(wrapped, { v: given }) === "").toBe(ajv.validate(wrapped, { v: given }));
      }),
      { numRuns: 120 },
    );
  });
});

/** Each definition asks for the next one twice. */
function doubling(): unknown {
  const names = Array.from({ length: 40 }, (_, index) => index);
  const $defs = Object.fromEntries(
    names.map((index) => [
      `d${index}`,
      { allOf: [{ $ref: `#/$defs/d${index + 1}` }, { $ref: `#/$defs/d${index + 1}` }] },
    ]),
  );
  return { $defs: { ...$defs, d40: true }, $ref: "#/$defs/d0" };
}

function chain(): unknown {
  const names = Array.from({ length: 1000 }, (_, index) => index);
  const $defs = Object.fromEntries(names.map((index) => [`d${index}`, { $ref: `#/$defs/d${index + 1}` }]));
  return { $defs: { ...$defs, d1000: true }, $ref: "#/$defs/d0" };
}

describe("validateValues", () => {
  const chart = loadChartFolder(
    aFolder({
      "Chart.yaml": chartYaml("c"),
      "values.schema.json": '{"required":["a"]}',
      "charts/s/Chart.yaml": chartYaml("s"),
      "charts/s/values.schema.json": '{"properties":{"u":{"$ref":"urn:x"},"n":{"type":"string"}}}',
    }),
  );

  test("names the charts whose schemas are not met", () => {
    const notices: ChartNotice[] = [];
    const act = (): void =>
      validateValues(chart, { s: { n: 1, u: 2 } }, { notify: (notice) => notices.push(notice) });
    expect(act).toThrow(
      new ChartSchemaError(
        "values don't meet the specifications of the schema(s) in the following chart(s):\nc:\n- at '': missing property 'a'\ns:\n- at '/n': got number, want string\n",
      ),
    );
    expect(notices.map(({ fields }) => fields)).toEqual([[["urn", "urn:x"]]]);
    expect(() => validateValues(chart, { a: 1, s: {} })).not.toThrow();
  });
});
