import type { JsonObject } from "@weir/core";
import { describeFieldError, type SchemaNode } from "@weir/schema";
import { describe, expect, test } from "vitest";
import { compileRules, ruleErrors } from "./compile-rules.ts";
import { validateRules } from "./validate-rules.ts";

function schemaOf(spec: SchemaNode): SchemaNode {
  return { type: "object", properties: { spec } };
}

function judge(
  spec: SchemaNode,
  object: JsonObject,
  old?: JsonObject,
): { readonly refusals: readonly string[]; readonly warnings: readonly string[] } {
  const tree = compileRules(schemaOf(spec));
  const warnings: string[] = [];
  if (tree === undefined) return { refusals: [], warnings };
  const warn = (message: string): void => void warnings.push(message);
  const before = old === undefined ? undefined : { spec: old };
  const errors = validateRules(tree, { spec: object }, { old: before, warn });
  return { refusals: errors.map(describeFieldError), warnings };
}

function refusals(spec: SchemaNode, object: JsonObject, old?: JsonObject): readonly string[] {
  return judge(spec, object, old).refusals;
}

const text: SchemaNode = { type: "string" };

describe("validateRules", () => {
  const immutable: SchemaNode = {
    type: "object",
    properties: {
      a: { ...text, "x-kubernetes-validations": [{ rule: "self == oldSelf", message: "a is immutable" }] },
    },
  };

  test("holds a transition rule against the older value only", () => {
    expect(refusals(immutable, { a: "x" })).toEqual([]);
    expect(refusals(immutable, { a: "x" }, {})).toEqual([]);
    expect(refusals(immutable, { a: "x" }, { a: "x" })).toEqual([]);
    expect(refusals(immutable, { a: "y" }, { a: "x" })).toEqual([
      'spec.a: Invalid value: "y": a is immutable',
    ]);
  });

  test("warns of what breaks a rule and did not change", () => {
    const rule = { rule: "self == 'z'" };
    const spec: SchemaNode = {
      type: "object",
      properties: { a: { ...text, "x-kubernetes-validations": [rule] }, b: text },
    };
    const problem = `spec.a: Invalid value: "x": failed rule: self == 'z'`;
    expect(judge(spec, { a: "x", b: "2" }, { a: "x", b: "1" })).toEqual({
      refusals: [],
      warnings: [problem],
    });
    expect(judge(spec, { a: "x" }, { a: "y" })).toEqual({ refusals: [problem], warnings: [] });
  });

  test("matches the elements of a list by their keys", () => {
    const list: SchemaNode = {
      type: "object",
      properties: {
        l: {
          type: "array",
          "x-kubernetes-list-type": "map",
          "x-kubernetes-list-map-keys": ["n"],
          items: {
            type: "object",
            properties: { n: text, v: text },
            "x-kubernetes-validations": [{ rule: "self.v == oldSelf.v" }],
          },
        },
      },
    };
    const old = {
      l: [
        { n: "a", v: "1" },
        { n: "b", v: "2" },
      ],
    };
    expect(
      refusals(
        list,
        {
          l: [
            { n: "b", v: "2" },
            { n: "c", v: "3" },
            { n: "a", v: "9" },
          ],
        },
        old,
      ),
    ).toEqual(["spec.l[2]: Invalid value: failed rule: self.v == oldSelf.v"]);
  });

  test("lets what did not change go on breaking a rule", () => {
    const spec: SchemaNode = {
      type: "object",
      properties: { a: { ...text, "x-kubernetes-validations": [{ rule: "self == 'ok'" }] }, b: text },
    };
    expect(refusals(spec, { a: "no", b: "2" }, { a: "no", b: "1" })).toEqual([]);
    expect(refusals(spec, { a: "bad", b: "1" }, { a: "no", b: "1" })).toHaveLength(1);
  });

  const outcomes: ReadonlyArray<{ readonly rule: string; readonly more?: object; readonly want: string }> = [
    { rule: "self.n > 5", want: "spec: Invalid value: failed rule: self.n > 5" },
    { rule: "self.n > 5", more: { message: " too small " }, want: "spec: Invalid value: too small" },
    {
      rule: "self.n > 5",
      more: { messageExpression: "'is ' + string(self.n)", reason: "FieldValueForbidden", fieldPath: ".n" },
      want: "spec.n: Forbidden: is 1",
    },
    {
      rule: "self.n / 0 > 5",
      want: 'spec: Invalid value: "object": division by zero evaluating rule: self.n / 0 > 5',
    },
    { rule: "self.nope == 1", want: "" },
  ];
  test.each(outcomes)("says $want for $rule", ({ rule, more, want }) => {
    const spec: SchemaNode = {
      type: "object",
      properties: { n: { type: "integer" } },
      "x-kubernetes-validations": [{ rule, ...more }],
    };
    expect(refusals(spec, { n: 1 }).join("\n")).toBe(want);
  });

  test("ends with a rule that costs too much", () => {
    const rule =
      "lists.range(1000).all(a, lists.range(1000).all(b, lists.range(1000).all(c, a + b + c >= 0)))";
    const spec: SchemaNode = { type: "object", "x-kubernetes-validations": [{ rule }, { rule: "false" }] };
    expect(refusals(spec, {})).toEqual([
      `spec: Invalid value: "object": 'operation cancelled: actual cost limit exceeded': no further validation rules will be run due to call cost exceeds limit for rule: ${rule}`,
    ]);
  });
});

describe("the cost of rules", () => {
  /** Costs some 980,000. */
  const dear = "lists.range(700).sort().size() == 700";
  const problem =
    "validation failed due to running out of cost budget, no further validation rules will be run";

  test("of one object together is limited", () => {
    const items: SchemaNode = {
      ...text,
      "x-kubernetes-validations": [{ rule: dear }, { rule: "self == 'a'" }],
    };
    const spec: SchemaNode = { type: "object", properties: { l: { type: "array", items } } };
    const l = Array.from({ length: 12 }, (_, index) => (index === 3 ? "b" : "a"));
    expect(refusals(spec, { l })).toEqual([
      `spec.l[3]: Invalid value: "b": failed rule: self == 'a'`,
      `spec.l[10]: Invalid value: "string": ${problem}`,
    ]);
  });

  test("counts also where an evaluation fails", () => {
    const items: SchemaNode = { ...text, "x-kubernetes-validations": [{ rule: `1 / 0 == 1 && ${dear}` }] };
    const spec: SchemaNode = { type: "object", properties: { l: { type: "array", items } } };
    const found = refusals(spec, { l: Array.from({ length: 12 }, () => "a") });
    expect(found).toHaveLength(11);
    expect(found.at(-1)).toBe(`spec.l[10]: Invalid value: "string": ${problem}`);
  });

  const messages: ReadonlyArray<readonly [expression: string, rules: number, want: string]> = [
    [
      "'a'.matches('b') ? 'x' : string(lists.range(2000000).size())",
      0,
      `Invalid value: "object": no further validation rules will be run due to call cost exceeds limit for messageExpression: "'a'.matches('b') ? 'x' : string(lists.range(2000000).size())"`,
    ],
    [
      `${dear} ? 'x' : 'y'`,
      10,
      'Invalid value: "object": messageExpression evaluation failed due to running out of cost budget, no further validation rules will be run',
    ],
    [`${dear} ? 'x' : 'y'`, 8, "Invalid value: x"],
    ["'a\\rb'", 0, "Invalid value: a\rb"],
    ["string(1 / 0)", 0, "Invalid value: failed rule: self.n == 2"],
  ];
  test.each(messages)("includes that of the message %s", (messageExpression, count, want) => {
    const before = Array.from({ length: count }, () => ({ rule: dear }));
    const spec: SchemaNode = {
      type: "object",
      properties: { n: { type: "integer" } },
      "x-kubernetes-validations": [...before, { rule: "self.n == 2", messageExpression }],
    };
    expect(refusals(spec, { n: 1 })[0]).toBe(`spec: ${want}`);
  });
});

describe("ruleErrors", () => {
  const errors: ReadonlyArray<{ readonly rule: object; readonly want: RegExp }> = [
    {
      rule: { rule: "self.n + 'a' == 'b'" },
      want: /\.rule: Invalid value: \{"Rule":.*compilation failed: ERROR: <input>:1:8: found no matching overload for '_\+_' applied to '\(int, string\)'/,
    },
    { rule: { rule: "self.n" }, want: /cel expression must evaluate to a bool$/ },
    {
      rule: { rule: "true", messageExpression: "1" },
      want: /\.messageExpression: .*messageExpression must evaluate to a string$/,
    },
    {
      rule: { rule: "true", optionalOldSelf: true },
      want: /optionalOldSelf: Invalid value: true: may not be set if oldSelf is not used in rule$/,
    },
  ];
  test.each(errors)("refuses $rule", ({ rule, want }) => {
    const spec: SchemaNode = {
      type: "object",
      properties: { n: { type: "integer" } },
      "x-kubernetes-validations": [rule as { readonly rule: string }],
    };
    expect(ruleErrors(schemaOf(spec), "s").map(describeFieldError).join("\n")).toMatch(want);
  });

  test("refuses oldSelf where no older element can be told", () => {
    const items: SchemaNode = { ...text, "x-kubernetes-validations": [{ rule: "self == oldSelf" }] };
    const [error] = ruleErrors(
      schemaOf({ type: "array", maxItems: 10, items: { ...items, maxLength: 5 } }),
      "s",
    );
    expect(error?.detail).toBe(
      "oldSelf cannot be used on the uncorrelatable portion of the schema within s.properties[spec]",
    );
  });
});
