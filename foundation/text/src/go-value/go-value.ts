import type { JsonValue } from "@weir/core";

import type { GoFunction } from "./go-function.ts";
import type { GoInt } from "./go-int.ts";

/**
 * A Go type by its name as `%T` prints it: `string`, `int64`, `[]interface {}`, `map[string]interface {}`,
 * `time.Time`, `*semver.Version`, `common.Values`.
 */
export type GoType = string;

/** A Go kind by its name as `reflect.Kind` prints it: `string`, `map`, `slice`, `struct`, `ptr`, `invalid`. */
export type GoKind = string;

/**
 * A value of Go's, as templates and `fmt` see it:
 *
 * | Go | here |
 * | --- | --- |
 * | nil interface | `null` |
 * | bool, string, float64 | boolean, string, number |
 * | every integer type | `GoInt` |
 * | `[]interface {}`, not nil | array |
 * | `[]byte` | `Uint8Array` |
 * | other slices, and nil ones | `GoSlice` |
 * | `map[string]interface {}`, not nil | `Map` |
 * | other maps, and nil ones | `GoMap` |
 * | complex128 | `GoComplex` |
 * | structs, pointers, named types with methods | a subclass of `GoObject` |
 *
 * Strings are bytes in Go. Here they are JS strings, in which a byte that is not valid UTF-8 is the lone surrogate
 * U+DC00 + byte (U+DC80 to U+DCFF), so that such text survives; `utf8Bytes` and `utf8Text` convert. Maps are shared and
 * mutable, as in Go; everything else is immutable.
 */
export type GoValue =
  | null
  | boolean
  | string
  | number
  | GoInt
  | GoComplex
  | readonly GoValue[]
  | Uint8Array
  | GoSlice
  | Map<string, GoValue>
  | GoMap
  | GoObject;

/** A slice whose elements are not `interface {}`, or a nil slice. */
export class GoSlice {
  /** The type of the elements: `string` for `[]string`. */
  readonly elem: GoType;
  readonly items: readonly GoValue[];
  /** A nil slice prints as an empty one, but is `null` in JSON. */
  readonly isNil: boolean;

  constructor(elem: GoType, items: readonly GoValue[], isNil = false) {
    this.elem = elem;
    this.items = items;
    this.isNil = isNil;
  }
}

/** A map with string keys whose elements are not `interface {}`, whose type is named, or that is nil. */
export class GoMap {
  /** The map's whole type: `map[string]string`, `common.Values`. */
  readonly type: GoType;
  /** The type of the elements: `string` for `map[string]string`. */
  readonly elem: GoType;
  readonly entries: Map<string, GoValue>;
  readonly isNil: boolean;

  constructor(type: GoType, elem: GoType, entries: Map<string, GoValue>, isNil = false) {
    this.type = type;
    this.elem = elem;
    this.entries = entries;
    this.isNil = isNil;
  }
}

/** A complex128: a template can only write and print one. */
export class GoComplex {
  readonly real: number;
  readonly imaginary: number;

  constructor(real: number, imaginary: number) {
    this.real = real;
    this.imaginary = imaginary;
  }
}

/**
 * A value of a named Go type that a template may hold: a time, a version, a certificate, a chart's files.
 *
 * Templates reach its exported fields and methods by name; `fmt` prints `text()` where the type is a Stringer or an
 * error, and else its fields; `range`, `index` and `len` work on `underlying` where the type is a slice, map or number.
 */
export abstract class GoObject {
  abstract readonly type: GoType;
  /** `struct`, `ptr`, `map`, `slice`, `int64` … */
  abstract readonly kind: GoKind;
  /** The same value without its name, for a named slice, map, string or number. */
  readonly underlying?: GoValue;
  /** Exported fields in their order of declaration, with the types that they are declared with. */
  fields(): readonly GoField[] {
    return [];
  }
  /** A method that a template may call, bound to this value. */
  method(_name: string): GoFunction | undefined {
    return undefined;
  }
  /** What `String()` or `Error()` gives, for types that have it. */
  text(): string | undefined {
    return undefined;
  }
  /** What `GoString()` gives, for types that have it: `%#v` prints it. */
  goText(): string | undefined {
    return undefined;
  }
  /** What `json.Marshal` writes, where that is neither `underlying` nor the exported fields under their names. */
  json(): JsonValue | undefined {
    return undefined;
  }
}

/** A field of a struct: unexported ones are printed, but a template cannot reach them. */
export interface GoField {
  readonly name: string;
  readonly type: GoType;
  readonly value: GoValue;
}
