import { CelCostError } from "../cel-error.ts";
import type { Overload } from "../function-table.ts";
import { CelTimestamp, type CelValue, isList } from "../value.ts";

/** What a call makes its evaluator do, in characters or elements: of some functions it is far more than what they cost. */
export type CallWork = (operands: readonly CelValue[]) => number;

/** What one evaluation may do beyond what its cost tells: some tens of milliseconds. */
export const MOST_WORK = 50_000_000;
/** More cannot be looked at within any limit of costs, and is not made. */
const LONGEST_TEXT = 50_000_000;
const LONGEST_LIST = 2_000_000;
/** Searching a text by states is so much slower than walking along it; an object with 2 MB of texts can be searched once. */
const SEARCH = 20;
/** What finding the time in a zone takes. */
const ZONE = 20_000;

/** The work of calls by the names of functions; others do no more than they cost. */
export function callWork(name: string, overload: Overload | undefined): CallWork | undefined {
  const kind = overload?.params[0]?.kind;
  if (name === "_+_" && kind !== undefined && kind !== "list") return undefined;
  if (name === "size" && kind !== undefined && kind !== "string") return undefined;
  return works.get(name);
}

function lengthOf(value: CelValue | undefined): number {
  return typeof value === "string" || isList(value ?? null)
    ? (value as { readonly length: number }).length
    : 1;
}

const walk: CallWork = ([text]) => lengthOf(text);
const zone: CallWork = ([time, name]) => (time instanceof CelTimestamp && name !== undefined ? ZONE : 1);

function bounded(length: number, most: number): number {
  if (length > most) throw new CelCostError();
  return length;
}

const concatenation: CallWork = ([left, right]) =>
  typeof left === "string" ? 1 : bounded(lengthOf(left) + lengthOf(right), LONGEST_LIST);

const replacement: CallWork = ([text, from, to]) => {
  if (typeof text !== "string" || typeof from !== "string" || typeof to !== "string") return 1;
  const count = from === "" ? text.length + 1 : Math.floor(text.length / from.length);
  // Only where texts could become long is it worth to look how often something is replaced.
  const longest = text.length + count * to.length;
  if (longest <= LONGEST_TEXT) return longest;
  return bounded(
    from === "" ? longest : text.length + (text.split(from).length - 1) * to.length,
    LONGEST_TEXT,
  );
};

const join: CallWork = ([list, separator]) => {
  let length = 0;
  if (list !== undefined && isList(list))
    for (const item of list) length += lengthOf(item) + lengthOf(separator);
  return bounded(length, LONGEST_TEXT);
};

const flattening: CallWork = ([list, depth = 1n]) => {
  const most = { left: LONGEST_LIST };
  count(list, typeof depth === "bigint" ? Number(depth) : 0, most);
  return LONGEST_LIST - most.left;
};

function count(list: CelValue | undefined, depth: number, most: { left: number }): void {
  if (list === undefined || !isList(list)) return;
  for (const item of list) {
    most.left -= 1;
    if (most.left < 0) throw new CelCostError();
    if (depth > 0) count(item, depth - 1, most);
  }
}

/** Each value may stand in a text as often as it is asked for. */
const format: CallWork = ([template, values]) =>
  lengthOf(template) + 10 * textLength(values ?? null, { left: LONGEST_TEXT });

function textLength(value: CelValue, most: { left: number }): number {
  if (!isList(value)) {
    most.left -= typeof value === "string" ? value.length : 1;
    if (most.left < 0) throw new CelCostError();
    return typeof value === "string" ? value.length : 1;
  }
  let length = 1;
  for (const item of value) length += textLength(item, most);
  return length;
}

const works: ReadonlyMap<string, CallWork> = new Map<string, CallWork>([
  ["size", walk],
  ["charAt", walk],
  ["_+_", concatenation],
  ["replace", replacement],
  ["join", join],
  ["flatten", flattening],
  ["format", format],
  ...["matches", "find", "findAll"].map((name): [string, CallWork] => [
    name,
    ([text]) => SEARCH * lengthOf(text),
  ]),
  ...["getFullYear", "getMonth", "getDate", "getDayOfMonth", "getDayOfWeek"].map(
    (name): [string, CallWork] => [name, zone],
  ),
  ...["getDayOfYear", "getHours", "getMinutes", "getSeconds", "getMilliseconds"].map(
    (name): [string, CallWork] => [name, zone],
  ),
]);
