import { DurationSyntaxError, formatGoDuration, parseGoDuration, roundGoDuration } from "@weir/core";
import {
  addNanoseconds,
  atLocation,
  durationArgument,
  formatInstant,
  GoCallError,
  goDuration,
  GoInt,
  GoNumberError,
  GoTime,
  goTimeNow,
  type GoValue,
  type Instant,
  loadLocation,
  localLocation,
  nanosecondsBetween,
  parseGoInt,
  parseInstant,
  timeArgument,
  TimeParseError,
  unixInstant,
  utcLocation,
  zeroInstant,
} from "@weir/text";

import { defineFunction } from "../define-function.ts";
import type { TemplateRun } from "../template-run.ts";

/** Functions of dates and durations; the time is the run's. What is no time counts as now in those that format one. */
export const dateFunctions = [
  defineFunction("now", [], "time.Time", (_none, run) => now(run)),
  defineFunction("ago", ["interface {}"], "string", ([from], run) => {
    const start = instantOf(from, INT_TYPES_OF_AGO) ?? now(run).instant;
    return formatGoDuration(roundGoDuration(nanosecondsBetween(start, now(run).instant), SECOND));
  }),
  defineFunction("date", ["string", "interface {}"], "string", ([layout, date], run) =>
    dateText(date, layout, "Local", run),
  ),
  defineFunction("htmlDate", ["interface {}"], "string", ([date], run) =>
    dateText(date, HTML_DATE, "Local", run),
  ),
  defineFunction("htmlDateInZone", ["interface {}", "string"], "string", ([date, zone], run) =>
    dateText(date, HTML_DATE, zone, run),
  ),
  ...["dateInZone", "date_in_zone"].map((name) =>
    defineFunction(name, ["string", "interface {}", "string"], "string", ([layout, date, zone], run) =>
      dateText(date, layout, zone, run),
    ),
  ),
  ...["dateModify", "date_modify"].map((name) =>
    defineFunction(name, ["string", "time.Time"], "time.Time", ([by, date]) => {
      const nanoseconds = orNothing(() => parseGoDuration(by));
      return nanoseconds === undefined ? date : moved(date, nanoseconds);
    }),
  ),
  ...["mustDateModify", "must_date_modify"].map((name) =>
    defineFunction(name, ["string", "time.Time"], "time.Time", ([by, date]) =>
      moved(
        date,
        orCallError(() => parseGoDuration(by)),
      ),
    ),
  ),
  defineFunction("toDate", ["string", "string"], "time.Time", ([layout, text]) => {
    const read = orNothing(() => parseInstant(layout, text, localLocation));
    return new GoTime(read ?? zeroInstant);
  }),
  defineFunction(
    "mustToDate",
    ["string", "string"],
    "time.Time",
    ([layout, text]) => new GoTime(orCallError(() => parseInstant(layout, text, localLocation))),
  ),
  defineFunction("unixEpoch", ["time.Time"], "string", ([date]) =>
    String(timeArgument(date).instant.seconds),
  ),
  defineFunction("duration", ["interface {}"], "string", ([seconds]) =>
    formatGoDuration(goDuration(wholeSeconds(seconds) * SECOND).nanoseconds),
  ),
  defineFunction("durationRound", ["interface {}"], "string", ([duration], run) =>
    largestUnit(durationOf(duration, run)),
  ),
];

const HTML_DATE = "2006-01-02";
const SECOND = 1_000_000_000n;

const INT_TYPES_OF_AGO: ReadonlySet<string> = new Set(["int", "int64"]);
const INT_TYPES_OF_DATE: ReadonlySet<string> = new Set(["int", "int64", "int32"]);

function now(run: TemplateRun): GoTime {
  run.markImpure("clock");
  return goTimeNow(run.clock.now(), run.clock.monotonic());
}

/** A time, or seconds since 1970 of one of the types that count as such. */
function instantOf(date: GoValue, intTypes: ReadonlySet<string>): Instant | undefined {
  if (date instanceof GoTime) return date.instant;
  const isSeconds = date instanceof GoInt && intTypes.has(date.kind);
  return isSeconds ? unixInstant(date.value, 0n, localLocation) : undefined;
}

function dateText(date: GoValue, layout: string, zone: string, run: TemplateRun): string {
  const instant = instantOf(date, INT_TYPES_OF_DATE) ?? now(run).instant;
  return formatInstant(atLocation(instant, loadLocation(zone) ?? utcLocation), layout);
}

function moved(date: GoValue, nanoseconds: bigint): GoTime {
  return new GoTime(addNanoseconds(timeArgument(date).instant, nanoseconds));
}

/** Texts in base 10; one that is out of range is the largest or smallest number. */
function wholeSeconds(value: GoValue): bigint {
  if (value instanceof GoInt) return value.kind === "int64" ? value.value : 0n;
  if (typeof value !== "string") return 0n;
  try {
    return parseGoInt(value);
  } catch (error) {
    if (!(error instanceof GoNumberError)) throw error;
    if (error.problem === "invalid syntax") return 0n;
    return value.startsWith("-") ? -(2n ** 63n) : 2n ** 63n - 1n;
  }
}

function durationOf(value: GoValue, run: TemplateRun): bigint {
  if (typeof value === "string") return orNothing(() => parseGoDuration(value)) ?? 0n;
  if (value instanceof GoTime) return nanosecondsBetween(value.instant, now(run).instant);
  return value instanceof GoInt && value.kind === "int64" ? durationArgument(value) : 0n;
}

const HOUR = 3600n * SECOND;

/** Nanoseconds of the units of `durationRound`: a year has 365 days, a month 30. */
const UNITS: readonly (readonly [name: string, nanoseconds: bigint])[] = [
  ["y", 365n * 24n * HOUR],
  ["mo", 30n * 24n * HOUR],
  ["d", 24n * HOUR],
  ["h", HOUR],
  ["m", 60n * SECOND],
  ["s", SECOND],
];

/** The size in the largest unit of which there is more than one whole; the sign is dropped. */
function largestUnit(nanoseconds: bigint): string {
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  const unit = UNITS.find(([, length]) => size > length);
  return unit === undefined ? "0s" : `${size / unit[1]}${unit[0]}`;
}

function orNothing<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    if (isProblemOfText(error)) return undefined;
    throw error;
  }
}

function orCallError<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (isProblemOfText(error)) throw new GoCallError(error.message, { cause: error });
    throw error;
  }
}

function isProblemOfText(error: unknown): error is DurationSyntaxError | TimeParseError {
  return error instanceof DurationSyntaxError || error instanceof TimeParseError;
}
