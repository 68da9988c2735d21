import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  CelCompileError,
  CelDuration,
  CelEvaluationError,
  celFromJson,
  CelMap,
  CelObject,
  CelOptional,
  CelProgramError,
  CelTimestamp,
  CelTypeName,
  type CelType,
  CelUint,
  type CelValue,
  compile,
  compileFluxHealth,
  compileFluxReady,
  DOUBLE,
  DYN,
  FluxEvaluationError,
  type FluxExpression,
  FluxExpressionError,
  formatType,
  INT,
  isList,
  kubernetes,
  listOf,
  mapOf,
  STRING,
} from "@weir/cel";
import { describeError, formatGoDuration, parseJson, writeJson } from "@weir/core";
import type { Suite } from "../../src/suite.ts";

type Json = Readonly<Record<string, unknown>>;

interface RecordedCase {
  readonly expr: string;
  readonly k8s?: Json;
  readonly flux?: Json;
  readonly readyExpr?: Json;
}

const KUBERNETES_VARIABLES: ReadonlyArray<readonly [string, CelType]> = [
  ["self", DYN],
  ["i", INT],
  ["s", STRING],
  ["l", listOf(INT)],
  ["sl", listOf(STRING)],
  ["m", mapOf(STRING, STRING)],
  ["d", DOUBLE],
];

function replayKubernetes(expression: string, self: Json): Json {
  const values = new Map<string, CelValue>([
    ["self", celFromJson(self)],
    ["i", 3n],
    ["s", "hello"],
    ["l", [1n, 2n, 3n]],
    ["sl", ["b", "a", "c"]],
    ["m", new CelMap([["k", "v"]])],
    ["d", 2.5],
  ]);
  let type = "";
  try {
    const compiled = compile(expression, kubernetes(KUBERNETES_VARIABLES));
    type = compiled.type === undefined ? "" : formatType(compiled.type);
    return { result: recorded(compiled.program().evaluate((name) => values.get(name))), type };
  } catch (error) {
    if (error instanceof CelCompileError) return { compileError: error.message };
    if (error instanceof CelProgramError) return { programError: error.message, type };
    if (error instanceof CelEvaluationError) return { error: error.message, type };
    throw error;
  }
}

function replayFlux(read: () => FluxExpression, variables: Json, errorKey: string): Json {
  let expression: FluxExpression;
  try {
    expression = read();
  } catch (error) {
    if (error instanceof FluxExpressionError) return { parseError: describeError(error) };
    throw error;
  }
  try {
    return { boolean: expression.evaluate(variables) };
  } catch (error) {
    if (error instanceof FluxEvaluationError) return { [errorKey]: describeError(error) };
    throw error;
  }
}

/** A value as the recording tags it. */
function recorded(value: CelValue): unknown {
  if (value === null) return { null: null };
  switch (typeof value) {
    case "boolean":
      return { bool: value };
    case "bigint":
      return { int: String(value) };
    case "number":
      return {
        double: Number.isNaN(value) ? "NaN" : Number.isFinite(value) ? value : value > 0 ? "+Inf" : "-Inf",
      };
    case "string":
      return { string: value };
    default:
      return recordedObject(value);
  }
}

function recordedObject(value: CelValue & object): unknown {
  if (isList(value)) return { list: value.map(recorded) };
  if (value instanceof CelMap) return { map: native(value) };
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString("base64") };
  if (value instanceof CelUint) return { uint: String(value.value) };
  if (value instanceof CelTimestamp)
    return {
      timestamp: new Date(Number(value.nanoseconds / 1_000_000n)).toISOString().replace(/\.?0*Z$/, "Z"),
    };
  if (value instanceof CelDuration) return { duration: formatGoDuration(value.nanoseconds) };
  if (value instanceof CelTypeName) return { type: value.name };
  if (value instanceof CelOptional)
    return { optional: value.value === undefined ? "none" : recorded(value.value) };
  return value instanceof CelObject ? { other: value.typeName } : {};
}

/** A map within a result was recorded as plain JSON, and one with other keys than strings not at all. */
function native(value: CelValue): unknown {
  if (isList(value)) return value.map(native);
  if (value instanceof CelMap) {
    const entries = Array.from(value.entries());
    if (entries.some(([key]) => typeof key !== "string")) return "?";
    return Object.fromEntries(entries.map(([key, item]) => [String(key), native(item)]));
  }
  return typeof value === "bigint" ? Number(value) : value;
}

function canonical(value: unknown): string {
  const ordered = (item: unknown): unknown => {
    if (Array.isArray(item)) return item.map(ordered);
    if (typeof item === "bigint") return Number(item);
    if (typeof item !== "object" || item === null) return item;
    // The text of an opaque value is informative only.
    const entries = Object.entries(item).filter(([key]) => key !== "text" || !("other" in item));
    return Object.fromEntries(
      entries.sort(([left], [right]) => (left < right ? -1 : 1)).map(([key, inner]) => [key, ordered(inner)]),
    );
  };
  return writeJson(ordered(value) as never);
}

/** CEL as Kubernetes and Flux evaluate it. */
export const suite: Suite = {
  name: "text/cel",
  async *run(corpus) {
    const recording = parseJson(readFileSync(join(corpus, "text/cel.json"), "utf8"));
    const { cases, meta } = recording as unknown as {
      readonly cases: readonly RecordedCase[];
      readonly meta: { readonly self: Json };
    };
    const { self } = meta;
    for (const [index, { expr, k8s, flux, readyExpr }] of cases.entries()) {
      const replays: ReadonlyArray<readonly [string, Json | undefined, () => Json]> = [
        ["k8s", k8s, () => replayKubernetes(expr, self)],
        [
          "flux",
          flux,
          () =>
            replayFlux(
              () => compileFluxHealth(expr),
              { ...self, self, d: 2.5, m: { k: "v" } },
              "booleanError",
            ),
        ],
        [
          "readyExpr",
          readyExpr,
          () => replayFlux(() => compileFluxReady(expr), { self, dep: self }, "error"),
        ],
      ];
      for (const [environment, want, replay] of replays) {
        if (want === undefined) continue;
        const name = `${index} ${environment} ${expr.slice(0, 60).replaceAll("\n", " ")}`;
        const got = canonical(replay());
        const expected = canonical(want);
        if (got === expected) yield { name, verdict: "pass" };
        else yield { name, verdict: "fail", detail: `got ${got}\nwant ${expected}` };
      }
    }
  },
};
