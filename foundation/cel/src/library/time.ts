import { DURATION, INT, STRING, TIMESTAMP } from "../cel-type.ts";
import { type CelFunction, memberFunction } from "../function-table.ts";
import { type CelDuration, CelFailure, type CelTimestamp, type CelValue } from "../value.ts";

const SECOND = 1_000_000_000n;
const RFC3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:[.,](\d+))?([Zz]|[+-]\d{2}:\d{2})$/;

/** Nanoseconds since 1970 of an RFC 3339 text; undefined where it is none. */
// oxlint-disable-next-line complexity -- the defaults of absent groups count as branches
export function parseTimestamp(text: string): bigint | undefined {
  const match = RFC3339.exec(text);
  if (match === null) return undefined;
  const [, year = "", month = "", day = "", hour = "", minute = "", second = "", fraction = "", zone = ""] =
    match;
  const local = new Date(0);
  local.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  if (local.getUTCMonth() !== Number(month) - 1 || local.getUTCDate() !== Number(day)) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  local.setUTCHours(Number(hour), Number(minute), Number(second));
  const offset = zone.length === 1 ? 0 : offsetMinutes(zone);
  if (offset === undefined) return undefined;
  const milliseconds = BigInt(local.getTime() - offset * 60_000);
  return milliseconds * 1_000_000n + BigInt(fraction.slice(0, 9).padEnd(9, "0"));
}

function offsetMinutes(zone: string): number | undefined {
  const [hours = 0, minutes = 0] = zone.slice(1).split(":").map(Number);
  if (hours > 23 || minutes > 59) return undefined;
  return (zone.startsWith("-") ? -1 : 1) * (hours * 60 + minutes);
}

/** Writes a time as RFC 3339 with as many digits as it needs. */
export function formatTimestamp(nanoseconds: bigint): string {
  const rest = ((nanoseconds % SECOND) + SECOND) % SECOND;
  const whole = new Date(Number((nanoseconds - rest) / 1_000_000n)).toISOString().slice(0, 19);
  const fraction = rest === 0n ? "" : `.${rest.toString().padStart(9, "0").replace(/0+$/, "")}`;
  return `${whole}${fraction}Z`;
}

/** The fields of a time in a zone, as a UTC date that shows them. */
function inZone({ nanoseconds }: CelTimestamp, zone: string): Date | CelFailure {
  const milliseconds = Number(
    (nanoseconds - (((nanoseconds % 1_000_000n) + 1_000_000n) % 1_000_000n)) / 1_000_000n,
  );
  if (zone === "" || zone === "UTC") return new Date(milliseconds);
  if (/^[+-]?\d{2}:\d{2}$/.test(zone)) {
    const offset = offsetMinutes(/^[+-]/.test(zone) ? zone : `+${zone}`) ?? 0;
    return new Date(milliseconds + offset * 60_000);
  }
  const local = localTime(milliseconds, zone);
  return local === undefined ? new CelFailure(`unknown time zone ${zone}`) : new Date(local);
}

function localTime(milliseconds: number, zone: string): number | undefined {
  try {
    const format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    const parts = new Map(format.formatToParts(milliseconds).map(({ type, value }) => [type, Number(value)]));
    const at = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
    const date = Date.UTC(at("year"), at("month") - 1, at("day"), at("hour"), at("minute"), at("second"));
    return date + (((milliseconds % 1000) + 1000) % 1000);
  } catch {
    return undefined;
  }
}

function dayOfYear(date: Date): number {
  return Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000);
}

const FIELDS: ReadonlyMap<string, (date: Date) => number> = new Map([
  ["getFullYear", (date: Date) => date.getUTCFullYear()],
  ["getMonth", (date: Date) => date.getUTCMonth()],
  ["getDate", (date: Date) => date.getUTCDate()],
  ["getDayOfMonth", (date: Date) => date.getUTCDate() - 1],
  ["getDayOfWeek", (date: Date) => date.getUTCDay()],
  ["getDayOfYear", dayOfYear],
  ["getHours", (date: Date) => date.getUTCHours()],
  ["getMinutes", (date: Date) => date.getUTCMinutes()],
  ["getSeconds", (date: Date) => date.getUTCSeconds()],
  ["getMilliseconds", (date: Date) => date.getUTCMilliseconds()],
]);

const DURATION_UNITS: ReadonlyMap<string, bigint> = new Map([
  ["getHours", 3600n * SECOND],
  ["getMinutes", 60n * SECOND],
  ["getSeconds", SECOND],
  ["getMilliseconds", 1_000_000n],
]);

/** The functions that read fields of times and lengths of time. */
export const TIME: readonly CelFunction[] = [
  ...Array.from(FIELDS, ([name, field]) => {
    const read = (time: CelTimestamp, zone: string): CelValue => {
      const date = inZone(time, zone);
      return date instanceof CelFailure ? date : BigInt(field(date));
    };
    return memberFunction(
      name,
      [[TIMESTAMP], INT, (time: CelTimestamp) => read(time, "")],
      [[TIMESTAMP, STRING], INT, read],
    );
  }),
  ...Array.from(DURATION_UNITS, ([name, unit]) =>
    memberFunction(name, [[DURATION], INT, (length: CelDuration) => length.nanoseconds / unit]),
  ),
];
