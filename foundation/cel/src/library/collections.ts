import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listOf,
  optionalOf,
  parameter,
  STRING,
  TIMESTAMP,
  UINT,
} from "../cel-type.ts";
import { areEqual, compareValues } from "../comparison.ts";
import { type CelFunction, globalFunction, memberFunction, type Signature } from "../function-table.ts";
import {
  CelDuration,
  CelFailure,
  CelMap,
  CelOptional,
  CelUint,
  type CelValue,
  isList,
  isZeroValue,
  noOverload,
  typeNameOf,
} from "../value.ts";
import { add } from "./arithmetic.ts";

const T = parameter("T");
const V = parameter("V");
const LIST = listOf(T);
const OPTIONAL = optionalOf(V);
/** Longest list that `lists.range` makes. */
const LONGEST_RANGE = 1_000_000n;

type List = readonly CelValue[];

function isSubset(list: List, part: List): boolean {
  return part.every((item) => list.some((other) => areEqual(other, item)));
}

/** Lists as sets. */
export const SETS: readonly CelFunction[] = [
  globalFunction("sets.contains", [[LIST, LIST], BOOL, isSubset]),
  globalFunction("sets.equivalent", [
    [LIST, LIST],
    BOOL,
    (left: List, right: List) => isSubset(left, right) && isSubset(right, left),
  ]),
  globalFunction("sets.intersects", [
    [LIST, LIST],
    BOOL,
    (left: List, right: List) => left.some((item) => right.some((other) => areEqual(item, other))),
  ]),
];

function decodeBase64(text: string): CelValue {
  const padded = /^([A-Za-z0-9+/]*)(={0,2})$/.exec(text);
  const [, digits = ""] = padded ?? [];
  const isWhole =
    padded !== null && digits.length % 4 !== 1 && (text.length % 4 === 0 || !text.endsWith("="));
  if (isWhole) return new Uint8Array(Buffer.from(text, "base64"));
  const wrong = text.search(/[^A-Za-z0-9+/]/);
  return new CelFailure(`illegal base64 data at input byte ${wrong === -1 ? text.length : wrong}`);
}

/** base64. */
export const ENCODERS: readonly CelFunction[] = [
  globalFunction("base64.decode", [[STRING], BYTES, decodeBase64]),
  globalFunction("base64.encode", [
    [BYTES],
    STRING,
    (bytes: Uint8Array) => Buffer.from(bytes).toString("base64"),
  ]),
];

/** Optional values; `last`, `first` and the unwrapping of lists came with a later version of the library. */
export const OPTIONALS: readonly CelFunction[] = [
  globalFunction("optional.of", [[V], OPTIONAL, (value: CelValue) => new CelOptional(value)]),
  globalFunction("optional.ofNonZeroValue", [
    [V],
    OPTIONAL,
    (value: CelValue) => new CelOptional(isZeroValue(value) ? undefined : value),
  ]),
  globalFunction("optional.none", [[], OPTIONAL, () => new CelOptional(undefined)]),
  memberFunction("value", [
    [OPTIONAL],
    V,
    ({ value }: CelOptional) => (value === undefined ? new CelFailure("optional.none() dereference") : value),
  ]),
  memberFunction("hasValue", [[OPTIONAL], BOOL, ({ value }: CelOptional) => value !== undefined]),
  memberFunction("or", [[OPTIONAL, OPTIONAL], OPTIONAL]),
  memberFunction("orValue", [[OPTIONAL, V], V]),
  globalFunction("_?._", [[DYN, STRING], OPTIONAL]),
  globalFunction("_[?_]", ...optionalIndexes()),
  memberFunction("first", [[listOf(V)], OPTIONAL, (list: List) => new CelOptional(list[0])]),
  memberFunction("last", [[listOf(V)], OPTIONAL, (list: List) => new CelOptional(list.at(-1))]),
  globalFunction("optional.unwrap", [[listOf(OPTIONAL)], listOf(V), unwrapAll]),
  memberFunction("unwrapOpt", [[listOf(OPTIONAL)], listOf(V), unwrapAll]),
];

function optionalIndexes(): readonly Signature[] {
  const K = parameter("K");
  const map: CelType = { kind: "map", name: "map", params: [K, V] };
  return [
    [[listOf(V), INT], OPTIONAL],
    [[optionalOf(listOf(V)), INT], OPTIONAL],
    [[map, K], OPTIONAL],
    [[optionalOf(map), K], OPTIONAL],
  ];
}

function unwrapAll(list: List): CelValue {
  return list.flatMap((item) =>
    item instanceof CelOptional && item.value !== undefined ? [item.value] : [],
  );
}

const COMPARABLE = [INT, UINT, DOUBLE, BOOL, DURATION, TIMESTAMP, STRING, BYTES];
const ZEROS: ReadonlyArray<readonly [CelType, CelValue]> = [
  [INT, 0n],
  [UINT, new CelUint(0n)],
  [DOUBLE, 0],
  [DURATION, new CelDuration(0n)],
];

function ofComparable(signature: (type: CelType) => Signature): readonly Signature[] {
  return COMPARABLE.map(signature);
}

function isSorted(list: List): CelValue {
  for (const [index, item] of list.entries()) {
    const order = index === 0 ? 0 : compareValues(list[index - 1] ?? null, item);
    if (typeof order !== "number") return order;
    if (order > 0) return false;
  }
  return true;
}

function extreme(name: "min" | "max"): (list: List) => CelValue {
  return (list) => {
    let best = list[0];
    if (best === undefined) return new CelFailure(`${name} called on empty list`);
    for (const item of list) {
      const order = compareValues(item, best);
      if (typeof order !== "number") return order;
      if (name === "min" ? order < 0 : order > 0) best = item;
    }
    return best;
  };
}

function sumFrom(zero: CelValue): (list: List) => CelValue {
  return (list) => {
    let sum = zero;
    for (const item of list) {
      sum = add(sum, item);
      if (sum instanceof CelFailure) return sum;
    }
    return sum;
  };
}

function slice(list: List, start: bigint, end: bigint): CelValue {
  const refused = (why: string): CelFailure => new CelFailure(`cannot slice(${start}, ${end}), ${why}`);
  if (start < 0n || end < 0n) return refused("negative indexes not supported");
  if (start > end) return refused("start index must be less than or equal to end index");
  if (end > BigInt(list.length)) return refused(`list is length ${list.length}`);
  return list.slice(Number(start), Number(end));
}

function flatten(list: CelValue, depth: CelValue = 1n): CelValue {
  if (typeof depth !== "bigint") return noOverload();
  if (depth < 0n) return new CelFailure("level must be non-negative");
  if (!isList(list)) return noOverload();
  const flat = (items: List, level: bigint): List =>
    items.flatMap((item) => (level > 0n && isList(item) ? flat(item, level - 1n) : [item]));
  return flat(list, depth);
}

/** Refuses in words of its own what is no list. */
function flattened(list: CelValue = null, depth?: CelValue): CelValue {
  if (isList(list)) return flatten(list, depth);
  const type = list instanceof CelMap ? "map(dyn, dyn)" : typeNameOf(list);
  return new CelFailure(`no such overload: ${type}.flatten(${depth === undefined ? "" : typeNameOf(depth)})`);
}

function sortByKeys(list: CelValue, keys: CelValue): CelValue {
  if (!isList(list) || !isList(keys)) return noOverload();
  const [first] = keys;
  if (first === undefined) return list;
  if (keys.some((key) => typeNameOf(key) !== typeNameOf(first)))
    return new CelFailure("list elements must have the same type");
  if (compareValues(first, first) instanceof CelFailure)
    return new CelFailure("list elements must be comparable");
  const order = (left: number, right: number): number =>
    Number(compareValues(keys[left] ?? null, keys[right] ?? null));
  return Array.from(list.keys())
    .sort((left, right) => order(left, right) || left - right)
    .map((index) => list[index] ?? null);
}

function distinct(list: List): CelValue {
  const kept: CelValue[] = [];
  for (const item of list) if (!kept.some((other) => areEqual(other, item))) kept.push(item);
  return kept;
}

function range(count: bigint): CelValue {
  if (count > LONGEST_RANGE) return new CelFailure(`range of ${count} elements is too long`);
  const list: CelValue[] = [];
  for (let number = 0n; number < count; number++) list.push(number);
  return list;
}

function indexOf(list: List, item: CelValue): CelValue {
  return BigInt(list.findIndex((other) => areEqual(other, item)));
}

function lastIndexOf(list: List, item: CelValue): CelValue {
  return BigInt(list.findLastIndex((other) => areEqual(other, item)));
}

/** Kubernetes' functions of lists, and those of cel-go's extension. */
export const LISTS: readonly CelFunction[] = [
  memberFunction("isSorted", ...ofComparable((type) => [[listOf(type)], BOOL, isSorted])),
  memberFunction("sum", ...ZEROS.map(([type, zero]) => [[listOf(type)], type, sumFrom(zero)] as const)),
  memberFunction("max", ...ofComparable((type) => [[listOf(type)], type, extreme("max")])),
  memberFunction("min", ...ofComparable((type) => [[listOf(type)], type, extreme("min")])),
  memberFunction("indexOf", [[LIST, T], INT, indexOf]),
  memberFunction("lastIndexOf", [[LIST, T], INT, lastIndexOf]),
  memberFunction("slice", [[LIST, INT, INT], LIST, slice]),
  {
    name: "flatten",
    overloads: [
      { isMember: true, params: [listOf(LIST)], result: LIST, apply: flattened, isUnguarded: true },
      {
        isMember: true,
        params: [listOf(DYN), INT],
        result: listOf(DYN),
        apply: flattened,
        isUnguarded: true,
      },
    ],
  },
  {
    ...memberFunction("sort", ...ofComparable((type) => [[listOf(type)], listOf(type)])),
    singleton: { arity: 1, accepts: isList, apply: (list = null) => sortByKeys(list, list) },
  },
  {
    ...memberFunction("@sortByAssociatedKeys", ...ofComparable((type) => [[LIST, listOf(type)], LIST])),
    singleton: { arity: 2, accepts: isList, apply: (list = null, keys = null) => sortByKeys(list, keys) },
  },
  globalFunction("lists.range", [[INT], listOf(INT), range]),
  memberFunction("reverse", [[LIST], LIST, (list: List) => list.toReversed()]),
  memberFunction("distinct", [[LIST], LIST, distinct]),
];
