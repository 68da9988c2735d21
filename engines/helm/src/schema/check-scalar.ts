import type { Failure } from "./failure.ts";
import { countText, displayed, floatText, quoted } from "./failure-text.ts";
import type { Format } from "./format.ts";
import { compareRationals, isInteger, isMultipleOf, type Rational, rationalOf, toFloat } from "./rational.ts";
import { isSameValue } from "./same-value.ts";
import { addFailure, type Checker, failureOf, type Visit } from "./visit.ts";
import {
  isList,
  isNumber,
  isTable,
  type SchemaNumber,
  type SchemaType,
  type SchemaValue,
  typeOfValue,
} from "./schema-value.ts";

/** Checks what any value is held to first; a failure here is the only one that is told. */
export function checkWhole(visit: Visit): Failure | undefined {
  const { value, node } = visit;
  const { types, constant, enumValues, format } = node.keywords;
  if (types !== undefined && !hasType(value, types)) {
    return failureOf(visit, `got ${typeOfValue(value)}, want ${[...types].join(" or ")}`);
  }
  if (constant !== undefined && !isSameValue(value, constant[0])) {
    return failureOf(
      visit,
      isPlain(constant[0]) ? `value must be ${displayed(constant[0])}` : "'const' failed",
    );
  }
  if (enumValues !== undefined && !isOneOf(value, enumValues)) {
    return failureOf(visit, enumText(enumValues));
  }
  return typeof value === "string" && format !== undefined ? checkFormat(visit, value, format) : undefined;
}

function checkFormat(visit: Visit, text: string, { name, problemOf }: Format): Failure | undefined {
  const problem = problemOf(text);
  return problem === undefined
    ? undefined
    : failureOf(visit, `${quoted(text)} is not valid ${name}: ${problem}`);
}

function hasType(value: SchemaValue, types: ReadonlySet<SchemaType | "integer">): boolean {
  if (types.has(typeOfValue(value))) return true;
  return types.has("integer") && isNumber(value) && isInteger(rationalOf(value));
}

function isOneOf(value: SchemaValue, allowed: readonly SchemaValue[]): boolean {
  const type = typeOfValue(value);
  const hasType = allowed.some((other) => typeOfValue(other) === type);
  return hasType && allowed.some((other) => isSameValue(value, other));
}

function isPlain(value: SchemaValue): boolean {
  return !isList(value) && !isTable(value);
}

function enumText(values: readonly SchemaValue[]): string {
  if (!values.every(isPlain)) return "'enum' failed";
  const [only] = values;
  if (values.length === 1 && only !== undefined) return `value must be ${displayed(only)}`;
  return `value must be one of ${values.map(displayed).join(", ")}`;
}

/** Characters that a pattern looks at in the time of a step. */
const CHARS_PER_STEP = 16;

/** Checks what only strings are held to. Lengths count characters, not bytes. */
export function checkText(run: Checker, visit: Visit, text: string): void {
  const { minLength, maxLength, pattern } = visit.node.keywords.text;
  if (minLength !== undefined || maxLength !== undefined) {
    const length = lengthOf(text);
    if (minLength !== undefined && length < minLength) {
      fail(visit, `minLength: got ${countText(length)}, want ${countText(minLength)}`);
    }
    if (maxLength !== undefined && length > maxLength) {
      fail(visit, `maxLength: got ${countText(length)}, want ${countText(maxLength)}`);
    }
  }
  if (pattern === undefined) return;
  run.charge(Math.ceil(text.length / CHARS_PER_STEP));
  if (!pattern.matches(text))
    fail(visit, `${quoted(text)} does not match pattern ${quoted(pattern.pattern)}`);
}

function lengthOf(text: string): number {
  let length = 0;
  for (const _char of text) length += 1;
  return length;
}

/** Checks what only numbers are held to. */
export function checkNumber(visit: Visit, value: number | bigint | SchemaNumber): void {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = visit.node.keywords.number;
  const limits = [minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf];
  if (limits.every((limit) => limit === undefined)) return;
  const number = rationalOf(value);
  const against = (limit: Rational | undefined): number | undefined =>
    limit === undefined ? undefined : compareRationals(number, limit);
  checkLimit(visit, { keyword: "minimum", number, limit: minimum, isBroken: (against(minimum) ?? 0) < 0 });
  checkLimit(visit, { keyword: "maximum", number, limit: maximum, isBroken: (against(maximum) ?? 0) > 0 });
  const overMinimum = against(exclusiveMinimum) ?? 1;
  checkLimit(visit, {
    keyword: "exclusiveMinimum",
    number,
    limit: exclusiveMinimum,
    isBroken: overMinimum <= 0,
  });
  const overMaximum = against(exclusiveMaximum) ?? -1;
  checkLimit(visit, {
    keyword: "exclusiveMaximum",
    number,
    limit: exclusiveMaximum,
    isBroken: overMaximum >= 0,
  });
  const isBroken = multipleOf !== undefined && !isMultipleOf(number, multipleOf);
  checkLimit(visit, { keyword: "multipleOf", number, limit: multipleOf, isBroken });
}

interface Limit {
  readonly keyword: string;
  readonly number: Rational;
  readonly limit: Rational | undefined;
  readonly isBroken: boolean;
}

function checkLimit(visit: Visit, { keyword, number, limit, isBroken }: Limit): void {
  if (limit === undefined || !isBroken) return;
  fail(visit, `${keyword}: got ${floatText(toFloat(number))}, want ${floatText(toFloat(limit))}`);
}

function fail(visit: Visit, text: string): void {
  addFailure(visit, failureOf(visit, text));
}
