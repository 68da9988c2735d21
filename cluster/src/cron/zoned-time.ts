import { CronScheduleError } from "./cron-error.ts";

/** The parts of a time as a clock on the wall of a place shows it; months and days of the week as Go counts them. */
export interface WallTime {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** 0 is Sunday. */
  readonly weekday: number;
}

/** Times of one place, as Go's `time.Location` reckons them. */
export interface Zone {
  wallTime(ms: number): WallTime;
  /** Where a time is there twice or not at all, one of those next to it. */
  date(wall: Omit<WallTime, "weekday">): number;
}

const UTC_NAMES = new Set(["", "UTC", "Etc/UTC"]);

/** The zone of a name of the IANA database; `""` is UTC. Throws a `CronScheduleError`. */
export function zoneOf(name: string): Zone {
  if (UTC_NAMES.has(name)) return zoneWith(() => 0);
  if (name === "Local") throw new CronScheduleError("the time zone Local is not known");
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: name,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  } catch (cause) {
    throw new CronScheduleError(`unknown time zone ${name}`, { cause });
  }
  return zoneWith((ms) => offsetOf(format, ms));
}

/** How far the place is ahead of UTC at a time. */
function offsetOf(format: Intl.DateTimeFormat, ms: number): number {
  const part: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(ms)) part[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(ms / 1000) * 1000;
}

function zoneWith(offsetAt: (ms: number) => number): Zone {
  return {
    wallTime: (ms) => {
      const shown = new Date(ms + offsetAt(ms));
      return {
        year: shown.getUTCFullYear(),
        month: shown.getUTCMonth() + 1,
        day: shown.getUTCDate(),
        hour: shown.getUTCHours(),
        minute: shown.getUTCMinutes(),
        second: shown.getUTCSeconds(),
        weekday: shown.getUTCDay(),
      };
    },
    date: ({ year, month, day, hour, minute, second }) => {
      const shown = Date.UTC(year, month - 1, day, hour, minute, second);
      return shown - offsetAt(shown - offsetAt(shown));
    },
  };
}
