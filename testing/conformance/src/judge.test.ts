import { describe, expect, test } from "vitest";
import { contradictingCases, judge } from "./judge.ts";

const none = { failing: {}, waived: {} };

describe("judge", () => {
  test("counts each verdict once and finds nothing to object to in true lists", () => {
    const results = [
      { name: "a", verdict: "pass" as const },
      { name: "b", verdict: "fail" as const, detail: "differs" },
      { name: "c", verdict: "fail" as const, detail: "differs" },
    ];
    expect(judge(results, { failing: { b: "not built" }, waived: { c: "on purpose" } })).toEqual({
      passed: 1,
      failed: 1,
      waived: 1,
      contradictions: [],
    });
  });

  test("objects to a failing case that is not listed", () => {
    const { contradictions } = judge([{ name: "a", verdict: "fail", detail: "1 is not 2" }], none);
    expect(contradictions).toEqual(["fails and is not listed: a: 1 is not 2"]);
  });

  test("objects to a listed case that passes", () => {
    const { contradictions } = judge([{ name: "a", verdict: "pass" }], { failing: { a: "old" }, waived: {} });
    expect(contradictions).toEqual(["passes but is listed: a"]);
  });

  test("objects to a listed name that no case bears, and to a name borne twice", () => {
    const twice = [
      { name: "a", verdict: "pass" as const },
      { name: "a", verdict: "pass" as const },
    ];
    expect(judge(twice, { failing: { gone: "old" }, waived: {} }).contradictions).toEqual([
      "two cases are named a",
      "is listed and is no case: gone",
    ]);
  });
});

describe("contradictingCases", () => {
  test("are those that fail and are not listed, and those that pass and are", () => {
    const results = [
      { name: "a", verdict: "pass" as const },
      { name: "b", verdict: "fail" as const, detail: "" },
      { name: "c", verdict: "pass" as const },
      { name: "d", verdict: "fail" as const, detail: "" },
    ];
    expect(contradictingCases(results, { failing: { c: "x" }, waived: { d: "y" } })).toEqual(["b", "c"]);
  });
});
