/** A moment that a scalar gives, in parts. */
interface Moment {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** Digits after the point, or `""`. */
  readonly fraction: string;
  /** `Z`, `+hh:mm` or `-hh:mm`. */
  readonly zone: string;
}

const DATE = /^(\d{4})-(\d{1,2})-(\d{1,2})$/;
const ZONED = /^(\d{4})-(\d{1,2})-(\d{1,2})[Tt](\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,](\d+))?(Z|[+-]\d\d:\d\d)$/;
const SPACED = /^(\d{4})-(\d{1,2})-(\d{1,2}) +(\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,](\d+))?$/;

/**
 * Reads a scalar as go-yaml reads timestamps: four fixed layouts of Go's `time.Parse`.
 *
 * Returns it as RFC 3339 with nanoseconds, the form that Go's JSON encoder writes, or `undefined` where the scalar is
 * no timestamp.
 */
export function parseTimestamp(text: string): string | undefined {
  if (text.charCodeAt(4) !== 0x2d) return undefined;
  const match = ZONED.exec(text) ?? SPACED.exec(text) ?? DATE.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = Array.from({ length: 6 }, (_, i) =>
    Number(match[i + 1] ?? "0"),
  );
  const moment = { year, month, day, hour, minute, second, fraction: match[7] ?? "", zone: match[8] ?? "Z" };
  return isInRange(moment as Moment) ? format(moment as Moment) : undefined;
}

function isInRange({ year, month, day, hour, minute, second, zone }: Moment): boolean {
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return false;
  if (hour > 23 || minute > 59 || second > 59) return false;
  if (zone === "Z") return true;
  return Number(zone.slice(1, 3)) <= 24 && Number(zone.slice(4)) <= 60;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function format({ year, month, day, hour, minute, second, fraction, zone }: Moment): string {
  const digits = fraction.slice(0, 9).replace(/0+$/, "");
  const date = `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
  const time = `${pad(hour, 2)}:${pad(minute, 2)}:${pad(second, 2)}`;
  return `${date}T${time}${digits === "" ? "" : `.${digits}`}${formatZone(zone)}`;
}

/** Go writes an offset of zero as `Z` and carries minutes into hours (`+05:60` is `+06:00`). */
function formatZone(zone: string): string {
  const minutes = zone === "Z" ? 0 : Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4));
  if (minutes === 0) return "Z";
  return `${zone.charAt(0)}${pad(Math.floor(minutes / 60), 2)}:${pad(minutes % 60, 2)}`;
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, "0");
}
