import { GoCallError, type GoFunction } from "../go-value/go-function.ts";
import { goInt } from "../go-value/go-int.ts";
import { type GoField, GoObject, type GoType, type GoValue } from "../go-value/go-value.ts";
import { MONTHS, WEEKDAYS } from "./civil.ts";
import { formatInstant } from "./format-time.ts";
import { durationArgument, goDuration } from "./go-duration.ts";
import { BYTE_METHODS } from "./go-time-bytes.ts";
import { GoLocation, localLocation, utcLocation } from "./go-location.ts";
import { bindGoMethod, type GoMethod, type GoMethods, integerArgument, textArgument } from "./go-method.ts";
import {
  addNanoseconds,
  atLocation,
  calendarInstant,
  compareInstants,
  type Instant,
  nanosecondsBetween,
  pastMultiple,
  secondsSinceZero,
  unixInstant,
  wallClock,
} from "./instant.ts";
import { RFC3339_NANO } from "./layout.ts";
import { quoteAsTime } from "./time-parse-error.ts";

/** A `time.Time` in a template: printed as Go's `String`, with the methods that templates can call. */
export class GoTime extends GoObject {
  override readonly type = "time.Time";
  override readonly kind = "struct";
  readonly instant: Instant;

  constructor(instant: Instant) {
    super();
    this.instant = instant;
  }

  override text(): string {
    const shown = formatInstant(this.instant, "2006-01-02 15:04:05.999999999 -0700 MST");
    const { monotonic } = this.instant;
    return monotonic === undefined ? shown : `${shown} m=${signedSeconds(monotonic)}`;
  }

  override goText(): string {
    const { year, month, day, hour, minute, second, nanosecond } = wallClock(this.instant);
    const { location } = this.instant;
    const name = MONTHS[month - 1] ?? "";
    const numbers = [day, hour, minute, second, nanosecond].join(", ");
    return `time.Date(${year}, time.${name}, ${numbers}, ${locationSyntax(location)})`;
  }

  override json(): string {
    const { year } = wallClock(this.instant);
    if (year < 0 || year > 9999) {
      const problem = "Time.MarshalJSON: year outside of range [0,9999]";
      throw new GoCallError(`json: error calling MarshalJSON for type time.Time: ${problem}`);
    }
    return formatInstant(this.instant, RFC3339_NANO);
  }

  /** The words that Go keeps: never to be reached, but printed for `%d`. */
  override fields(): readonly GoField[] {
    const { location, nanoseconds } = this.instant;
    return [
      { name: "wall", type: "uint64", value: goInt(nanoseconds, "uint64") },
      { name: "ext", type: "int64", value: goInt(secondsSinceZero(this.instant), "int64") },
      { name: "loc", type: "*time.Location", value: location === utcLocation ? null : location },
    ];
  }

  override method(name: string): GoFunction | undefined {
    return bindGoMethod(METHODS, name, this);
  }
}

/** A `time.Time` of Unix seconds and nanoseconds. */
export function goTime(seconds: bigint, nanoseconds = 0n, location: GoLocation = localLocation): GoTime {
  return new GoTime(unixInstant(seconds, nanoseconds, location));
}

/** The time that a clock shows, with the reading that never jumps; both in milliseconds. */
export function goTimeNow(nowMs: number, monotonicMs: number): GoTime {
  const whole = Math.floor(nowMs);
  const nanoseconds = BigInt(whole) * 1_000_000n + BigInt(Math.round((nowMs - whole) * 1e6));
  const instant = unixInstant(0n, nanoseconds, localLocation);
  return new GoTime({ ...instant, monotonic: BigInt(Math.round(monotonicMs * 1e6)) });
}

function signedSeconds(nanoseconds: bigint): string {
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  const fraction = String(size % 1_000_000_000n).padStart(9, "0");
  return `${nanoseconds < 0n ? "-" : "+"}${size / 1_000_000_000n}.${fraction}`;
}

function locationSyntax(location: GoLocation): string {
  if (location === utcLocation) return "time.UTC";
  return location === localLocation ? "time.Local" : `time.Location(${quoteAsTime(location.name)})`;
}

/** An integer type of package time whose values have names. */
class GoTimeUnit extends GoObject {
  override readonly type: GoType;
  override readonly kind = "int";
  override readonly underlying: GoValue;
  readonly #name: string;

  constructor(type: GoType, value: number, name: string) {
    super();
    this.type = type;
    this.underlying = goInt(value);
    this.#name = name;
  }

  override text(): string {
    return this.#name;
  }

  override method(name: string): GoFunction | undefined {
    return bindGoMethod(UNIT_METHODS, name, this);
  }
}

const UNIT_METHODS: GoMethods<GoTimeUnit> = new Map([
  ["String", { params: [], result: "string", call: (unit: GoTimeUnit) => unit.text() }],
]);

type Shown = ReturnType<typeof wallClock>;

function showing(read: (wall: Shown) => number): GoMethod<GoTime> {
  return { params: [], result: "int", call: ({ instant }) => goInt(read(wallClock(instant))) };
}

function counting(read: (instant: Instant) => bigint): GoMethod<GoTime> {
  return { params: [], result: "int64", call: ({ instant }) => goInt(read(instant), "int64") };
}

function comparing(holds: (order: number) => boolean): GoMethod<GoTime> {
  return {
    params: ["time.Time"],
    result: "bool",
    call: ({ instant }, [other]) => holds(compareInstants(instant, timeArgument(other).instant)),
  };
}

function moving(
  params: readonly GoType[],
  move: (instant: Instant, args: Parameters<GoMethod<GoTime>["call"]>[1]) => Instant,
): GoMethod<GoTime> {
  return { params, result: "time.Time", call: ({ instant }, args) => new GoTime(move(instant, args)) };
}

/** An argument declared as `time.Time`. */
export function timeArgument(argument: unknown): GoTime {
  if (argument instanceof GoTime) return argument;
  throw new GoCallError("expected a time.Time");
}

function addDate(instant: Instant, years: number, months: number, days: number): Instant {
  const wall = wallClock(instant);
  const calendar = { ...wall, year: wall.year + years, month: wall.month + months, day: wall.day + days };
  return calendarInstant(calendar, instant.location);
}

function truncated(instant: Instant, multiple: bigint): Instant {
  const stripped = atLocation(instant, instant.location);
  return multiple <= 0n ? stripped : addNanoseconds(stripped, -pastMultiple(stripped, multiple));
}

function rounded(instant: Instant, multiple: bigint): Instant {
  const stripped = atLocation(instant, instant.location);
  if (multiple <= 0n) return stripped;
  const past = pastMultiple(stripped, multiple);
  return addNanoseconds(stripped, past * 2n < multiple ? -past : multiple - past);
}

/** Daylight saving time: further from UTC than at the other solstice. */
function isDaylight({ location, seconds }: Instant): boolean {
  const halfYear = 15_778_476n;
  const offset = location.offsetAt(seconds).seconds;
  return (
    offset >
    Math.min(location.offsetAt(seconds - halfYear).seconds, location.offsetAt(seconds + halfYear).seconds)
  );
}

function locationArgument(argument: unknown): GoLocation {
  if (argument instanceof GoLocation) return argument;
  throw new GoCallError("time: missing Location in call to Time.In");
}

const NANOSECONDS = 1_000_000_000n;

function unixNanoseconds({ seconds, nanoseconds }: Instant): bigint {
  return seconds * NANOSECONDS + BigInt(nanoseconds);
}

const METHODS: GoMethods<GoTime> = new Map<string, GoMethod<GoTime>>([
  ["Year", showing(({ year }) => year)],
  ["Day", showing(({ day }) => day)],
  ["Hour", showing(({ hour }) => hour)],
  ["Minute", showing(({ minute }) => minute)],
  ["Second", showing(({ second }) => second)],
  ["Nanosecond", showing(({ nanosecond }) => nanosecond)],
  ["YearDay", showing(({ yearDay }) => yearDay)],
  [
    "Month",
    {
      params: [],
      result: "time.Month",
      call: ({ instant }) => {
        const { month } = wallClock(instant);
        return new GoTimeUnit("time.Month", month, MONTHS[month - 1] ?? "");
      },
    },
  ],
  [
    "Weekday",
    {
      params: [],
      result: "time.Weekday",
      call: ({ instant }) => {
        const { weekday } = wallClock(instant);
        return new GoTimeUnit("time.Weekday", weekday, WEEKDAYS[weekday] ?? "");
      },
    },
  ],
  ["Unix", counting(({ seconds }) => seconds)],
  [
    "UnixMilli",
    counting((instant) => instant.seconds * 1000n + BigInt(Math.floor(instant.nanoseconds / 1e6))),
  ],
  [
    "UnixMicro",
    counting((instant) => instant.seconds * 1_000_000n + BigInt(Math.floor(instant.nanoseconds / 1e3))),
  ],
  ["UnixNano", counting(unixNanoseconds)],
  ["After", comparing((order) => order > 0)],
  ["Before", comparing((order) => order < 0)],
  ["Equal", comparing((order) => order === 0)],
  [
    "Compare",
    {
      params: ["time.Time"],
      result: "int",
      call: ({ instant }, [other]) => goInt(compareInstants(instant, timeArgument(other).instant)),
    },
  ],
  [
    "IsZero",
    {
      params: [],
      result: "bool",
      call: ({ instant }) => secondsSinceZero(instant) === 0n && instant.nanoseconds === 0,
    },
  ],
  ["IsDST", { params: [], result: "bool", call: ({ instant }) => isDaylight(instant) }],
  ["Add", moving(["time.Duration"], (instant, [by]) => addNanoseconds(instant, durationArgument(by)))],
  [
    "AddDate",
    moving(["int", "int", "int"], (instant, args) => {
      const [years, months, days] = args.map((argument) => Number(integerArgument(argument)));
      return addDate(instant, years ?? 0, months ?? 0, days ?? 0);
    }),
  ],
  ["Truncate", moving(["time.Duration"], (instant, [to]) => truncated(instant, durationArgument(to)))],
  ["Round", moving(["time.Duration"], (instant, [to]) => rounded(instant, durationArgument(to)))],
  ["UTC", moving([], (instant) => atLocation(instant, utcLocation))],
  ["Local", moving([], (instant) => atLocation(instant, localLocation))],
  ["In", moving(["*time.Location"], (instant, [to]) => atLocation(instant, locationArgument(to)))],
  ["Location", { params: [], result: "*time.Location", call: ({ instant }) => instant.location }],
  [
    "Sub",
    {
      params: ["time.Time"],
      result: "time.Duration",
      call: ({ instant }, [from]) => goDuration(nanosecondsBetween(timeArgument(from).instant, instant)),
    },
  ],
  [
    "Format",
    {
      params: ["string"],
      result: "string",
      call: ({ instant }, [layout]) => formatInstant(instant, textArgument(layout)),
    },
  ],
  ["String", { params: [], result: "string", call: (time) => time.text() }],
  ["GoString", { params: [], result: "string", call: (time) => time.goText() }],
  ...BYTE_METHODS,
]);
