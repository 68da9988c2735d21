import type { JsonValue } from "@weir/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  formatApiVersion,
  formatGvk,
  formatKey,
  gvkOf,
  keyOf,
  parseApiVersion,
  parseKey,
  sameGvk,
} from "./api-version.ts";
import { deepFreeze } from "./deep-freeze.ts";
import { matchesFields, parseFieldSelector } from "./field-selector.ts";
import { formatGoSyntax, formatGoValue, marshalGoJson } from "./go-text.ts";
import { jsonEqual } from "./json-equality.ts";
import type { KubeObject } from "./object.ts";
import { controllerOf, isControlledBy, isOwnedBy, ownerReferenceTo } from "./owner-references.ts";
import { formatMicroTime, formatTime, parseTime } from "./timestamps.ts";

fc.configureGlobal({ seed: 1 });

describe("apiVersion", () => {
  test.each([
    { apiVersion: "v1", want: { group: "", version: "v1" } },
    { apiVersion: "apps/v1", want: { group: "apps", version: "v1" } },
    { apiVersion: "", want: { group: "", version: "" } },
    { apiVersion: "a/b/c", want: undefined },
  ])("$apiVersion splits", ({ apiVersion, want }) => {
    expect(parseApiVersion(apiVersion)).toEqual(want);
    if (want !== undefined) expect(formatApiVersion(want)).toBe(apiVersion);
  });

  test("and kind are printed as Go prints them", () => {
    expect(formatGvk(gvkOf({ apiVersion: "apps/v1", kind: "Deployment" }))).toBe("apps/v1, Kind=Deployment");
    expect(formatGvk(gvkOf({ apiVersion: "v1", kind: "Pod" }))).toBe("/v1, Kind=Pod");
    expect(formatGvk(gvkOf({ apiVersion: "a/b/c", kind: "Pod" }))).toBe("/, Kind=");
    expect(sameGvk(gvkOf({ apiVersion: "v1", kind: "Pod" }), { group: "", version: "v1", kind: "Pod" })).toBe(
      true,
    );
  });
});

describe("object keys", () => {
  test("leave out an empty namespace and come back from text", () => {
    expect(keyOf({ metadata: { name: "a", namespace: "" } })).toEqual({ name: "a" });
    expect(formatKey(keyOf({ metadata: { name: "a", namespace: "n" } }))).toBe("n/a");
    expect(parseKey("n/a")).toEqual({ namespace: "n", name: "a" });
    expect(parseKey("a")).toEqual({ name: "a" });
  });
});

describe("owner references", () => {
  const owner: KubeObject = { apiVersion: "apps/v1", kind: "ReplicaSet", metadata: { name: "r", uid: "u1" } };
  const owned = (fields: object): KubeObject => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "p", ownerReferences: [{ ...ownerReferenceTo(owner), ...fields }] },
  });

  test("match their owner whatever version they name", () => {
    expect(isOwnedBy(owned({ apiVersion: "apps/v1beta1" }), owner)).toBe(true);
    expect(isOwnedBy(owned({ apiVersion: "other/v1" }), owner)).toBe(false);
    expect(isOwnedBy(owned({ uid: "u2" }), owner)).toBe(false);
  });

  test("tell the one that controls", () => {
    expect(controllerOf(owned({}))).toBeUndefined();
    expect(isControlledBy(owned({ controller: true }), owner)).toBe(true);
    expect(isControlledBy(owned({}), owner)).toBe(false);
  });
});

describe("times", () => {
  const milliseconds = Date.parse("2026-01-02T03:04:05.678Z");

  test("have whole seconds or six digits", () => {
    expect(formatTime(milliseconds)).toBe("2026-01-02T03:04:05Z");
    expect(formatMicroTime(milliseconds)).toBe("2026-01-02T03:04:05.678000Z");
  });

  test("are read, and nothing is where there is none", () => {
    expect(parseTime("2026-01-02T03:04:05.678000Z")).toBe(milliseconds);
    expect(parseTime(undefined)).toBeUndefined();
    expect(parseTime("yesterday")).toBeUndefined();
  });
});

describe("field selectors", () => {
  const fields = new Map([
    ["metadata.name", "a,b"],
    ["status.phase", "Running"],
  ]);
  const matches = (selector: string): boolean =>
    matchesFields(parseFieldSelector(selector), (field) => fields.get(field) ?? "");

  test.each([
    { selector: "", want: true },
    { selector: "status.phase=Running", want: true },
    { selector: "status.phase==Running,spec.node=", want: true },
    { selector: "status.phase!=Running", want: false },
    { selector: String.raw`metadata.name=a\,b`, want: true },
  ])("$selector is $want", ({ selector, want }) => {
    expect(matches(selector)).toBe(want);
  });

  test.each([
    { selector: "a", message: "invalid selector: 'a'; can't understand 'a'" },
    { selector: "a=b=c", message: "invalid field selector: unescaped character in value: 61" },
    { selector: String.raw`a=\x`, message: String.raw`invalid field selector: invalid escape sequence: \x` },
    { selector: "a=\\", message: "invalid field selector: invalid escape sequence: \\" },
  ])("$selector is refused", ({ selector, message }) => {
    expect(() => parseFieldSelector(selector)).toThrow(expect.objectContaining({ message }));
  });
});

describe("jsonEqual", () => {
  const json = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<JsonValue>;

  test("agrees with comparing sorted texts", () => {
    fc.assert(
      fc.property(json, json, (left, right) => {
        expect(jsonEqual(left, structuredClone(left))).toBe(true);
        expect(jsonEqual(left, right)).toBe(marshalGoJson(left) === marshalGoJson(right));
      }),
    );
  });

  test("compares numbers by value, whatever holds them", () => {
    expect(jsonEqual(1n, 1)).toBe(true);
    expect(jsonEqual([9_007_199_254_740_993n], [9_007_199_254_740_992n])).toBe(false);
    expect(jsonEqual(1, "1")).toBe(false);
  });

  test("finds own keys only", () => {
    expect(jsonEqual({ constructor: 1 }, {})).toBe(false);
    expect(jsonEqual(JSON.parse('{"__proto__":1}'), { a: 1 })).toBe(false);
  });
});

describe("deepFreeze", () => {
  test("freezes every part, in place", () => {
    const value = { a: [{ b: 1 }], c: null };
    const frozen = deepFreeze(value);
    expect(frozen).toBe(value);
    expect([Object.isFrozen(value), Object.isFrozen(value.a), Object.isFrozen(value.a[0])]).toEqual([
      true,
      true,
      true,
    ]);
  });

  test("freezes what nests deeper than the stack", () => {
    let value: { child?: unknown } = {};
    const root = value;
    for (let depth = 0; depth < 50_000; depth += 1) {
      const child = {};
      value.child = child;
      value = child;
    }
    deepFreeze(root);
    expect(Object.isFrozen(value)).toBe(true);
  });
});

describe("Go's printing", () => {
  const value: JsonValue = { b: [1, "x", null, true], a: { "<": 1.5 }, big: 1_000_000 };

  test("sorts keys and prints as %v, %#v and json.Marshal do", () => {
    expect(formatGoValue(value)).toBe("map[a:map[<:1.5] b:[1 x <nil> true] big:1000000]");
    expect(formatGoSyntax(value)).toBe(
      'map[string]interface {}{"a":map[string]interface {}{"<":1.5}, "b":[]interface {}{1, "x", interface {}(nil), true}, "big":1000000}',
    );
    expect(marshalGoJson(value)).toBe(String.raw`{"a":{"\u003c":1.5},"b":[1,"x",null,true],"big":1000000}`);
  });
});
