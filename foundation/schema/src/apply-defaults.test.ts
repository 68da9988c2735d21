import type { JsonValue } from "@weir/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { applyDefaults } from "./apply-defaults.ts";
import type { SchemaNode } from "./schema-node.ts";

fc.configureGlobal({ seed: 1 });

const keyed: SchemaNode = { type: "object", properties: { k: { type: "string", default: "kk" } } };

const schema: SchemaNode = {
  type: "object",
  properties: {
    spec: {
      type: "object",
      default: {},
      properties: {
        a: { type: "string", default: "d" },
        n: { type: "string", nullable: true, default: "d" },
        o: { type: "object", default: {}, properties: { x: { type: "integer", default: 3 } } },
        p: { type: "object", properties: { x: { type: "integer", default: 3 } } },
        l: { type: "array", items: keyed },
        m: { type: "object", additionalProperties: keyed },
        dl: { type: "array", default: ["x"], items: { type: "string" } },
        none: { type: "string", default: null },
        plain: { type: "string" },
        items: { type: "array", items: { type: "integer", default: 7 } },
      },
    },
  },
};

const filled = { a: "d", n: "d", o: { x: 3 }, dl: ["x"] };

describe("applyDefaults", () => {
  const cases: ReadonlyArray<{ readonly name: string; readonly given: JsonValue; readonly want: JsonValue }> =
    [
      { name: "fills in defaults inside defaults", given: {}, want: { spec: filled } },
      {
        name: "fills in objects that are there and leaves others out",
        given: { spec: { p: {} } },
        want: { spec: { ...filled, p: { x: 3 } } },
      },
      {
        name: "keeps null where it is allowed and replaces it where there is a default",
        given: { spec: { a: null, n: null, o: null } },
        want: { spec: { ...filled, n: null } },
      },
      {
        name: "drops null where neither holds",
        given: { spec: { p: null, l: null, plain: null } },
        want: { spec: filled },
      },
      {
        name: "fills in lists and maps of objects",
        given: { spec: { l: [{}, { k: null }], m: { q: {}, r: null }, dl: [] } },
        want: { spec: { ...filled, l: [{ k: "kk" }, { k: "kk" }], m: { q: { k: "kk" } }, dl: [] } },
      },
      {
        name: "replaces null in lists by the default of the items, and keeps it without one",
        given: { spec: { items: [1, null], l: [null] } },
        want: { spec: { ...filled, items: [1, 7], l: [null] } },
      },
      {
        name: "leaves unknown fields and nulls below them",
        given: { spec: { unknown: { x: null } } },
        want: { spec: { ...filled, unknown: { x: null } } },
      },
    ];
  test.each(cases)("$name", ({ given, want }) => {
    expect(applyDefaults(schema, given)).toEqual(want);
  });

  test("returns the value itself when nothing is missing", () => {
    const whole = { spec: { ...filled, l: [{ k: "x" }] } };
    expect(applyDefaults(schema, whole)).toBe(whole);
  });

  test("takes a property named __proto__ as data", () => {
    const odd = Object.fromEntries([["__proto__", { type: "string", default: "x" } as SchemaNode]]);
    const given = applyDefaults({ type: "object", properties: odd }, {}) as object;
    expect(Object.getOwnPropertyDescriptor(given, "__proto__")?.value).toBe("x");
    expect(Object.getPrototypeOf(given)).toBe(Object.prototype);
  });

  test("changes nothing the second time", () => {
    const json = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<JsonValue>;
    fc.assert(
      fc.property(json, (spec) => {
        const once = applyDefaults(schema, { spec });
        expect(applyDefaults(schema, once)).toBe(once);
      }),
    );
  });
});
