import { describeError } from "@weir/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  dnsLabelProblems,
  dnsSubdomainProblems,
  isLabelSelectorSpec,
  labelKeyProblems,
  labelSelectorFrom,
  labelSelectorOf,
  labelValueProblems,
  parseLabelSelector,
} from "./index.ts";

fc.configureGlobal({ seed: 1 });

const anyName = fc.stringMatching(/^[a-z0-9]([-a-z0-9_.]{0,8}[a-z0-9])?$/);

function failureOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return describeError(error);
  }
  return "";
}

describe("parseLabelSelector", () => {
  test("reads back what it writes", () => {
    const requirement = fc.oneof(
      anyName.map((key) => key),
      anyName.map((key) => `!${key}`),
      fc.tuple(anyName, fc.constantFrom("=", "==", "!="), anyName).map((parts) => parts.join("")),
      fc
        .tuple(anyName, fc.constantFrom("in", "notin"), fc.array(anyName, { minLength: 1, maxLength: 3 }))
        .map(([key, operator, values]) => `${key} ${operator} (${values.join(", ")})`),
      fc.tuple(anyName, fc.constantFrom(">", "<"), fc.nat()).map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(fc.array(requirement, { minLength: 1, maxLength: 4 }), (requirements) => {
        const selector = parseLabelSelector(requirements.join(","));
        expect(parseLabelSelector(selector.toString()).requirements).toEqual(selector.requirements);
      }),
    );
  });

  test("treats inherited names as labels that are not there", () => {
    expect(parseLabelSelector("constructor").matches({})).toBe(false);
    expect(parseLabelSelector("!toString").matches({})).toBe(true);
    expect(parseLabelSelector("a").matches(undefined)).toBe(false);
  });

  test("names the value that a label must have", () => {
    const selector = parseLabelSelector("a=1,b in (2),c in (3,4),d!=5");
    expect(["a", "b", "c", "d", "e"].map((key) => selector.requiredValue(key))).toEqual([
      "1",
      "2",
      undefined,
      undefined,
      undefined,
    ]);
  });

  test("ends the text at a zero byte as the lexer of Kubernetes does", () => {
    expect(parseLabelSelector("\0a=b").isEmpty).toBe(true);
  });
});

describe("labelSelectorFrom", () => {
  test("matches nothing without a selector and everything with an empty one", () => {
    expect(labelSelectorFrom(undefined).matches({ a: "b" })).toBe(false);
    expect(labelSelectorFrom({}).matches(undefined)).toBe(true);
    expect(labelSelectorOf({}).isEmpty).toBe(true);
  });

  test("joins labels and expressions, sorted by key", () => {
    const selector = labelSelectorFrom({
      matchLabels: { tier: "web" },
      matchExpressions: [
        { key: "env", operator: "In", values: ["prod", "dev"] },
        { key: "old", operator: "DoesNotExist" },
        { key: "app", operator: "Exists" },
        { key: "zone", operator: "NotIn", values: ["x"] },
      ],
    });
    expect(selector.toString()).toBe("app,env in (dev,prod),!old,tier=web,zone notin (x)");
    expect(selector.matches({ app: "", env: "dev", tier: "web" })).toBe(true);
    expect(selector.matches({ app: "", env: "dev", tier: "web", zone: "x" })).toBe(false);
  });

  test.each([
    {
      name: "an unknown operator",
      key: "a",
      operator: "Gt",
      values: ["1"],
      want: '"Gt" is not a valid label selector operator',
    },
    {
      name: "In without values",
      key: "a",
      operator: "In",
      values: [],
      want: "values: Invalid value: null: for 'in', 'notin' operators, values set can't be empty",
    },
    {
      name: "Exists with values",
      key: "a",
      operator: "Exists",
      values: ["b"],
      want: 'values: Invalid value: ["b"]: values set must be empty for exists and does not exist',
    },
    {
      name: "a wrong key",
      key: "/a",
      operator: "Exists",
      values: [],
      want: 'key: Invalid value: "/a": prefix part must be non-empty',
    },
  ])("refuses $name in the words of Kubernetes", ({ key, operator, values, want }) => {
    expect(failureOf(() => labelSelectorFrom({ matchExpressions: [{ key, operator, values }] }))).toBe(want);
  });

  test("names each problem once", () => {
    const text = failureOf(() =>
      labelSelectorFrom({ matchExpressions: [{ key: "-", operator: "In", values: ["-"] }] }),
    );
    expect(text).toMatch(
      /^\[key: Invalid value: "-": name part must consist .*, values\[0\]\[-\]: Invalid value: "-": .*\]$/,
    );
  });

  test("knows the shape of a selector", () => {
    expect(isLabelSelectorSpec({ matchLabels: { a: "b" }, matchExpressions: null })).toBe(true);
    expect(isLabelSelectorSpec({ matchExpressions: [{ key: "a", operator: "In", values: ["b"] }] })).toBe(
      true,
    );
    for (const value of [null, [], "a", { matchLabels: { a: 1 } }, { matchExpressions: [{ key: "a" }] }]) {
      expect(isLabelSelectorSpec(value)).toBe(false);
    }
  });
});

describe("names of Kubernetes", () => {
  test.each([
    {
      check: labelKeyProblems,
      good: ["a", "a.b/c_d", "A-1"],
      bad: ["", "a/", "/a", "a/b/c", "-a", "A.b/c", "x".repeat(64)],
    },
    { check: labelValueProblems, good: ["", "a", "A_b.c-1"], bad: ["-", "a b", "é", "x".repeat(64)] },
    { check: dnsSubdomainProblems, good: ["a", "a-1.b"], bad: ["", "A", "a..b", "a_b", "x".repeat(254)] },
    { check: dnsLabelProblems, good: ["a", "a-1"], bad: ["", "a.b", "A", "x".repeat(64)] },
  ])("$check.name tells good from bad", ({ check, good, bad }) => {
    expect(good.filter((text) => check(text).length > 0)).toEqual([]);
    expect(bad.filter((text) => check(text).length === 0)).toEqual([]);
  });

  test("with dots are told apart from wrong ones", () => {
    expect(dnsLabelProblems("a.b")).toEqual(["must not contain dots"]);
  });
});
