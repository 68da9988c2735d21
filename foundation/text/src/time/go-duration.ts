import { formatGoDuration, roundGoDuration, truncateGoDuration } from "@weir/core";

import type { GoArgument, GoFunction } from "../go-value/go-function.ts";
import { GoInt, goInt } from "../go-value/go-int.ts";
import { GoObject, type GoType, type GoValue } from "../go-value/go-value.ts";
import { bindGoMethod, type GoMethod, type GoMethods } from "./go-method.ts";

/** A `time.Duration` in a template: nanoseconds, printed as `1h30m0s`. */
export class GoDuration extends GoObject {
  override readonly type = "time.Duration";
  override readonly kind = "int64";
  override readonly underlying: GoInt;

  constructor(nanoseconds: bigint) {
    super();
    this.underlying = goInt(nanoseconds, "int64");
  }

  get nanoseconds(): bigint {
    return this.underlying.value;
  }

  override text(): string {
    return formatGoDuration(this.nanoseconds);
  }

  override method(name: string): GoFunction | undefined {
    return bindGoMethod(METHODS, name, this);
  }
}

/** A duration of nanoseconds, wrapped to 64 bits as Go's conversion does. */
export function goDuration(nanoseconds: bigint): GoDuration {
  return new GoDuration(nanoseconds);
}

/** The nanoseconds of an argument declared as `time.Duration`, which may also have come as an integer. */
export function durationArgument(argument: GoArgument | undefined): bigint {
  if (argument instanceof GoDuration) return argument.nanoseconds;
  if (argument instanceof GoInt) return argument.value;
  return typeof argument === "bigint" ? argument : 0n;
}

/** Go divides whole units and the rest apart, which rounds otherwise than one division. */
function inUnits(nanoseconds: bigint, unit: bigint): number {
  return Number(nanoseconds / unit) + Number(nanoseconds % unit) / Number(unit);
}

const SECOND = 1_000_000_000n;

function reading(result: GoType, read: (nanoseconds: bigint) => GoValue): GoMethod<GoDuration> {
  return { params: [], result, call: ({ nanoseconds }) => read(nanoseconds) };
}

function adjusting(change: (nanoseconds: bigint, multiple: bigint) => bigint): GoMethod<GoDuration> {
  return {
    params: ["time.Duration"],
    result: "time.Duration",
    call: ({ nanoseconds }, [multiple]) => goDuration(change(nanoseconds, durationArgument(multiple))),
  };
}

function absolute(nanoseconds: bigint): bigint {
  if (nanoseconds >= 0n) return nanoseconds;
  return nanoseconds === -(2n ** 63n) ? 2n ** 63n - 1n : -nanoseconds;
}

const METHODS: GoMethods<GoDuration> = new Map([
  ["Hours", reading("float64", (ns) => inUnits(ns, 3600n * SECOND))],
  ["Minutes", reading("float64", (ns) => inUnits(ns, 60n * SECOND))],
  ["Seconds", reading("float64", (ns) => inUnits(ns, SECOND))],
  ["Milliseconds", reading("int64", (ns) => goInt(ns / 1_000_000n, "int64"))],
  ["Microseconds", reading("int64", (ns) => goInt(ns / 1000n, "int64"))],
  ["Nanoseconds", reading("int64", (ns) => goInt(ns, "int64"))],
  ["String", reading("string", formatGoDuration)],
  ["Abs", reading("time.Duration", (ns) => goDuration(absolute(ns)))],
  ["Round", adjusting(roundGoDuration)],
  ["Truncate", adjusting(truncateGoDuration)],
]);
