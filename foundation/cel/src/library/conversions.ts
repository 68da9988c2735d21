import { DurationSyntaxError, parseGoDuration } from "@weir/core";
import { BOOL, BYTES, type CelType, DOUBLE, DURATION, INT, STRING, TIMESTAMP, UINT } from "../cel-type.ts";
import { type CelFunction, globalFunction } from "../function-table.ts";
import { CelDuration, CelFailure, type CelTimestamp, type CelUint, type CelValue } from "../value.ts";
import { int, timestamp, uint } from "./arithmetic.ts";
import { formatTimestamp, parseTimestamp } from "./time.ts";

const TRUE_WORDS = new Set(["1", "t", "T", "TRUE", "true", "True"]);
const FALSE_WORDS = new Set(["0", "f", "F", "FALSE", "false", "False"]);

function unconvertible(to: CelType): CelFailure {
  return new CelFailure(`type conversion error from 'string' to '${to.name}'`);
}

function wholeOf(value: number, limit: (value: bigint) => CelValue, overflow: string): CelValue {
  return Number.isFinite(value) ? limit(BigInt(Math.trunc(value))) : new CelFailure(overflow);
}

function intOfText(text: string): CelValue {
  if (!/^[+-]?[0-9]+$/.test(text) || text.length > 100) return unconvertible(INT);
  const value = int(BigInt(text.replace("+", "")));
  return value instanceof CelFailure ? unconvertible(INT) : value;
}

function uintOfText(text: string): CelValue {
  if (!/^[0-9]+$/.test(text) || text.length > 100) return unconvertible(UINT);
  const value = uint(BigInt(text));
  return value instanceof CelFailure ? unconvertible(UINT) : value;
}

function doubleOfText(text: string): CelValue {
  if (/^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/.test(text)) {
    const value = Number(text);
    return Number.isFinite(value) ? value : unconvertible(DOUBLE);
  }
  const word = /^([+-]?)(inf|infinity|nan)$/i.exec(text);
  if (word === null || (word[1] !== "" && word[2]?.toLowerCase() === "nan")) return unconvertible(DOUBLE);
  if (word[2]?.toLowerCase() === "nan") return Number.NaN;
  return word[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

function boolOfText(text: string): CelValue {
  if (TRUE_WORDS.has(text)) return true;
  return FALSE_WORDS.has(text) ? false : unconvertible(BOOL);
}

/** A length of time from its text, as Go writes it. */
export function durationOfText(text: string): CelValue {
  try {
    return new CelDuration(parseGoDuration(text));
  } catch (error) {
    if (error instanceof DurationSyntaxError) return unconvertible(DURATION);
    throw error;
  }
}

/** A point in time from its RFC 3339 text. */
export function timestampOfText(text: string): CelValue {
  const nanoseconds = parseTimestamp(text);
  return nanoseconds === undefined ? unconvertible(TIMESTAMP) : timestamp(nanoseconds);
}

function textOfBytes(bytes: Uint8Array): CelValue {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return new CelFailure("invalid UTF-8 in bytes, cannot convert to string");
  }
}

/** A double as Go's `%g` with the fewest digits that are exact. */
export function textOfDouble(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  if (Object.is(value, -0)) return "-0";
  const exponent = value === 0 ? 0 : Number(value.toExponential().split("e")[1]);
  if (exponent >= -4 && exponent < 6) return plainDecimal(value);
  const [digits = "", power = "0"] = value.toExponential().split("e");
  const size = Math.abs(Number(power)).toString().padStart(2, "0");
  return `${digits}e${power.startsWith("-") ? "-" : "+"}${size}`;
}

/** A number without an exponent, however small it is. */
export function plainDecimal(value: number): string {
  const text = String(value);
  if (!text.includes("e")) return text;
  const [digits = "", power = "0"] = text.split("e");
  const sign = digits.startsWith("-") ? "-" : "";
  const bare = digits.replace("-", "").replace(".", "");
  const point = (digits.replace("-", "").split(".")[0] ?? "").length + Number(power);
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${bare}`;
  if (point >= bare.length) return sign + bare.padEnd(point, "0");
  return `${sign}${bare.slice(0, point)}.${bare.slice(point)}`;
}

/** A length of time as `string()` writes it: seconds. */
export function textOfDuration({ nanoseconds }: CelDuration): string {
  return `${plainDecimal(Number(nanoseconds) / 1e9)}s`;
}

/** The functions that turn a value into one of another type. */
export const CONVERSIONS: readonly CelFunction[] = [
  globalFunction("bool", [[BOOL], BOOL, (value: boolean) => value], [[STRING], BOOL, boolOfText]),
  globalFunction(
    "bytes",
    [[BYTES], BYTES, (value: Uint8Array) => value],
    [[STRING], BYTES, (text: string) => new TextEncoder().encode(text)],
  ),
  globalFunction(
    "double",
    [[DOUBLE], DOUBLE, (value: number) => value],
    [[INT], DOUBLE, (value: bigint) => Number(value)],
    [[STRING], DOUBLE, doubleOfText],
    [[UINT], DOUBLE, (value: CelUint) => Number(value.value)],
  ),
  globalFunction(
    "duration",
    [[DURATION], DURATION, (value: CelDuration) => value],
    [[INT], DURATION, () => new CelFailure("type conversion error from 'int' to 'google.protobuf.Duration'")],
    [[STRING], DURATION, durationOfText],
  ),
  globalFunction(
    "int",
    [[INT], INT, (value: bigint) => value],
    [[DOUBLE], INT, (value: number) => wholeOf(value, int, "integer overflow")],
    [[DURATION], INT, (value: CelDuration) => value.nanoseconds],
    [[STRING], INT, intOfText],
    [[TIMESTAMP], INT, (value: CelTimestamp) => secondsOf(value)],
    [[UINT], INT, (value: CelUint) => int(value.value)],
  ),
  globalFunction(
    "string",
    [[BOOL], STRING, (value: boolean) => String(value)],
    [[BYTES], STRING, textOfBytes],
    [[DOUBLE], STRING, textOfDouble],
    [[DURATION], STRING, textOfDuration],
    [[INT], STRING, (value: bigint) => String(value)],
    [[STRING], STRING, (value: string) => value],
    [[TIMESTAMP], STRING, (value: CelTimestamp) => formatTimestamp(value.nanoseconds)],
    [[UINT], STRING, (value: CelUint) => String(value.value)],
  ),
  globalFunction(
    "timestamp",
    [[TIMESTAMP], TIMESTAMP, (value: CelTimestamp) => value],
    [[INT], TIMESTAMP, (seconds: bigint) => timestamp(seconds * 1_000_000_000n)],
    [[STRING], TIMESTAMP, timestampOfText],
  ),
  globalFunction(
    "uint",
    [[UINT], UINT, (value: CelUint) => value],
    [[DOUBLE], UINT, (value: number) => wholeOf(value, uint, "unsigned integer overflow")],
    [[INT], UINT, uint],
    [[STRING], UINT, uintOfText],
  ),
];

function secondsOf({ nanoseconds }: CelTimestamp): bigint {
  const seconds = nanoseconds / 1_000_000_000n;
  return nanoseconds % 1_000_000_000n < 0n ? seconds - 1n : seconds;
}
