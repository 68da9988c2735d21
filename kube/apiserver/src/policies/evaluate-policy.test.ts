import { describe, expect, test } from "vitest";
import { compilePolicy } from "./compile-policy.ts";
import { evaluateConditions, evaluatePolicy, type PolicyInput } from "./evaluate-policy.ts";

const input: PolicyInput = {
  object: { data: { a: "b" } },
  oldObject: undefined,
  request: { operation: "CREATE" },
  namespaceObject: { metadata: { name: "default" } },
  params: undefined,
  authorizer: undefined,
};
/** Costs some 980,000. */
const dear = "lists.range(700).sort().size() == 700";
const spent = "validation failed due to running out of cost budget, no further validation rules will be run";

function messagesOf(spec: object, failsClosed = true): readonly string[] {
  return evaluatePolicy(compilePolicy(spec as never), input, failsClosed).map(({ message }) => message);
}

function many(count: number, item: object): readonly object[] {
  return Array.from({ length: count }, () => item);
}

describe("evaluatePolicy", () => {
  const cases: ReadonlyArray<{
    readonly name: string;
    readonly spec: object;
    readonly want: readonly string[];
  }> = [
    {
      name: "gives up all validations where they cost too much together",
      spec: { validations: [{ expression: "false" }, ...many(11, { expression: dear })] },
      want: [spent],
    },
    {
      name: "counts variables once for all validations",
      spec: {
        variables: [{ name: "x", expression: dear }],
        validations: [...many(30, { expression: "variables.x" }), { expression: "false", message: "no" }],
      },
      want: ["no"],
    },
    {
      name: "counts variables again for messages, of validations that hold, too",
      spec: {
        validations: [
          ...many(6, { expression: "true", messageExpression: `${dear} ? 'a' : 'b'` }),
          ...many(5, { expression: dear }),
        ],
      },
      want: Array.from({ length: 11 }, () => `failed messageExpression: ${spent}`),
    },
    {
      name: "has another budget for annotations, which ends everything",
      spec: {
        validations: [...many(9, { expression: dear }), { expression: "false" }],
        auditAnnotations: many(11, { key: "k", valueExpression: `${dear} ? 'a' : 'c'` }),
      },
      want: [spent],
    },
    {
      name: "lets a variable fail where nobody needs it",
      spec: {
        variables: [{ name: "x", expression: "object.data.nope == 'b'" }],
        validations: [{ expression: "variables.x || object.data.a == 'b'" }, { expression: "variables.x" }],
      },
      want: [
        `expression 'variables.x' resulted in error: composited variable "x" fails to evaluate: no such key: nope`,
      ],
    },
    {
      name: "fails a variable that costs too much",
      spec: {
        variables: [{ name: "x", expression: "lists.range(2000000).size()" }],
        validations: [{ expression: "variables.x == 1" }],
      },
      want: [
        `expression 'variables.x == 1' resulted in error: composited variable "x" fails to evaluate: operation cancelled: actual cost limit exceeded`,
      ],
    },
    {
      name: "fails an expression that costs too much, and goes on",
      spec: {
        validations: [
          { expression: "lists.range(2000000).size() == 1" },
          { expression: "false", message: "no" },
        ],
      },
      want: [
        "expression 'lists.range(2000000).size() == 1' resulted in error: operation cancelled: actual cost limit exceeded",
        "no",
      ],
    },
    {
      name: "knows no authorizer in annotations",
      spec: {
        auditAnnotations: [{ key: "k", valueExpression: "authorizer.path('/x').check('get').reason()" }],
      },
      want: [
        "expression 'authorizer.path('/x').check('get').reason()' resulted in error: no such attribute(s): authorizer",
      ],
    },
  ];
  test.each(cases)("$name", ({ spec, want }) => {
    expect(messagesOf(spec)).toEqual(want);
  });

  test("lets be what costs too much where the policy fails open", () => {
    expect(messagesOf({ validations: many(11, { expression: dear }) }, false)).toEqual([]);
  });
});

describe("evaluateConditions", () => {
  const cases: ReadonlyArray<readonly [conditions: readonly string[], want: object]> = [
    [["true", "object.data.a == 'b'"], { kind: "decided", holds: true }],
    [["object.nope == 1", "false"], { kind: "decided", holds: false }],
    [["false", dear, dear, dear], { kind: "failed", message: spent }],
    [
      ["namespaceObject.metadata.name == 'default'"],
      {
        kind: "failed",
        message:
          "expression 'namespaceObject.metadata.name == 'default'' resulted in error: no such key: metadata",
      },
    ],
    [
      ["object.x == 1", "object.y == 1", "object.x == 1"],
      {
        kind: "failed",
        message:
          "[expression 'object.x == 1' resulted in error: no such key: x, expression 'object.y == 1' resulted in error: no such key: y]",
      },
    ],
  ];
  test.each(cases)("decides %j", (conditions, want) => {
    const matchConditions = conditions.map((expression, index) => ({ name: `c${index}`, expression }));
    expect(evaluateConditions(compilePolicy({ matchConditions } as never), input)).toEqual(want);
  });
});
