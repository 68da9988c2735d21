import { GoCallError } from "../go-value/go-function.ts";
import type { GoType, GoValue } from "../go-value/go-value.ts";
import { formatInstant } from "./format-time.ts";
import { utcLocation } from "./go-location.ts";
import { type GoMethod, textArgument } from "./go-method.ts";
import { type Instant, secondsSinceZero, wallClock } from "./instant.ts";
import { RFC3339_NANO } from "./layout.ts";

/** A `time.Time`, as far as these methods need it. */
interface HasInstant {
  readonly instant: Instant;
}

type Entry = readonly [name: string, method: GoMethod<HasInstant>];

const BYTES: GoType = "[]uint8";

/** The methods of `time.Time` that give bytes, and those that no template can call for the number of their results. */
export const BYTE_METHODS: readonly Entry[] = [
  marshaling("MarshalJSON", (instant) => `"${strictText("Time.MarshalJSON: ", instant)}"`),
  marshaling("MarshalText", (instant) => strictText("Time.MarshalText: ", instant)),
  marshaling("MarshalBinary", binaryOf),
  marshaling("GobEncode", binaryOf),
  appending("AppendText", (instant) => strictText("Time.AppendText: ", instant)),
  appending("AppendBinary", binaryOf),
  [
    "AppendFormat",
    {
      params: [BYTES, "string"],
      result: BYTES,
      call: ({ instant }, [bytes, layout]) =>
        joined(bytes, bytesOf(formatInstant(instant, textArgument(layout)))),
    },
  ],
  uncallable("Date", "function Date has 3 return values; should be 1 or 2"),
  uncallable("Clock", "function Clock has 3 return values; should be 1 or 2"),
  uncallable("ISOWeek", secondResult("ISOWeek", "int")),
  uncallable("Zone", secondResult("Zone", "int")),
  uncallable("ZoneBounds", secondResult("ZoneBounds", "time.Time")),
];

function secondResult(name: string, type: GoType): string {
  return `invalid function signature for ${name}: second return value should be error; is ${type}`;
}

function uncallable(name: string, problem: string): Entry {
  return [name, { params: [], result: "int", problem, call: () => null }];
}

function marshaling(name: string, write: (instant: Instant) => string | Uint8Array): Entry {
  return [name, { params: [], result: BYTES, call: ({ instant }) => bytesOf(write(instant)) }];
}

function appending(name: string, write: (instant: Instant) => string | Uint8Array): Entry {
  return [
    name,
    {
      params: [BYTES],
      result: BYTES,
      call: ({ instant }, [bytes]) => joined(bytes, bytesOf(write(instant))),
    },
  ];
}

function bytesOf(content: string | Uint8Array): Uint8Array {
  return typeof content === "string" ? new Uint8Array(Buffer.from(content, "utf8")) : content;
}

function joined(before: unknown, after: Uint8Array): GoValue {
  const start = before instanceof Uint8Array ? before : new Uint8Array();
  return Uint8Array.from([...start, ...after]);
}

/** RFC 3339, which holds neither all years nor all offsets. */
function strictText(errorPrefix: string, instant: Instant): string {
  const { year } = wallClock(instant);
  if (year < 0 || year > 9999) throw new GoCallError(`${errorPrefix}year outside of range [0,9999]`);
  const text = formatInstant(instant, RFC3339_NANO);
  const hours = /[+-](\d+):\d\d$/.exec(text)?.[1] ?? "0";
  if (Number(hours) >= 24) throw new GoCallError(`${errorPrefix}timezone hour outside of range [0,23]`);
  return text;
}

const MINUTE = 60;

/** A version, the seconds since year one, the nanoseconds and the offset in minutes, which for UTC is -1. */
function binaryOf(instant: Instant): Uint8Array {
  const isUtc = instant.location === utcLocation;
  const offset = isUtc ? 0 : instant.location.offsetAt(instant.seconds).seconds;
  const odd = offset % MINUTE;
  const minutes = Math.trunc(offset / MINUTE);
  if (!isUtc && (minutes < -32_768 || minutes === -1 || minutes > 32_767)) {
    throw new GoCallError("Time.MarshalBinary: unexpected zone offset");
  }
  const view = new DataView(new ArrayBuffer(odd === 0 ? 15 : 16));
  view.setUint8(0, odd === 0 ? 1 : 2);
  view.setBigInt64(1, secondsSinceZero(instant));
  view.setInt32(9, instant.nanoseconds);
  view.setInt16(13, isUtc ? -1 : minutes);
  if (odd !== 0) view.setInt8(15, odd);
  return new Uint8Array(view.buffer);
}
