import { type CivilDate, civilFromDays, daysFromCivil } from "./civil.ts";
import { type GoLocation, utcLocation } from "./go-location.ts";

/** A point in time, to the nanosecond, and where it is looked at. */
export interface Instant {
  /** Seconds since 1 January 1970 UTC, of 64 bits. */
  readonly seconds: bigint;
  /** 0 to 999999999. */
  readonly nanoseconds: number;
  readonly location: GoLocation;
  /** Nanoseconds of a clock that never jumps, for what `now` gave. */
  readonly monotonic?: bigint;
}

/** What calendar and clock show of an instant. */
export interface WallClock extends CivilDate {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly nanosecond: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  readonly abbreviation: string;
  /** Seconds east of UTC. */
  readonly offset: number;
}

const SECONDS_OF_DAY = 86_400n;
/** From Go's zero time, 1 January of year 1, to 1970. */
const ZERO_TO_UNIX = 62_135_596_800n;
/** Days from the start of Go's count, 1 March -292277022399, to 1970: dates wrap where that count ends. */
const ABSOLUTE_DAYS = 106_751_991_073_400n;

/** Go's `time.Time{}`: 1 January of year 1. */
export const zeroInstant: Instant = { seconds: -ZERO_TO_UNIX, nanoseconds: 0, location: utcLocation };

/** Seconds since Go's zero time. */
export function secondsSinceZero({ seconds }: Instant): bigint {
  return BigInt.asIntN(64, seconds + ZERO_TO_UNIX);
}

/** The instant of Unix seconds and nanoseconds of any size. */
export function unixInstant(seconds: bigint, nanoseconds: bigint, location: GoLocation): Instant {
  const carried = floorDivide(nanoseconds, 1_000_000_000n);
  return {
    seconds: BigInt.asIntN(64, seconds + carried),
    nanoseconds: Number(nanoseconds - carried * 1_000_000_000n),
    location,
  };
}

/** What the wall shows at an instant. */
export function wallClock({ seconds, nanoseconds, location }: Instant): WallClock {
  const { abbreviation, seconds: offset } = location.offsetAt(seconds);
  const absolute = BigInt.asUintN(64, seconds + BigInt(offset) + ABSOLUTE_DAYS * SECONDS_OF_DAY);
  const days = Number(absolute / SECONDS_OF_DAY - ABSOLUTE_DAYS);
  const rest = Number(absolute % SECONDS_OF_DAY);
  return {
    ...civilFromDays(days),
    hour: Math.floor(rest / 3600),
    minute: Math.floor(rest / 60) % 60,
    second: rest % 60,
    nanosecond: nanoseconds,
    weekday: (((days + 4) % 7) + 7) % 7,
    abbreviation,
    offset,
  };
}

/** Date and time of day, in any range: what is too much moves on to the next larger unit. */
export interface CalendarTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour?: number;
  readonly minute?: number;
  readonly second?: number;
  readonly nanosecond?: number;
}

/** The instant at which the wall shows a date and time, as Go's `time.Date`: gaps and overlaps take the first offset. */
export function calendarInstant(calendar: CalendarTime, location: GoLocation): Instant {
  const { year, month, day, hour = 0, minute = 0, second = 0, nanosecond = 0 } = calendar;
  const days = BigInt(daysFromCivil(year, month, day));
  const wall = days * SECONDS_OF_DAY + BigInt(hour * 3600 + minute * 60 + second);
  // Look at the wall's own offset first; where the real instant has another one, that counts.
  const guess = location.offsetAt(wall).seconds;
  const offset = guess === 0 ? 0 : location.offsetAt(wall - BigInt(guess)).seconds;
  return unixInstant(wall - BigInt(offset), BigInt(nanosecond), location);
}

/** Moves an instant by nanoseconds; the clock that never jumps moves along. */
export function addNanoseconds(instant: Instant, nanoseconds: bigint): Instant {
  const moved = unixInstant(instant.seconds, BigInt(instant.nanoseconds) + nanoseconds, instant.location);
  const { monotonic } = instant;
  return monotonic === undefined ? moved : { ...moved, monotonic: monotonic + nanoseconds };
}

/** Looks at an instant from elsewhere, which forgets the clock that never jumps. */
export function atLocation({ seconds, nanoseconds }: Instant, location: GoLocation): Instant {
  return { seconds, nanoseconds, location };
}

/** -1, 0 or 1. */
export function compareInstants(left: Instant, right: Instant): number {
  if (left.monotonic !== undefined && right.monotonic !== undefined) {
    return sign(left.monotonic - right.monotonic);
  }
  const seconds = secondsSinceZero(left) - secondsSinceZero(right);
  return seconds === 0n ? Math.sign(left.nanoseconds - right.nanoseconds) : sign(seconds);
}

const LONGEST = 2n ** 63n - 1n;
const SHORTEST = -(2n ** 63n);

/** Nanoseconds from one instant to another, kept within 64 bits. */
export function nanosecondsBetween(from: Instant, to: Instant): bigint {
  const difference =
    from.monotonic !== undefined && to.monotonic !== undefined
      ? to.monotonic - from.monotonic
      : (secondsSinceZero(to) - secondsSinceZero(from)) * 1_000_000_000n +
        BigInt(to.nanoseconds - from.nanoseconds);
  if (difference > LONGEST) return LONGEST;
  return difference < SHORTEST ? SHORTEST : difference;
}

/** Nanoseconds past the last multiple of a duration, counted from Go's zero time. */
export function pastMultiple(instant: Instant, multiple: bigint): bigint {
  const since = secondsSinceZero(instant) * 1_000_000_000n + BigInt(instant.nanoseconds);
  return since - floorDivide(since, multiple) * multiple;
}

function floorDivide(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  return value % by < 0n ? quotient - 1n : quotient;
}

function sign(value: bigint): number {
  if (value === 0n) return 0;
  return value < 0n ? -1 : 1;
}
