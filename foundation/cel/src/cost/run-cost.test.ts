import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { CelCostError, CelEvaluationError } from "../cel-error.ts";
import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listOf,
  mapOf,
  STRING,
  TIMESTAMP,
  UINT,
} from "../cel-type.ts";
import { compile } from "../compile.ts";
import { kubernetes } from "../environment.ts";
import { celFromJson } from "../from-json.ts";
import {
  type Authorize,
  AUTHORIZER,
  authorizerValue,
  RESOURCE_CHECK,
  resourceCheckValue,
} from "../library/authorizer.ts";
import { CelDuration, CelMap, CelTimestamp, CelUint, type CelValue } from "../value.ts";

interface RecordedCosts {
  readonly self: unknown;
  /** An expression, its cost, and 1 where its evaluation ends in an error. */
  readonly costs: readonly (readonly [expression: string, cost: number, failed?: 1])[];
}

const file = new URL("../../fixtures/run-costs.json", import.meta.url);
const { self, costs } = JSON.parse(readFileSync(file, "utf8")) as RecordedCosts;
const SECOND = 1_000_000_000n;
const authorize: Authorize = ({ verb }) => ({ isAllowed: verb === "get", reason: "", error: "" });
const scale = { group: "apps", resource: "deployments", subresource: "scale", namespace: "ns", name: "n" };
const names: ReadonlyArray<readonly [name: string, type: CelType, value: CelValue]> = [
  ["self", DYN, celFromJson(self)],
  ["i", INT, 3n],
  ["d", DOUBLE, 2.5],
  ["u", UINT, new CelUint(7n)],
  ["b", BOOL, true],
  ["s", STRING, "hello"],
  ["w", STRING, "lorem ipsum ".repeat(20)],
  ["uni", STRING, "grüße ☃😀 an alle Übrigen der Straße"],
  ["y", BYTES, new Uint8Array(Buffer.from("bytes of some length"))],
  ["l", listOf(INT), [1n, 2n, 3n]],
  ["sl", listOf(STRING), ["b", "a", "a longer element of the list"]],
  ["ll", listOf(listOf(INT)), [[1n, 2n], [3n], []]],
  ["m", mapOf(STRING, STRING), new CelMap([["k", "v"]])],
  ["mi", mapOf(STRING, INT), new CelMap([["a", 1n]])],
  ["authorizer", AUTHORIZER, authorizerValue(authorize)],
  ["authorizer.requestResource", RESOURCE_CHECK, resourceCheckValue(authorize, scale)],
  ["ts", TIMESTAMP, new CelTimestamp(1_700_000_000n * SECOND)],
  ["du", DURATION, new CelDuration(5400n * SECOND)],
];
const environment = kubernetes(names.map(([name, type]) => [name, type] as const));
const values = new Map(names.map(([name, , value]) => [name, value]));
const LIMIT = 1_000_000;

function costOf(expression: string): readonly [cost: number, failed: boolean] {
  const meter = { left: LIMIT };
  let failed = false;
  try {
    compile(expression, environment)
      .program()
      .evaluate((name) => values.get(name), meter);
  } catch (error) {
    if (!(error instanceof CelEvaluationError || error instanceof CelCostError)) throw error;
    failed = true;
  }
  return [LIMIT - meter.left, failed];
}

describe("the cost of an evaluation", () => {
  test("is what cel-go counts with the options of the API server", () => {
    const wrong = costs.flatMap(([expression, cost, failed]) => {
      const got = costOf(expression);
      return got[0] === cost && got[1] === (failed === 1) ? [] : [{ expression, cost, failed, got }];
    });
    expect(wrong).toEqual([]);
  });

  test("of an accumulator is counted when it is first read", () => {
    expect(costOf("optional.of(i).optMap(v, 1).hasValue()")[0]).toBeLessThan(
      costOf("optional.of(i).optMap(v, v).hasValue()")[0],
    );
  });
});
