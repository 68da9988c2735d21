import type { JsonValue } from "@weir/core";
import { describe, expect, test } from "vitest";
import { parseSchemaNode } from "./parse-schema-node.ts";
import { SchemaSyntaxError } from "./schema-error.ts";

describe("parseSchemaNode", () => {
  test("reads what schemas hold and drops what they do not", () => {
    const json = {
      type: "object",
      example: 1,
      default: null,
      required: ["a"],
      properties: { a: { type: "integer", maximum: 2n ** 53n, enum: [1, null] } },
      additionalProperties: false,
      "x-kubernetes-validations": [{ rule: "true", other: 1 }],
    };
    expect(parseSchemaNode(json)).toEqual({
      type: "object",
      required: ["a"],
      properties: { a: { type: "integer", maximum: 2 ** 53, enum: [1, null] } },
      additionalProperties: false,
      "x-kubernetes-validations": [{ rule: "true" }],
    });
  });

  test("takes a property named __proto__ as data", () => {
    const json = JSON.parse('{"properties":{"__proto__":{"type":"string"}}}') as JsonValue;
    const { properties = {} } = parseSchemaNode(json);
    expect(Object.getOwnPropertyDescriptor(properties, "__proto__")?.value).toEqual({ type: "string" });
  });

  const cases: ReadonlyArray<{ readonly name: string; readonly json: JsonValue; readonly want: string }> = [
    { name: "a list", json: [], want: "schema must be an object" },
    { name: "a type of the wrong type", json: { type: 1 }, want: "schema at type must be a string" },
    {
      name: "a keyword deep inside",
      json: { properties: { a: { items: { minLength: "1" } } } },
      want: "schema at properties[a].items.minLength must be a number",
    },
    {
      name: "a junctor that is no list",
      json: { anyOf: {} },
      want: "schema at anyOf must be a list",
    },
    {
      name: "an alternative that is no schema",
      json: { anyOf: [{}, 1] },
      want: "schema at anyOf[1] must be an object",
    },
  ];
  test.each(cases)("refuses $name", ({ json, want }) => {
    expect(() => parseSchemaNode(json)).toThrow(want);
    expect(() => parseSchemaNode(json)).toThrow(SchemaSyntaxError);
  });

  test("refuses what is nested too deep", () => {
    let json: JsonValue = {};
    for (let depth = 0; depth < 300; depth++) json = { items: json };
    expect(() => parseSchemaNode(json)).toThrow("is nested more than 200 deep");
  });
});
