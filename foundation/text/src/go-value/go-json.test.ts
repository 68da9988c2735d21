import { describe, expect, it } from "vitest";

import { GoCallError } from "./go-function.ts";
import { goJsonValue, writeGoJson, type WriteGoJsonOptions } from "./go-json.ts";
import { goInt } from "./go-int.ts";
import { GoMap, GoObject, GoSlice, type GoValue } from "./go-value.ts";

class Named extends GoObject {
  readonly type = "main.Named";
  readonly kind = "struct";
  override fields(): readonly { readonly name: string; readonly type: string; readonly value: GoValue }[] {
    return [
      { name: "Z", type: "int", value: goInt(0) },
      { name: "A", type: "int", value: goInt(1) },
      { name: "b", type: "int", value: goInt(2) },
    ];
  }
}

/** A map that holds a list that holds the map. */
function listedIn(map: Map<string, GoValue>): GoValue {
  return map.set("a", [map]).set("b", 1);
}

describe("JSON of Go's values", () => {
  it.each<readonly [string, GoValue, string]>([
    [
      "sorts keys by their bytes",
      new Map<string, GoValue>([
        ["b", 1],
        ["a", null],
        ["B", true],
      ]),
      '{"B":true,"a":null,"b":1}',
    ],
    ["escapes what HTML reads", "<a>&\u2028", '"\\u003ca\\u003e\\u0026\\u2028"'],
    ["escapes bytes that are no text", "a\udcff\ufffd\n", '"a\\ufffd\ufffd\\n"'],
    ["writes bytes as base64", Uint8Array.of(255, 0), '"/wA="'],
    [
      "writes nil slices and maps as null",
      [new GoSlice("string", [], true), new GoMap("m", "string", new Map(), true)],
      "[null,null]",
    ],
    ["keeps every digit of an integer", goInt(2n ** 63n - 1n), "9223372036854775807"],
    ["writes floats as JSON does", [1e21, 1e-7, 1, 0.1, -0], "[1e+21,1e-7,1,0.1,-0]"],
    ["leaves fields out that are not exported, and keeps their order", new Named(), '{"Z":0,"A":1}'],
    ["takes __proto__ for a key", new Map<string, GoValue>([["__proto__", 1]]), '{"__proto__":1}'],
  ])("%s", (_name, value, want) => {
    expect(writeGoJson(value)).toBe(want);
  });

  it("indents", () => {
    const value = new Map<string, GoValue>([
      ["a", [1, []]],
      ["b", new Map()],
    ]);
    expect(writeGoJson(value, { indent: "  ", escapeHtml: false })).toBe(
      '{\n  "a": [\n    1,\n    []\n  ],\n  "b": {}\n}',
    );
  });

  it.each<readonly [string, GoValue, string, WriteGoJsonOptions]>([
    ["a map", listedIn(new Map()), "map[string]interface {}", {}],
    ["a list of the map", [listedIn(new Map())], "[]interface {}", {}],
    ["a pointer to the map", listedIn(new Map()), "[]interface {}", { isPointer: true }],
    [
      "the first key that leads to one, in their order",
      new Map<string, GoValue>([
        ["z", [listedIn(new Map())]],
        ["a", listedIn(new Map())],
      ]),
      "[]interface {}",
      {},
    ],
  ])("finds a cycle where Go begins to look, from %s", (_name, value, type, options) => {
    expect(() => writeGoJson(value, options)).toThrow(
      `json: unsupported value: encountered a cycle via ${type}`,
    );
  });

  it("writes what nests deep and does not hold itself", () => {
    let value: GoValue = [];
    for (let level = 1; level < 1900; level++) value = [value];
    expect(writeGoJson(value)).toBe("[".repeat(1900) + "]".repeat(1900));
  });

  it("tells of every part, so that a walk can be stopped", () => {
    const lengths: number[] = [];
    writeGoJson(new Map<string, GoValue>([["k", ["ab", 1]]]), { onPart: (length) => lengths.push(length) });
    expect(lengths).toEqual([0, 0, 2, 0]);
  });

  it("refuses what JSON cannot hold", () => {
    const cycle = new Map<string, GoValue>();
    cycle.set("a", cycle);
    expect(() => goJsonValue(cycle)).toThrow(
      "json: unsupported value: encountered a cycle via map[string]interface {}",
    );
    expect(() => goJsonValue(Number.POSITIVE_INFINITY)).toThrow(GoCallError);
  });
});
