import { listRules } from "../list-rules.ts";
import {
  CelDuration,
  CelFailure,
  CelTimestamp,
  CelUint,
  type CelValue,
  isList,
  noOverload,
} from "../value.ts";

const LARGEST_INT = 2n ** 63n - 1n;
const LARGEST_UINT = 2n ** 64n - 1n;
/** The years 1 to 9999. */
const EARLIEST = -62_135_596_800n * 1_000_000_000n;
const LATEST = 253_402_300_800n * 1_000_000_000n;

/** A signed integer, or an error where it does not fit 64 bits. */
export function int(value: bigint): CelValue {
  return value > LARGEST_INT || value < -LARGEST_INT - 1n ? new CelFailure("integer overflow") : value;
}

/** An unsigned integer, or an error where it does not fit 64 bits. */
export function uint(value: bigint): CelValue {
  return value > LARGEST_UINT || value < 0n
    ? new CelFailure("unsigned integer overflow")
    : new CelUint(value);
}

/** A length of time, or an error where it does not fit 64 bits of nanoseconds. */
export function duration(nanoseconds: bigint): CelValue {
  if (nanoseconds > LARGEST_INT || nanoseconds < -LARGEST_INT - 1n)
    return new CelFailure("duration overflow");
  return new CelDuration(nanoseconds);
}

/** A point in time, or an error outside the years 1 to 9999. */
export function timestamp(nanoseconds: bigint): CelValue {
  return nanoseconds < EARLIEST || nanoseconds >= LATEST
    ? new CelFailure("timestamp overflow")
    : new CelTimestamp(nanoseconds);
}

export function add(left: CelValue, right: CelValue): CelValue {
  if (typeof left === "string" && typeof right === "string") return left + right;
  if (isList(left) && isList(right)) return listRules(left)?.add(left, right) ?? [...left, ...right];
  if (left instanceof Uint8Array && right instanceof Uint8Array) return Buffer.concat([left, right]);
  if (left instanceof CelDuration) return addTo(left, right);
  if (left instanceof CelTimestamp && right instanceof CelDuration)
    return timestamp(left.nanoseconds + right.nanoseconds);
  return numeric(left, right, ADD);
}

function addTo(left: CelDuration, right: CelValue): CelValue {
  if (right instanceof CelDuration) return duration(left.nanoseconds + right.nanoseconds);
  return right instanceof CelTimestamp ? timestamp(left.nanoseconds + right.nanoseconds) : noOverload();
}

export function subtract(left: CelValue, right: CelValue): CelValue {
  if (left instanceof CelDuration && right instanceof CelDuration)
    return duration(left.nanoseconds - right.nanoseconds);
  if (left instanceof CelTimestamp) {
    if (right instanceof CelTimestamp) return duration(left.nanoseconds - right.nanoseconds);
    if (right instanceof CelDuration) return timestamp(left.nanoseconds - right.nanoseconds);
  }
  return numeric(left, right, SUBTRACT);
}

export function multiply(left: CelValue, right: CelValue): CelValue {
  return numeric(left, right, MULTIPLY);
}

export function divide(left: CelValue, right: CelValue): CelValue {
  return numeric(left, right, DIVIDE);
}

export function remainder(left: CelValue, right: CelValue): CelValue {
  return typeof left === "number" ? noOverload() : numeric(left, right, REMAINDER);
}

export function negate(value: CelValue): CelValue {
  if (typeof value === "bigint") return int(-value);
  if (typeof value === "number") return -value;
  return value instanceof CelDuration ? duration(-value.nanoseconds) : noOverload();
}

interface Operation {
  readonly whole: (left: bigint, right: bigint) => bigint;
  readonly real: (left: number, right: number) => number;
  /** Said when the right operand is zero. */
  readonly byZero?: string;
}

const ADD: Operation = { whole: (left, right) => left + right, real: (left, right) => left + right };
const SUBTRACT: Operation = { whole: (left, right) => left - right, real: (left, right) => left - right };
const MULTIPLY: Operation = { whole: (left, right) => left * right, real: (left, right) => left * right };
const DIVIDE: Operation = {
  whole: (left, right) => left / right,
  real: (left, right) => left / right,
  byZero: "division by zero",
};
const REMAINDER: Operation = {
  whole: (left, right) => left % right,
  real: (left, right) => left % right,
  byZero: "modulus by zero",
};

/** Both operands must be of one numeric type: CEL never converts numbers by itself. */
function numeric(left: CelValue, right: CelValue, { whole, real, byZero }: Operation): CelValue {
  if (typeof left === "bigint" && typeof right === "bigint") {
    return byZero !== undefined && right === 0n ? new CelFailure(byZero) : int(whole(left, right));
  }
  if (typeof left === "number" && typeof right === "number") return real(left, right);
  if (left instanceof CelUint && right instanceof CelUint) {
    return byZero !== undefined && right.value === 0n
      ? new CelFailure(byZero)
      : uint(whole(left.value, right.value));
  }
  return noOverload();
}
