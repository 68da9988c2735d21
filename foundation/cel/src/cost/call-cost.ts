import type { CelType } from "../cel-type.ts";
import type { Overload } from "../function-table.ts";
import type { Node } from "../syntax.ts";
import {
  addRanges,
  type CostRange,
  exactly,
  multiplyRanges,
  NOTHING,
  scaleRange,
  UNBOUNDED,
} from "./cost-range.ts";
import { TRAVERSAL } from "./value-size.ts";

/** What a pattern costs for each of its characters. */
const PATTERN = 0.25;
const LIST_BASE = exactly(10);
const ONE = exactly(1);
/** Two checks of an authorizer fit into what one expression may cost. */
const AUTHORIZER_CHECK = exactly(350_000);
const LONGEST_NAME_PATTERN = 128;
const LONGEST_FORMAT = 64;
const ADDRESS_BYTES: CostRange = { min: 4, max: 16 };

/** An operand of a call, as far as its cost matters. */
export interface CostedNode {
  readonly node: Node;
  readonly type: CelType;
  readonly size: CostRange;
  /** The size of an element of a list; that of anything where it is not known. */
  elementSize(): CostRange;
}

/** A call of one overload. */
export interface CostedCall {
  readonly name: string;
  readonly overload: Overload;
  readonly target: CostedNode | undefined;
  readonly args: readonly CostedNode[];
}

/** What a call costs beside its arguments, and how large its result is where that is known. */
export interface CallCost {
  readonly cost: CostRange;
  readonly resultSize?: CostRange;
}

type Estimate = (call: CostedCall) => CallCost | undefined;

/** The cost of a call by Kubernetes' table, then by cel-go's; one where neither says otherwise. */
export function callCost(call: CostedCall): CallCost {
  return estimates.get(call.name)?.(call) ?? { cost: ONE };
}

function first({ args }: CostedCall): CostRange {
  return args[0]?.size ?? NOTHING;
}

function second({ args }: CostedCall): CostRange {
  return args[1]?.size ?? NOTHING;
}

const traverseFirst: Estimate = (call) => ({ cost: scaleRange(first(call), TRAVERSAL) });

/** A text that is changed into one of its own length. */
const rewriteTarget: Estimate = ({ target }) =>
  target === undefined ? undefined : { cost: scaleRange(target.size, TRAVERSAL), resultSize: target.size };

/** Looks at every element of a list, or every character of a text. */
const visitAll: Estimate = ({ target }) => {
  if (target === undefined) return undefined;
  const [element] = target.type.params;
  if (element === undefined) return { cost: scaleRange(target.size, TRAVERSAL) };
  const isLong = element.kind === "string" || element.kind === "bytes";
  const each = isLong ? addRanges(ONE, scaleRange(target.elementSize(), TRAVERSAL)) : ONE;
  return { cost: multiplyRanges(target.size, each) };
};

function allocating(factor: number, size: CostRange): CallCost {
  return { cost: addRanges(scaleRange(size, factor), ONE, LIST_BASE), resultSize: size };
}

/** Compares each element with each. */
const distinct: Estimate = ({ target }) =>
  target === undefined ? undefined : allocating(2, multiplyRanges(target.size, target.size));

/** The same, of the elements of a list or of the keys that they are sorted by; texts are walked along. */
const sort: Estimate = ({ target, args: [keys] }) => {
  const sorted = keys ?? target;
  if (sorted === undefined) return undefined;
  const isText = ["string", "bytes"].includes(sorted.type.params[0]?.kind ?? "");
  return allocating(isText ? 2 + TRAVERSAL : 2, multiplyRanges(sorted.size, sorted.size));
};

function setsOf(factor: number): Estimate {
  return (call) => ({ cost: addRanges(scaleRange(multiplyRanges(first(call), second(call)), factor), ONE) });
}

const findMatches: Estimate = (call) => {
  if (call.target === undefined) return undefined;
  const text = scaleRange(addRanges(call.target.size, ONE), TRAVERSAL);
  const cost = multiplyRanges(text, scaleRange(first(call), PATTERN));
  return { cost, resultSize: { min: 0, max: call.target.size.max } };
};

const matches: Estimate = (call) => {
  const found = findMatches(call);
  return found === undefined ? undefined : { cost: found.cost };
};

const contains: Estimate = (call) => {
  if (call.target === undefined) return undefined;
  const text = scaleRange(call.target.size, TRAVERSAL);
  return { cost: multiplyRanges(text, scaleRange(first(call), TRAVERSAL)) };
};

const replace: Estimate = ({ target, args: [from, to] }) => {
  if (target === undefined || from === undefined || to === undefined) return undefined;
  const [most, longest] = replacements(target.size.max, from.size.min, to.size.max);
  const [least, shortest] = fewestReplacements(target.size.min, from.size.max, to.size.min);
  const count = { min: least, max: most };
  const resultSize = addRanges(multiplyRanges(count, to.size), { min: shortest, max: longest });
  return { cost: scaleRange(target.size, 2 * TRAVERSAL), resultSize };
};

/** How often a text is replaced at most, and how much of it stays then. */
function replacements(text: number, from: number, to: number): readonly [count: number, kept: number] {
  if (from === 0) return [Math.min(text + 1, UNBOUNDED), text];
  if (to <= from) return [0, text];
  return [Math.ceil(text / from), 0];
}

function fewestReplacements(text: number, from: number, to: number): readonly [count: number, kept: number] {
  if (from === 0) return [Math.min(text + 1, UNBOUNDED), text];
  if (from <= to) return [0, text];
  return [Math.ceil(text / from), 0];
}

const split: Estimate = ({ target, args }) => {
  if (target === undefined) return undefined;
  const limit = integerOf(args[1]?.node);
  return {
    cost: scaleRange(target.size, 2 * TRAVERSAL),
    resultSize: { min: 0, max: limit ?? target.size.max },
  };
};

const join: Estimate = ({ target, args }) => {
  if (target === undefined) return undefined;
  const [separator] = args;
  const gaps = { min: Math.max(target.size.min - 1, 0), max: Math.max(target.size.max - 1, 0) };
  const elements = multiplyRanges(target.size, target.elementSize());
  const size = separator === undefined ? elements : addRanges(elements, multiplyRanges(separator.size, gaps));
  return { cost: scaleRange(size, TRAVERSAL), resultSize: size };
};

const addresses = scaleRange(addRanges(ADDRESS_BYTES, ADDRESS_BYTES), TRAVERSAL);

function parsedArgument({ args: [argument], overload }: CostedCall): CostRange {
  const isText = overload.params.at(-1)?.kind === "string";
  return isText && argument !== undefined ? scaleRange(argument.size, TRAVERSAL) : NOTHING;
}

const equality: Estimate = (call) => {
  const [left, right] = call.args;
  if (left === undefined || right === undefined) return undefined;
  const known = left.type.kind === "opaque" && left.type.name === right.type.name;
  if (known) {
    if (left.type.name === "kubernetes.NamedFormat")
      return { cost: scaleRange({ min: 1, max: LONGEST_FORMAT }, TRAVERSAL) };
    if (left.type.name === "kubernetes.URL") return { cost: urlComparison(right.size) };
    if (constantEquality.has(left.type.name)) return { cost: ONE };
  }
  return orderedComparison(call);
};

function urlComparison({ max }: CostRange): CostRange {
  return scaleRange({ min: 1, max: max === UNBOUNDED ? 1 : max }, TRAVERSAL);
}

const constantEquality = new Set(["net.IP", "net.CIDR", "kubernetes.Quantity", "kubernetes.Semver"]);

function orderedComparison({ args: [left, right] }: CostedCall): CallCost {
  const most = Math.min(left?.size.max ?? 0, right?.size.max ?? 0);
  return { cost: scaleRange({ min: most > 0 ? 1 : 0, max: most }, TRAVERSAL) };
}

const comparison: Estimate = (call) => {
  const kind = call.overload.params[0]?.kind;
  return kind === "string" || kind === "bytes" ? orderedComparison(call) : undefined;
};

const addition: Estimate = (call) => {
  const kind = call.overload.params[0]?.kind ?? "";
  if (!["string", "bytes", "list"].includes(kind)) return undefined;
  const resultSize = addRanges(first(call), second(call));
  return { cost: kind === "list" ? ONE : scaleRange(resultSize, TRAVERSAL), resultSize };
};

const constant: Estimate = () => ({ cost: ONE });

function integerOf(node: Node | undefined): number | undefined {
  return node?.kind === "literal" && typeof node.value === "bigint" ? Number(node.value) : undefined;
}

const estimates: ReadonlyMap<string, Estimate> = new Map<string, Estimate>([
  ["check", () => ({ cost: AUTHORIZER_CHECK })],
  ...["isSorted", "sum", "max", "min", "indexOf", "lastIndexOf"].map((name) => [name, visitAll] as const),
  ["url", (call) => ({ cost: scaleRange(first(call), TRAVERSAL), resultSize: first(call) })],
  ...["lowerAscii", "upperAscii", "substring", "trim"].map((name) => [name, rewriteTarget] as const),
  ["replace", replace],
  ["split", split],
  ["join", join],
  ["find", findMatches],
  ["findAll", findMatches],
  ["matches", matches],
  ["contains", contains],
  ...["cidr", "isIP", "isCIDR", "quantity", "isQuantity", "semver", "isSemver"].map(
    (name) => [name, traverseFirst] as const,
  ),
  ["ip", (call) => (call.target === undefined ? traverseFirst(call) : { cost: ONE })],
  ["ip.isCanonical", (call) => ({ cost: scaleRange(first(call), 2 * TRAVERSAL) })],
  ["containsIP", (call) => ({ cost: addRanges(addresses, parsedArgument(call)) })],
  [
    "containsCIDR",
    (call) => ({
      cost: addRanges(addresses, scaleRange(ADDRESS_BYTES, TRAVERSAL), ONE, parsedArgument(call)),
    }),
  ],
  [
    "validate",
    (call) => ({ cost: scaleRange(scaleRange(first(call), TRAVERSAL), LONGEST_NAME_PATTERN * PATTERN) }),
  ],
  ["sets.contains", setsOf(1)],
  ["sets.intersects", setsOf(1)],
  ["sets.equivalent", setsOf(2)],
  ["distinct", distinct],
  ["sort", sort],
  ["@sortByAssociatedKeys", sort],
  ["reverse", ({ target }) => (target === undefined ? undefined : allocating(1, target.size))],
  ["lists.range", ({ args: [count] }) => allocating(1, exactly(integerOf(count?.node) ?? UNBOUNDED))],
  [
    "flatten",
    ({ target, args: [depth] }) => {
      if (target === undefined) return undefined;
      return allocating(depth === undefined ? 1 : (integerOf(depth.node) ?? UNBOUNDED), target.size);
    },
  ],
  [
    "slice",
    ({ target, args: [from, to] }) => {
      if (target === undefined) return undefined;
      const end = integerOf(to?.node) ?? target.size.max;
      return allocating(1, exactly(Math.max(end - (integerOf(from?.node) ?? 0), 0)));
    },
  ],
  [
    "format",
    ({ target }) => (target === undefined ? undefined : { cost: scaleRange(target.size, TRAVERSAL) }),
  ],
  ["strings.quote", (call) => ({ ...traversed(call), resultSize: quoted(first(call)) })],
  [
    "bytes",
    (call) => (isOf(call, "string") ? { ...traversed(call), resultSize: widened(first(call)) } : undefined),
  ],
  [
    "string",
    (call) => (isOf(call, "bytes") ? { ...traversed(call), resultSize: narrowed(first(call)) } : undefined),
  ],
  ["startsWith", traverseFirst],
  ["endsWith", traverseFirst],
  ["@in", (call) => (call.overload.params[1]?.kind === "list" ? { cost: second(call) } : undefined)],
  ["_+_", addition],
  ["_==_", equality],
  ["_!=_", orderedComparison],
  ...["_<_", "_<=_", "_>_", "_>=_"].map((name) => [name, comparison] as const),
  ["format.named", constant],
]);

function traversed(call: CostedCall): CallCost {
  return { cost: scaleRange(first(call), TRAVERSAL) };
}

function isOf(call: CostedCall, kind: CelType["kind"]): boolean {
  return call.overload.params[0]?.kind === kind;
}

function quoted({ min, max }: CostRange): CostRange {
  return { min: min + 2, max: max * 2 + 2 };
}

function widened({ min, max }: CostRange): CostRange {
  return { min, max: Math.min(max * 4, UNBOUNDED) };
}

function narrowed({ min, max }: CostRange): CostRange {
  return { min: Math.floor(min / 4), max };
}
