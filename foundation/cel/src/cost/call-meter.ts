import { CelEvaluationError } from "../cel-error.ts";
import type { TypeKind } from "../cel-type.ts";
import type { Overload } from "../function-table.ts";
import { goTypeOf } from "../go-type.ts";
import { FORMAT, type NamedFormat } from "../library/kubernetes.ts";
import { CelFailure, CelMap, CelObject, type CelValue, isList, typeNameOf } from "../value.ts";
import { comparisonCost, sizeOfValue, TRAVERSAL, traversal, visitCost } from "./value-size.ts";

/** What calls of a function cost when they are evaluated, beside their operands. */
export type CallMeter =
  | { readonly kind: "fixed"; readonly cost: number }
  | { readonly kind: "operands"; readonly cost: (operands: readonly CelValue[]) => number }
  | { readonly kind: "result"; readonly cost: (result: CelValue) => number };

/** What a pattern costs for each of its characters. */
const PATTERN = 0.25;
const LIST_BASE = 10;
/** Two checks of an authorizer fit into what one expression may cost. */
const AUTHORIZER_CHECK = 350_000;
/** For each requirement of a selector a structure and a list are made, and a requirement is two characters at least. */
const REQUIREMENT = 50;

const ONE: CallMeter = { kind: "fixed", cost: 1 };

/**
 * What calls cost by the table of Kubernetes, which knows functions, and then by that of cel-go, which knows overloads. A
 * call that may mean more than one overload has none.
 */
export function callMeter(name: string, overload: Overload | undefined): CallMeter {
  const known = byFunction.get(name);
  if (known !== undefined) return typeof known === "function" ? known(overload) : known;
  return (overload === undefined ? undefined : byOverload.get(name)?.(overload)) ?? ONE;
}

function operands(cost: (first: CelValue, second: CelValue) => number): CallMeter {
  return { kind: "operands", cost: ([first = null, second = null]) => cost(first, second) };
}

const traverseFirst = operands((text) => traversal(sizeOfValue(text)));
/** A text is walked along, and another one is made. */
const rewriteFirst = operands((text) => Math.ceil(sizeOfValue(text) * 2 * TRAVERSAL));
const visitFirst = operands(visitCost);
const compare = operands(comparisonCost);
const search = operands((text, pattern) => patternCost(sizeOfValue(text), sizeOfValue(pattern)));

/** One is added to a text, so that a pattern costs something even where there is nothing to look at. */
function patternCost(textSize: number, patternSize: number): number {
  return traversal(1 + textSize) * Math.ceil(patternSize * PATTERN);
}

function selectorCost(text: CelValue): number {
  const size = sizeOfValue(text);
  return LIST_BASE + traversal(size) + Math.ceil(Math.ceil(size * 0.5) * REQUIREMENT);
}

/** The bytes of a range's prefix are compared, and a text is read first. */
function containmentCost(range: CelValue, other: CelValue, isText: boolean): number {
  const size = sizeOfValue(range);
  return Math.ceil((size + size) * TRAVERSAL) + (isText ? traversal(sizeOfValue(other)) : 0);
}

function isTextSecond(overload: Overload | undefined): boolean {
  return overload?.params[1]?.kind === "string";
}

function formatCost(format: CelValue, text: CelValue): number {
  if (!(format instanceof CelObject) || format.typeName !== FORMAT.name) return 1;
  return patternCost(sizeOfValue(text), (format.content as NamedFormat).patternSize);
}

type ByOverload = (overload: Overload | undefined) => CallMeter;

function each(names: string, meter: CallMeter): ReadonlyArray<readonly [string, CallMeter]> {
  return names.split(" ").map((name) => [name, meter]);
}

const byFunction: ReadonlyMap<string, CallMeter | ByOverload> = new Map<string, CallMeter | ByOverload>([
  ["check", { kind: "fixed", cost: AUTHORIZER_CHECK }],
  ...each(
    "fieldSelector labelSelector",
    operands((_target, text) => selectorCost(text)),
  ),
  ...each("isSorted sum max min indexOf lastIndexOf", visitFirst),
  ...each("url lowerAscii upperAscii substring trim jsonpatch.escapeKey", traverseFirst),
  ...each("cidr isIP isCIDR quantity isQuantity semver isSemver", traverseFirst),
  ...each("replace split ip.isCanonical", rewriteFirst),
  ["join", { kind: "result", cost: (result) => Math.ceil(sizeOfValue(result) * 2 * TRAVERSAL) }],
  ...each("find findAll", search),
  ["ip", (overload) => (overload?.params[0]?.name === "net.CIDR" ? ONE : traverseFirst)],
  [
    "containsIP",
    (overload) => operands((range, other) => containmentCost(range, other, isTextSecond(overload))),
  ],
  [
    "containsCIDR",
    (overload) =>
      operands(
        (range, other) =>
          containmentCost(range, other, isTextSecond(overload)) + traversal(sizeOfValue(range)) + 1,
      ),
  ],
  ["validate", operands(formatCost)],
]);

/** A list of so many elements is made, each of which is worth so much. */
function allocation(size: number, factor = 1): number {
  const cost = Math.trunc(size * factor);
  // A negative depth wraps around to what no limit allows.
  return cost < 0 ? Number.MAX_SAFE_INTEGER : cost + 1 + LIST_BASE;
}

/** cel-go breaks off where there is no list to measure. */
function notList(value: CelValue): CelEvaluationError {
  const isAddable = ADDABLE.has(typeNameOf(value)) && !(value instanceof CelFailure);
  return conversionPanic(
    `${value instanceof CelMap ? "*types.baseMap" : goTypeOf(value, true)} is not traits.Lister: missing method ${isAddable ? "Contains" : "Add"}`,
  );
}

function conversionPanic(problem: string): CelEvaluationError {
  return new CelEvaluationError(`internal error: interface conversion: ${problem}`);
}

const ADDABLE: ReadonlySet<string> = new Set(
  "int uint double string bytes google.protobuf.Duration google.protobuf.Timestamp".split(" "),
);

/** Each element is compared with each; texts are walked along. */
function selfComparison(list: CelValue): number {
  if (!isList(list)) throw notList(list);
  const size = sizeOfValue(list);
  const [first] = list;
  const isText = typeof first === "string" || first instanceof Uint8Array;
  return allocation(size * size, isText ? 2 + TRAVERSAL : 2);
}

function setsOf(factor: number): () => CallMeter {
  return () => operands((left, right) => 1 + Math.trunc(sizeOfValue(left) * sizeOfValue(right) * factor));
}

function ofKinds(
  kinds: readonly TypeKind[],
  meter: CallMeter,
): (overload: Overload) => CallMeter | undefined {
  return ({ params }) => (kinds.includes(params[0]?.kind ?? "error") ? meter : undefined);
}

const isTextual: readonly TypeKind[] = ["string", "bytes"];
const matches = (overload: Overload): CallMeter => (overload.isMember ? search : ONE);
const contains = operands((text, part) => traversal(sizeOfValue(text)) * traversal(sizeOfValue(part)));
const concatenation = operands((left, right) => traversal(sizeOfValue(left) + sizeOfValue(right)));
const countOf = (value: CelValue): number => (typeof value === "bigint" ? Math.max(0, Number(value)) : 1);

/** cel-go breaks off where there is no number to measure by. */
function depthOf(depth: CelValue): number {
  if (typeof depth === "bigint") return Number(depth);
  throw conversionPanic(`ref.Val is ${goTypeOf(depth, true)}, not types.Int`);
}

const byOverload: ReadonlyMap<string, (overload: Overload) => CallMeter | undefined> = new Map([
  ...["startsWith", "endsWith", "strings.quote", "format"].map(
    (name) => [name, () => traverseFirst] as const,
  ),
  ["bytes", ofKinds(["string"], traverseFirst)],
  ["string", ofKinds(["bytes"], traverseFirst)],
  [
    "@in",
    ({ params }: Overload) =>
      params[1]?.kind === "list" ? operands((_, list) => sizeOfValue(list)) : undefined,
  ],
  ...["_<_", "_<=_", "_>_", "_>=_"].map((name) => [name, ofKinds(isTextual, compare)] as const),
  ["_+_", ofKinds(isTextual, concatenation)],
  ["matches", matches],
  ["contains", () => contains],
  ["sets.contains", setsOf(1)],
  ["sets.intersects", setsOf(1)],
  ["sets.equivalent", setsOf(2)],
  ["slice", () => ({ kind: "result", cost: (result: CelValue) => allocation(sizeOfValue(result)) }) as const],
  [
    "flatten",
    ({ params }: Overload) =>
      operands((list, depth) => allocation(sizeOfValue(list), params.length === 1 ? 1 : depthOf(depth))),
  ],
  ["lists.range", () => operands((count) => allocation(countOf(count)))],
  ["reverse", () => operands((list) => allocation(sizeOfValue(list)))],
  ["distinct", () => operands(selfComparison)],
  ["sort", () => operands(selfComparison)],
  ["@sortByAssociatedKeys", () => operands((_, keys) => selfComparison(keys))],
]);
