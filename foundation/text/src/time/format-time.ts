import { MONTHS, WEEKDAYS } from "./civil.ts";
import { type Instant, type WallClock, wallClock } from "./instant.ts";
import { isFraction, isOffset, layoutPieces } from "./layout.ts";

/** Writes an instant in a layout, as Go's `Time.Format`. */
export function formatInstant(instant: Instant, layout: string): string {
  const wall = wallClock(instant);
  let out = "";
  for (const { kind, text } of layoutPieces(layout)) out += kind === "text" ? text : chunkText(text, wall);
  return out;
}

function chunkText(chunk: string, wall: WallClock): string {
  const write = WRITERS.get(chunk);
  if (write !== undefined) return write(wall);
  if (isFraction(chunk)) return fractionText(chunk, wall.nanosecond);
  return isOffset(chunk) ? offsetText(chunk, wall.offset) : "";
}

/** Go's way of padding: the sign does not count. */
function padded(value: number, width: number): string {
  return `${value < 0 ? "-" : ""}${String(Math.abs(value)).padStart(width, "0")}`;
}

function monthName({ month }: WallClock): string {
  return MONTHS[month - 1] ?? "";
}

function weekdayName({ weekday }: WallClock): string {
  return WEEKDAYS[weekday] ?? "";
}

/** Noon is 12PM, midnight is 12AM. */
function hour12({ hour }: WallClock): number {
  return hour % 12 === 0 ? 12 : hour % 12;
}

const WRITERS: ReadonlyMap<string, (wall: WallClock) => string> = new Map([
  ["January", monthName],
  ["Jan", (wall) => monthName(wall).slice(0, 3)],
  ["1", ({ month }) => String(month)],
  ["01", ({ month }) => padded(month, 2)],
  ["Monday", weekdayName],
  ["Mon", (wall) => weekdayName(wall).slice(0, 3)],
  ["2", ({ day }) => String(day)],
  ["_2", ({ day }) => String(day).padStart(2)],
  ["02", ({ day }) => padded(day, 2)],
  ["__2", ({ yearDay }) => String(yearDay).padStart(3)],
  ["002", ({ yearDay }) => padded(yearDay, 3)],
  ["15", ({ hour }) => padded(hour, 2)],
  ["3", (wall) => String(hour12(wall))],
  ["03", (wall) => padded(hour12(wall), 2)],
  ["4", ({ minute }) => String(minute)],
  ["04", ({ minute }) => padded(minute, 2)],
  ["5", ({ second }) => String(second)],
  ["05", ({ second }) => padded(second, 2)],
  ["2006", ({ year }) => padded(year, 4)],
  ["06", ({ year }) => padded(Math.abs(year) % 100, 2)],
  ["PM", ({ hour }) => (hour >= 12 ? "PM" : "AM")],
  ["pm", ({ hour }) => (hour >= 12 ? "pm" : "am")],
  ["MST", ({ abbreviation, offset }) => (abbreviation === "" ? offsetText("-0700", offset) : abbreviation)],
]);

function offsetText(chunk: string, offset: number): string {
  if (chunk.startsWith("Z") && offset === 0) return "Z";
  const minutes = Math.floor(Math.abs(offset) / 60);
  const colon = chunk.includes(":") ? ":" : "";
  // Less than a minute has no sign of its own.
  let text = (offset <= -60 ? "-" : "+") + padded(Math.floor(minutes / 60), 2);
  if (chunk.length > 3) text += colon + padded(minutes % 60, 2);
  if (chunk.length > 6) text += colon + padded((offset <= -60 ? -offset : offset) % 60, 2);
  return text;
}

/** Zeros keep all digits, nines drop zeros at the end. */
function fractionText(chunk: string, nanosecond: number): string {
  const digits = String(nanosecond).padStart(9, "0");
  const count = chunk.length - 1;
  // Go writes nine digits at the most.
  const shown = digits.slice(0, count);
  if (chunk.charAt(1) === "0") return chunk.charAt(0) + shown;
  const significant = shown.replace(/0+$/, "");
  return significant === "" ? "" : chunk.charAt(0) + significant;
}
