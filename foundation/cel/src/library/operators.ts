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
  optionalOf,
  parameter,
  STRING,
  TIMESTAMP,
  typeOf,
  UINT,
} from "../cel-type.ts";
import { areEqual, compareValues } from "../comparison.ts";
import {
  type CelFunction,
  globalFunction,
  isNumber,
  type Signature,
  type Singleton,
} from "../function-table.ts";
import {
  CelDuration,
  CelFailure,
  CelMap,
  CelTimestamp,
  CelTypeName,
  type CelValue,
  isList,
  noOverload,
  typeNameOf,
} from "../value.ts";
import { characterCount } from "../cost/value-size.ts";
import { add, divide, multiply, negate, remainder, subtract } from "./arithmetic.ts";

const A = parameter("A");
const B = parameter("B");
const NUMBERS = [INT, UINT, DOUBLE];

function isTime(value: CelValue): boolean {
  return value instanceof CelTimestamp || value instanceof CelDuration;
}

function isAddable(value: CelValue): boolean {
  return (
    isNumber(value) ||
    typeof value === "string" ||
    value instanceof Uint8Array ||
    isList(value) ||
    isTime(value)
  );
}

function isOrdered(value: CelValue): boolean {
  return (
    isNumber(value) ||
    ["boolean", "string"].includes(typeof value) ||
    value instanceof Uint8Array ||
    isTime(value)
  );
}

function isSized(value: CelValue): boolean {
  return typeof value === "string" || value instanceof Uint8Array || isList(value) || value instanceof CelMap;
}

function operator(name: string, signatures: readonly Signature[], singleton?: Singleton): CelFunction {
  const declared = globalFunction(name, ...signatures);
  return singleton === undefined ? declared : { ...declared, singleton };
}

function sameTypes(types: readonly CelType[]): readonly Signature[] {
  return types.map((type) => [[type, type], type] as const);
}

function comparison(name: string, holds: (order: number) => boolean): CelFunction {
  const same = [BOOL, INT, DOUBLE, STRING, BYTES, TIMESTAMP, DURATION, UINT].map(
    (type) => [[type, type], BOOL] as const,
  );
  const mixed = NUMBERS.flatMap((left) =>
    NUMBERS.filter((right) => right !== left).map((right) => [[left, right], BOOL] as const),
  );
  return operator(name, [...same, ...mixed], {
    arity: 2,
    accepts: isOrdered,
    apply: (left = null, right = null) => {
      const order = compareValues(left, right);
      return typeof order === "number" ? holds(order) : order;
    },
  });
}

/** Whether a list or the keys of a map hold a value. */
function contains(item: CelValue, whole: CelValue): CelValue {
  if (isList(whole)) return whole.some((element) => areEqual(item, element));
  return whole instanceof CelMap ? whole.has(item) : noOverload();
}

/** The number of characters, bytes, elements or entries. */
export function sizeOf(value: CelValue): CelValue {
  if (typeof value === "string") return BigInt(characterCount(value));
  if (value instanceof Uint8Array || isList(value)) return BigInt(value.length);
  return value instanceof CelMap ? BigInt(value.size) : noOverload();
}

const NEGATABLE: ReadonlySet<string> = new Set(["bigint", "number", "boolean"]);
const NOT: Singleton = {
  arity: 1,
  apply: (value = null) => (typeof value === "boolean" ? !value : noOverload()),
};

const SIZED = [STRING, BYTES, listOf(A), mapOf(A, B)];

/** The operators of the language and `size`, `type`, `dyn`. */
export const OPERATORS: readonly CelFunction[] = [
  operator("_?_:_", [[[BOOL, A, A], A]]),
  operator("_&&_", [[[BOOL, BOOL], BOOL]]),
  operator("_||_", [[[BOOL, BOOL], BOOL]]),
  operator("@not_strictly_false", [[[BOOL], BOOL]]),
  operator("!_", [[[BOOL], BOOL]], NOT),
  operator("_==_", [[[A, A], BOOL]]),
  operator("_!=_", [[[A, A], BOOL]]),
  operator(
    "_+_",
    [
      [[BYTES, BYTES], BYTES],
      [[DOUBLE, DOUBLE], DOUBLE],
      [[DURATION, DURATION], DURATION],
      [[DURATION, TIMESTAMP], TIMESTAMP],
      [[TIMESTAMP, DURATION], TIMESTAMP],
      [[INT, INT], INT],
      [[listOf(A), listOf(A)], listOf(A)],
      [[STRING, STRING], STRING],
      [[UINT, UINT], UINT],
    ],
    { arity: 2, accepts: isAddable, apply: (left = null, right = null) => add(left, right) },
  ),
  operator(
    "_-_",
    [
      ...sameTypes([DOUBLE, DURATION, INT, UINT]),
      [[TIMESTAMP, DURATION], TIMESTAMP],
      [[TIMESTAMP, TIMESTAMP], DURATION],
    ],
    {
      arity: 2,
      accepts: (value) => isNumber(value) || isTime(value),
      apply: (left = null, right = null) => subtract(left, right),
    },
  ),
  operator("_*_", sameTypes(NUMBERS), {
    arity: 2,
    accepts: isNumber,
    apply: (left = null, right = null) => multiply(left, right),
  }),
  operator("_/_", sameTypes(NUMBERS), {
    arity: 2,
    accepts: isNumber,
    apply: (left = null, right = null) => divide(left, right),
  }),
  operator("_%_", sameTypes([INT, UINT]), {
    arity: 2,
    accepts: (value) => isNumber(value) && typeof value !== "number",
    apply: (left = null, right = null) => remainder(left, right),
  }),
  operator(
    "-_",
    [
      [[INT], INT],
      [[DOUBLE], DOUBLE],
    ],
    {
      arity: 1,
      accepts: (value) => NEGATABLE.has(typeof value) || value instanceof CelDuration,
      apply: (value = null) => negate(value),
    },
  ),
  comparison("_<_", (order) => order < 0),
  comparison("_<=_", (order) => order <= 0),
  comparison("_>_", (order) => order > 0),
  comparison("_>=_", (order) => order >= 0),
  operator(
    "@in",
    [
      [[A, listOf(A)], BOOL],
      [[A, mapOf(A, B)], BOOL],
    ],
    {
      arity: 2,
      apply: (item = null, whole = null) => contains(item, whole),
    },
  ),
  operator("_[_]", [
    [[listOf(A), INT], A],
    [[mapOf(A, B), A], B],
    [[optionalOf(listOf(A)), INT], optionalOf(A)],
    [[optionalOf(mapOf(A, B)), A], optionalOf(B)],
  ]),
  {
    name: "size",
    overloads: [false, true].flatMap((isMember) =>
      SIZED.map((type) => ({ isMember, params: [type], result: INT })),
    ),
    singleton: { arity: 1, accepts: isSized, apply: (value = null) => sizeOf(value) },
  },
  globalFunction("type", [[A], typeOf(A), (value: CelValue) => new CelTypeName(typeNameOf(value))]),
  globalFunction("dyn", [[A], DYN, (value: CelValue) => value]),
  globalFunction(
    "cel.@mapInsert",
    [[mapOf(A, B), A, B], mapOf(A, B)],
    [[mapOf(A, B), mapOf(A, B)], mapOf(A, B)],
  ),
];

/** Adds entries to a map under construction; a key that is there already is an error. */
export function insertInto(map: CelMap, entries: Iterable<readonly [CelValue, CelValue]>): CelValue {
  for (const [key, value] of entries) {
    if (map.has(key)) return new CelFailure(`insert failed: key ${formatKey(key)} already exists`);
    map.insert(key, value);
  }
  return map;
}

/** A key as messages show it. */
export function formatKey(key: CelValue): string {
  if (typeof key === "object" && key !== null && "value" in key) return String(key.value);
  return String(key);
}
