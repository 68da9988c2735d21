import type { KubeObject } from "@weir/objects";
import { describe, expect, test } from "vitest";
import { HealthExpressionError, judgeByExpressions } from "./health-expressions.ts";

const widget = (content: object): KubeObject =>
  ({
    apiVersion: "example.com/v1",
    kind: "Widget",
    metadata: { name: "w", generation: 2 },
    ...content,
  }) as KubeObject;

describe("judgeByExpressions", () => {
  const expressions = {
    apiVersion: "example.com/v1",
    kind: "Widget",
    inProgress: "status.phase == 'Working'",
    failed: "status.phase == 'Broken'",
    current: "status.phase == 'Done'",
  };
  test.each([
    { phase: "Working", want: { status: "InProgress" } },
    { phase: "Broken", want: { status: "Failed" } },
    { phase: "Done", want: { status: "Current" } },
    { phase: "Else", want: { status: "InProgress" } },
  ])("judges $phase as $want.status", ({ phase, want }) => {
    expect(judgeByExpressions([expressions])?.(widget({ status: { phase } }))).toEqual(want);
  });

  test("waits for the last generation first", () => {
    const object = widget({ status: { phase: "Done", observedGeneration: 1 } });
    expect(judgeByExpressions([expressions])?.(object)).toEqual({ status: "InProgress" });
  });

  test("says why an expression has no answer", () => {
    expect(judgeByExpressions([{ ...expressions, failed: "", inProgress: "" }])?.(widget({}))).toEqual({
      status: "Unknown",
      problem:
        "failed to evaluate the CEL expression 'status.phase == 'Done'': no such attribute(s): status.phase",
    });
  });

  test("judges a whole group where no kind is named, and leaves other groups alone", () => {
    const judge = judgeByExpressions([{ apiVersion: "example.com/v1", current: "true" }]);
    expect(judge?.(widget({}))).toEqual({ status: "Current" });
    expect(judge?.({ ...widget({}), apiVersion: "v1" })).toBeUndefined();
  });

  test("refuses two lists of expressions for one kind", () => {
    expect(() => judgeByExpressions([expressions, expressions])).toThrow(
      new HealthExpressionError(
        1,
        "duplicate custom health check for GroupKind Widget.example.com at healthchecks[1]",
      ),
    );
  });
});
