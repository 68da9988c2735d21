import { GoCallError, GoNumberError, GoSlice, goInt, parseGoAtoi, parseGoInt } from "@weir/text";

import { defineFunction } from "../define-function.ts";
import type { TemplateRun } from "../template-run.ts";
import { toFloat64, toInt64 } from "./cast.ts";
import { toIndex } from "./go-panic.ts";
import { verbV } from "./text-of.ts";

/** Functions that count and convert; `add` and its like work on whole numbers of 64 bits that wrap around. */
export const numberFunctions = [
  defineFunction("atoi", ["string"], "int", ([text]) => parsedOr(() => parseGoAtoi(text), saturated(text))),
  defineFunction("int", ["interface {}"], "int", ([value]) => toInt64(value)),
  defineFunction("int64", ["interface {}"], "int64", ([value]) => toInt64(value)),
  defineFunction("float64", ["interface {}"], "float64", ([value]) => toFloat64(value)),
  defineFunction("toDecimal", ["interface {}"], "int64", ([value], run) =>
    parsedOr(() => parseGoInt(verbV(value, run), { base: 8 }), 0n),
  ),
  defineFunction("add1", ["interface {}"], "int64", ([value]) => toInt64(value) + 1n),
  defineFunction("add", ["...interface {}"], "int64", (values) =>
    values.reduce((sum, value) => sum + toInt64(value), 0n),
  ),
  defineFunction(
    "sub",
    ["interface {}", "interface {}"],
    "int64",
    ([left, right]) => toInt64(left) - toInt64(right),
  ),
  defineFunction("mul", ["interface {}", "...interface {}"], "int64", ([first, ...rest]) =>
    rest.reduce((product, value) => BigInt.asIntN(64, product * toInt64(value)), toInt64(first)),
  ),
  defineFunction(
    "div",
    ["interface {}", "interface {}"],
    "int64",
    ([left, right]) => toInt64(left) / divisor(toInt64(right)),
  ),
  defineFunction(
    "mod",
    ["interface {}", "interface {}"],
    "int64",
    ([left, right]) => toInt64(left) % divisor(toInt64(right)),
  ),
  ...["max", "biggest"].map((name) =>
    defineFunction(name, ["interface {}", "...interface {}"], "int64", (values) =>
      values.map(toInt64).reduce((best, value) => (value > best ? value : best)),
    ),
  ),
  defineFunction("min", ["interface {}", "...interface {}"], "int64", (values) =>
    values.map(toInt64).reduce((best, value) => (value < best ? value : best)),
  ),
  defineFunction("maxf", ["interface {}", "...interface {}"], "float64", (values) =>
    values.map(toFloat64).reduce(largerFloat),
  ),
  defineFunction("minf", ["interface {}", "...interface {}"], "float64", (values) =>
    values.map(toFloat64).reduce((left, right) => -largerFloat(-left, -right)),
  ),
  defineFunction("ceil", ["interface {}"], "float64", ([value]) => Math.ceil(toFloat64(value))),
  defineFunction("floor", ["interface {}"], "float64", ([value]) => Math.floor(toFloat64(value))),
  defineFunction(
    "round",
    ["interface {}", "int", "...float64"],
    "float64",
    ([value, places, roundOn = 0.5]) => rounded(toFloat64(value), Number(places), roundOn),
  ),
  defineFunction("until", ["int"], "[]int", ([count], run) =>
    intSlice(span({ start: 0n, stop: count, step: count < 0n ? -1n : 1n }, run)),
  ),
  defineFunction("untilStep", ["int", "int", "int"], "[]int", ([start, stop, step], run) =>
    intSlice(span({ start, stop, step }, run)),
  ),
  defineFunction("seq", ["...int"], "string", (params, run) => sequence(params, run)),
];

function parsedOr(parse: () => bigint, otherwise: bigint): bigint {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof GoNumberError)) throw error;
    return error.problem === "value out of range" ? otherwise : 0n;
  }
}

/** What `strconv.Atoi` gives beside its error for digits that are too many. */
function saturated(text: string): bigint {
  return text.startsWith("-") ? -(2n ** 63n) : 2n ** 63n - 1n;
}

function divisor(value: bigint): bigint {
  if (value === 0n) throw new GoCallError("runtime error: integer divide by zero");
  return value;
}

/** `math.Max`: an infinity wins even over NaN. */
function largerFloat(left: number, right: number): number {
  const largest = Number.POSITIVE_INFINITY;
  return left === largest || right === largest ? largest : Math.max(left, right);
}

/** Sprig's `round`: the fraction of the scaled number decides, so that negative numbers are always rounded down. */
function rounded(value: number, places: number, roundOn: number): number {
  const power = powerOfTen(places);
  const scaled = power * value;
  // Go's Modf takes the sign along; what is infinite has no fraction.
  const fraction = Number.isFinite(scaled) ? scaled - Math.trunc(scaled) : Number.NaN;
  return (fraction >= roundOn ? Math.ceil(scaled) : Math.floor(scaled)) / power;
}

/**
 * `math.Pow(10, places)` by squaring 10/16, as Go does it, whose last bit differs from JavaScript's for large exponents.
 */
function powerOfTen(places: number): number {
  let mantissa = 1;
  let exponent = 0;
  let factor = 0.625;
  let factorExponent = 4;
  for (let rest = Math.abs(places); rest > 0; rest = Math.floor(rest / 2)) {
    if (Math.abs(factorExponent) > 4096) {
      exponent += factorExponent;
      break;
    }
    if (rest % 2 === 1) {
      mantissa *= factor;
      exponent += factorExponent;
    }
    factor *= factor;
    factorExponent *= 2;
    if (factor < 0.5) {
      factor += factor;
      factorExponent -= 1;
    }
  }
  return places < 0 ? scaleByTwo(1 / mantissa, -exponent) : scaleByTwo(mantissa, exponent);
}

/** `math.Ldexp`: in two steps, as a power of two alone may be too large or too small. */
function scaleByTwo(value: number, exponent: number): number {
  const half = Math.trunc(exponent / 2);
  return value * 2 ** half * 2 ** (exponent - half);
}

/** What a whole number in a list weighs. */
const NUMBER_COST = 32;

interface Span {
  readonly start: bigint;
  readonly stop: bigint;
  readonly step: bigint;
}

/** Sprig's `untilStep`: no numbers where the step leads away. */
function span({ start, stop, step }: Span, run: TemplateRun): bigint[] {
  const distance = stop - start;
  if (step === 0n || distance === 0n || distance < 0n !== step < 0n) return [];
  const count = toIndex((distance + step + (step < 0n ? 1n : -1n)) / step);
  run.charge(count * NUMBER_COST);
  return Array.from({ length: count }, (_, index) => start + BigInt(index) * step);
}

function intSlice(numbers: readonly bigint[]): GoSlice {
  return new GoSlice(
    "int",
    numbers.map((number) => goInt(number)),
  );
}

/** Sprig's `seq`, after the command of that name: its last number is among the numbers. */
function sequence(params: readonly bigint[], run: TemplateRun): string {
  const range = sequenceRange(params);
  return range === undefined ? "" : span(range, run).join(" ");
}

function sequenceRange(params: readonly bigint[]): Span | undefined {
  const [first, second, third] = params;
  if (first === undefined || params.length > 3) return undefined;
  const start = second === undefined ? 1n : first;
  const end = third ?? second ?? first;
  const direction = end < start ? -1n : 1n;
  const step = third === undefined || second === undefined ? direction : second;
  // Sprig looks at the sign of the step where numbers fall; where they rise, there are none with such a step.
  return { start, stop: end + direction, step };
}
