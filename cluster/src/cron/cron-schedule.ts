import { goDurationMs } from "@weir/core";
import { CronScheduleError } from "./cron-error.ts";
import { type WallTime, type Zone, zoneOf } from "./zoned-time.ts";

/** When something is due. */
export interface CronSchedule {
  /** The first time after another one, both in milliseconds; absent where there is none within five years. */
  next(afterMs: number): number | undefined;
}

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

const MINUTES: Bounds = { min: 0, max: 59 };
const HOURS: Bounds = { min: 0, max: 23 };
const DAYS: Bounds = { min: 1, max: 31 };
const MONTHS: Bounds = {
  min: 1,
  max: 12,
  names: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
};
const WEEKDAYS: Bounds = { min: 0, max: 6, names: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] };

/** The values of a field, and whether it said `*`: a day matches either day field unless one of them is a star. */
interface Field {
  readonly values: ReadonlySet<number>;
  readonly isStar: boolean;
}

interface Fields {
  readonly minute: Field;
  readonly hour: Field;
  readonly day: Field;
  readonly month: Field;
  readonly weekday: Field;
}

const DESCRIPTORS: ReadonlyMap<string, string> = new Map([
  ["@yearly", "0 0 1 1 *"],
  ["@annually", "0 0 1 1 *"],
  ["@monthly", "0 0 1 * *"],
  ["@weekly", "0 0 * * 0"],
  ["@daily", "0 0 * * *"],
  ["@midnight", "0 0 * * *"],
  ["@hourly", "0 * * * *"],
]);

/**
 * Reads a schedule as CronJobs have it: five fields, `@hourly` and its kin, `@every 1h30m`, with `TZ=` or `CRON_TZ=` before
 * it. Matches the parser that Kubernetes uses (robfig/cron v3). Throws a `CronScheduleError`.
 */
export function parseCronSchedule(text: string): CronSchedule {
  if (text === "") throw new CronScheduleError("empty spec string");
  const zoned = /^(?:CRON_)?TZ=(\S*) +/.exec(text);
  const zone = zoneOf(zoned?.[1] ?? "");
  const spec = zoned === null ? text : text.slice(zoned[0].length).trim();
  if (spec.startsWith("@every ")) return every(spec.slice("@every ".length));
  if (!spec.startsWith("@")) return specSchedule(readFields(spec), zone);
  const fields = DESCRIPTORS.get(spec);
  if (fields === undefined) throw new CronScheduleError(`unrecognized descriptor: ${spec}`);
  return specSchedule(readFields(fields), zone);
}

function every(text: string): CronSchedule {
  let ms: number;
  try {
    ms = goDurationMs(text);
  } catch (cause) {
    throw new CronScheduleError(`failed to parse duration ${text}`, { cause });
  }
  const delayMs = Math.max(1, Math.floor(ms / 1000)) * 1000;
  return { next: (afterMs) => Math.floor(afterMs / 1000) * 1000 + delayMs };
}

function readFields(spec: string): Fields {
  const fields = spec.split(/\s+/).filter((field) => field !== "");
  const [minute = "", hour = "", day = "", month = "", weekday = ""] = fields;
  if (fields.length !== 5)
    throw new CronScheduleError(`expected exactly 5 fields, found ${fields.length}: [${fields.join(" ")}]`);
  return {
    minute: readField(minute, MINUTES),
    hour: readField(hour, HOURS),
    day: readField(day, DAYS),
    month: readField(month, MONTHS),
    weekday: readField(weekday, WEEKDAYS),
  };
}

function readField(field: string, bounds: Bounds): Field {
  const ranges = field
    .split(",")
    .filter((range) => range !== "")
    .map((range) => readRange(range, bounds));
  return {
    values: new Set(ranges.flatMap(({ values }) => [...values])),
    isStar: ranges.some(({ isStar }) => isStar),
  };
}

/** `*`, `?`, a number or a name, `a-b`, each with `/step`; `a/step` goes on to the end. */
function readRange(range: string, bounds: Bounds): Field {
  const [lowAndHigh = "", stepText, ...moreSteps] = range.split("/");
  const { start, end: stated, isAll, isOne } = readEnds(lowAndHigh, range, bounds);
  if (moreSteps.length > 0) throw new CronScheduleError(`too many slashes: ${range}`);
  const step = stepText === undefined ? 1 : readNumber(stepText);
  const end = stepText !== undefined && isOne ? bounds.max : stated;
  checkRange(range, { start, end, step }, bounds);
  const values = new Set<number>();
  for (let value = start; value <= end; value += step) values.add(value);
  return { values, isStar: isAll && step <= 1 };
}

interface Ends {
  readonly start: number;
  readonly end: number;
  readonly isAll: boolean;
  readonly isOne: boolean;
}

function readEnds(lowAndHigh: string, range: string, bounds: Bounds): Ends {
  const [low = "", high, ...more] = lowAndHigh.split("-");
  const isOne = high === undefined;
  if (low === "*" || low === "?") return { start: bounds.min, end: bounds.max, isAll: true, isOne };
  const start = readValue(low, bounds);
  if (more.length > 0) throw new CronScheduleError(`too many hyphens: ${range}`);
  return { start, end: isOne ? start : readValue(high, bounds), isAll: false, isOne };
}

function checkRange(
  range: string,
  { start, end, step }: { readonly start: number; readonly end: number; readonly step: number },
  { min, max }: Bounds,
): void {
  if (start < min)
    throw new CronScheduleError(`beginning of range (${start}) below minimum (${min}): ${range}`);
  if (end > max) throw new CronScheduleError(`end of range (${end}) above maximum (${max}): ${range}`);
  if (start > end)
    throw new CronScheduleError(`beginning of range (${start}) beyond end of range (${end}): ${range}`);
  if (step === 0) throw new CronScheduleError(`step of range should be a positive number: ${range}`);
}

function readValue(text: string, { names, min }: Bounds): number {
  const index = names?.indexOf(text.toLowerCase()) ?? -1;
  return index < 0 ? readNumber(text) : index + min;
}

function readNumber(text: string): number {
  if (/^-\d+$/.test(text)) throw new CronScheduleError(`negative number (${text}) not allowed: ${text}`);
  if (/^\+?\d{1,15}$/.test(text)) return Number(text);
  throw new CronScheduleError(
    `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`,
  );
}

const YEARS = 5;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/**
 * Looks for the next time part by part: the month, the day, the hour, the minute. A part that comes round begins the search
 * again, since the parts before it have changed.
 */
function specSchedule(fields: Fields, zone: Zone): CronSchedule {
  return {
    next: (afterMs) => {
      const search = new Search(fields, zone, (Math.floor(afterMs / 1000) + 1) * 1000);
      const lastYear = zone.wallTime(afterMs).year + YEARS;
      while (search.wall.year <= lastYear) {
        if (search.findMonth() && search.findDay() && search.findHour() && search.findMinute())
          return search.ms;
      }
      return undefined;
    },
  };
}

/** A search whose parts below the one that was changed last are zero. */
class Search {
  readonly #fields: Fields;
  readonly #zone: Zone;
  #isFloored = false;
  ms: number;
  wall: WallTime;

  constructor(fields: Fields, zone: Zone, ms: number) {
    this.#fields = fields;
    this.#zone = zone;
    this.ms = ms;
    this.wall = zone.wallTime(ms);
  }

  findMonth(): boolean {
    while (!this.#fields.month.values.has(this.wall.month)) {
      const { year, month } = this.wall;
      this.#go(this.#zone.date({ year, month: month + 1, day: 1, hour: 0, minute: 0, second: 0 }));
      if (this.wall.month === 1) return false;
    }
    return true;
  }

  findDay(): boolean {
    while (!this.#isDay()) {
      const { year, month, day, hour, minute, second } = this.wall;
      const time = this.#isFloored ? { hour, minute, second } : { hour: 0, minute: 0, second: 0 };
      this.#go(this.#zone.date({ year, month, day: day + 1, ...time }));
      this.#leaveMissingMidnight();
      if (this.wall.day === 1) return false;
    }
    return true;
  }

  findHour(): boolean {
    while (!this.#fields.hour.values.has(this.wall.hour)) {
      if (!this.#isFloored) {
        const { year, month, day, hour } = this.wall;
        this.#go(this.#zone.date({ year, month, day, hour, minute: 0, second: 0 }));
      }
      this.#go(this.ms + HOUR_MS);
      if (this.wall.hour === 0) return false;
    }
    return true;
  }

  findMinute(): boolean {
    while (!this.#fields.minute.values.has(this.wall.minute)) {
      if (!this.#isFloored) this.#go(Math.floor(this.ms / MINUTE_MS) * MINUTE_MS);
      this.#go(this.ms + MINUTE_MS);
      if (this.wall.minute === 0) return false;
    }
    return this.#findSecond();
  }

  /** Schedules have no seconds: they are due as a minute begins. */
  #findSecond(): boolean {
    if (this.wall.second === 0) return true;
    this.#go(Math.floor(this.ms / MINUTE_MS) * MINUTE_MS + MINUTE_MS);
    return false;
  }

  /** Where clocks are put forward at midnight, the day begins later, or the one before ends twice. */
  #leaveMissingMidnight(): void {
    const { hour } = this.wall;
    if (hour === 0) return;
    this.#go(hour > 12 ? this.ms + (24 - hour) * HOUR_MS : this.ms - hour * HOUR_MS);
  }

  #isDay(): boolean {
    const { day, weekday } = this.#fields;
    const isDay = day.values.has(this.wall.day);
    const isWeekday = weekday.values.has(this.wall.weekday);
    return day.isStar || weekday.isStar ? isDay && isWeekday : isDay || isWeekday;
  }

  #go(ms: number): void {
    this.ms = ms;
    this.wall = this.#zone.wallTime(ms);
    this.#isFloored = true;
  }
}
