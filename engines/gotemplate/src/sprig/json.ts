import { JsonDepthError, JsonSyntaxError, type JsonValue, parseJson } from "@weir/core";
import { GoCallError, type GoValue, quoteGo, writeGoJson, type WriteGoJsonOptions } from "@weir/text";

import { defineFunction } from "../define-function.ts";
import type { TemplateRun } from "../template-run.ts";
import { isRawByte } from "./byte-text.ts";
import { chargedWalk } from "./json-walk.ts";

/** Functions for JSON. Those without `must` give nothing where the others fail, but for `toRawJson`. */
export const jsonFunctions = [
  defineFunction("fromJson", ["string"], "interface {}", ([text], run) =>
    orNothing(() => readJson(text, run), null),
  ),
  defineFunction("mustFromJson", ["string"], "interface {}", ([text], run) => readJson(text, run)),
  defineFunction("toJson", ["interface {}"], "string", ([value], run) =>
    orNothing(() => writeJson(value, run), ""),
  ),
  defineFunction("mustToJson", ["interface {}"], "string", ([value], run) => writeJson(value, run)),
  defineFunction("toPrettyJson", ["interface {}"], "string", ([value], run) =>
    orNothing(() => writeJson(value, run, PRETTY), ""),
  ),
  defineFunction("mustToPrettyJson", ["interface {}"], "string", ([value], run) =>
    writeJson(value, run, PRETTY),
  ),
  ...["toRawJson", "mustToRawJson"].map((name) =>
    defineFunction(name, ["interface {}"], "string", ([value], run) =>
      writeJson(value, run, { escapeHtml: false, isPointer: true }),
    ),
  ),
];

const PRETTY: WriteGoJsonOptions = { indent: "  " };

function orNothing<T>(act: () => T, nothing: T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof GoCallError) return nothing;
    throw error;
  }
}

function writeJson(value: GoValue, run: TemplateRun, options?: WriteGoJsonOptions): string {
  return writeGoJson(value, { ...options, ...chargedWalk(run) });
}

/** Reads JSON as Go's `json.Unmarshal` into an `interface {}`: all numbers are floats. */
function readJson(text: string, run: TemplateRun): GoValue {
  run.chargeSteps(Math.ceil(text.length / 8));
  try {
    return goValueOf(parseJson(text), text);
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw new GoCallError(problemOf(error, text), { cause: error });
    if (error instanceof JsonDepthError) throw new GoCallError("exceeded max depth", { cause: error });
    throw error;
  }
}

/** Go names a byte that is no UTF-8 as if it were a character. */
function problemOf({ problem, offset }: JsonSyntaxError, text: string): string {
  const found = text[offset] ?? "";
  if (!isRawByte(found)) return problem;
  const character = String.fromCharCode(found.charCodeAt(0) & 0xff);
  return problem.replace(/'[^']*'/, `'${quoteGo(character).slice(1, -1)}'`);
}

function goValueOf(value: JsonValue, text: string): GoValue {
  if (typeof value === "bigint" || typeof value === "number") return floatOf(value, text);
  // Go has no halves of a surrogate pair.
  if (typeof value === "string") return value.toWellFormed();
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map((item) => goValueOf(item, text));
  return new Map(Object.entries(value).map(([key, item]) => [key.toWellFormed(), goValueOf(item, text)]));
}

function floatOf(value: bigint | number, text: string): number {
  const float = Number(value);
  if (Number.isFinite(float)) return float;
  const literal = text
    .replaceAll(/"(?:[^"\\]|\\.)*"/gs, "")
    .match(/-?\d[\d.eE+-]*/g)
    ?.find((number) => !Number.isFinite(Number(number)));
  throw new GoCallError(`json: cannot unmarshal number ${literal} into Go value of type float64`);
}
