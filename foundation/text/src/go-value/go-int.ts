/** Go's integer types; `rune` is `int32`, `byte` is `uint8`. */
export type GoIntKind =
  | "int"
  | "int8"
  | "int16"
  | "int32"
  | "int64"
  | "uint"
  | "uint8"
  | "uint16"
  | "uint32"
  | "uint64"
  | "uintptr";

/**
 * An integer of one of Go's types. Templates tell them apart: `int` and `int64` are different arguments, and neither
 * is a `float64`, which is a plain number here. Made by `goInt`, which wraps as Go's conversions do.
 */
export class GoInt {
  readonly kind: GoIntKind;
  readonly value: bigint;

  constructor(kind: GoIntKind, value: bigint) {
    this.kind = kind;
    this.value = value;
  }
}

const BITS: Readonly<Record<GoIntKind, number>> = {
  int: 64,
  int8: 8,
  int16: 16,
  int32: 32,
  int64: 64,
  uint: 64,
  uint8: 8,
  uint16: 16,
  uint32: 32,
  uint64: 64,
  uintptr: 64,
};

/** Whether the type has a sign. */
export function isSignedKind(kind: GoIntKind): boolean {
  return kind.startsWith("int");
}

/** An integer of the kind (`int` unless told), wrapped to the width of its type; a number loses its fraction. */
export function goInt(value: bigint | number, kind: GoIntKind = "int"): GoInt {
  const whole = typeof value === "bigint" ? value : BigInt(Math.trunc(value));
  const bits = BITS[kind];
  return new GoInt(kind, isSignedKind(kind) ? BigInt.asIntN(bits, whole) : BigInt.asUintN(bits, whole));
}
