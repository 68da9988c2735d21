import { quoteGo } from "@weir/text";
import { quotedChar } from "./quoted-char.ts";

/** Parts of Go's layout `2006-01-02`. */
const DATE_PARTS: ReadonlyArray<readonly [element: string, pattern: RegExp]> = [
  ["2006", /^\d{4}/],
  ["-", /^-/],
  ["01", /^\d{2}/],
  ["-", /^-/],
  ["02", /^\d{2}/],
];

export function dateProblem(text: string): string | undefined {
  const prefix = `parsing time ${quoteGo(text)}`;
  let rest = text;
  for (const [element, pattern] of DATE_PARTS) {
    const found = pattern.exec(rest)?.[0];
    if (found === undefined) {
      return `${prefix} as "2006-01-02": cannot parse ${quoteGo(rest)} as ${quoteGo(element)}`;
    }
    rest = rest.slice(found.length);
  }
  const [year = 0, month = 0, day = 0] = text.slice(0, 10).split("-").map(Number);
  if (month < 1 || month > 12) return `${prefix}: month out of range`;
  if (rest !== "") return `${prefix}: extra text: ${quoteGo(rest)}`;
  const days = new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
  return day < 1 || day > days ? `${prefix}: day out of range` : undefined;
}

const MINUTES_OF_DAY = 24 * 60;

export function timeProblem(text: string): string | undefined {
  if (Buffer.byteLength(text) < 9) return "less than 9 characters long";
  if (text[2] !== ":" || text[5] !== ":") return "missing colon in correct place";
  const numbers = numbersOf(text.slice(0, 8));
  const problem = rangeProblem(numbers, "hour/min/sec", "");
  if (problem !== undefined) return problem;
  const fraction = /^\.\d*/.exec(text.slice(8))?.[0] ?? "";
  if (fraction === ".") return "no digits in second fraction";
  const offset = offsetMinutes(text.slice(8 + fraction.length));
  return typeof offset === "string" ? offset : leapProblem(numbers, offset);
}

/** A leap second comes at the end of a day only. */
function leapProblem(
  [hour = 0, minute = 0, second = 0]: readonly number[],
  offset: number,
): string | undefined {
  const minutes = (hour * 60 + minute + offset + MINUTES_OF_DAY) % MINUTES_OF_DAY;
  return second >= 60 && minutes !== MINUTES_OF_DAY - 1 ? "invalid leap second" : undefined;
}

function numbersOf(text: string): readonly number[] {
  return text.split(":").map((part) => (/^[+-]?\d+$/.test(part) ? Number(part) : Number.NaN));
}

const HIGHEST = [23, 59, 60];

function rangeProblem(numbers: readonly number[], name: string, where: string): string | undefined {
  if (numbers.some(Number.isNaN)) return `invalid ${name}${where}`;
  if (numbers.some((number) => number < 0)) return `non-positive ${name}${where}`;
  const isOut = numbers.some((number, index) => number > (HIGHEST[index] ?? 0));
  return isOut ? `${name}${where} out of range` : undefined;
}

/** What leads from the offset's local time to UTC, or what is wrong with it. */
function offsetMinutes(text: string): number | string {
  if (text === "z" || text === "Z") return 0;
  if (Buffer.byteLength(text) !== 6) return "offset must be 6 characters long";
  if (!/^[+-]/.test(text)) return "offset must begin with plus/minus";
  if (text[3] !== ":") return "missing colon in offset in correct place";
  const [hour = Number.NaN, minute = Number.NaN] = numbersOf(text.slice(1));
  const minutes = hour * 60 + minute;
  return (
    rangeProblem([hour, minute], "hour/min", " in offset") ?? (text.startsWith("+") ? -minutes : minutes)
  );
}

export function dateTimeProblem(text: string): string | undefined {
  if (Buffer.byteLength(text) < 20) return "less than 20 characters long";
  if (text[10] !== "t" && text[10] !== "T") return "11th character must be t or T";
  const date = dateProblem(text.slice(0, 10));
  if (date !== undefined) return `invalid date element: ${date}`;
  const time = timeProblem(text.slice(11));
  return time === undefined ? undefined : `invalid time element: ${time}`;
}

const UNITS = ["YMD", "HMS"];

export function durationProblem(text: string): string | undefined {
  if (!text.startsWith("P")) return "must start with P";
  const rest = text.slice(1);
  if (rest === "") return "nothing after P";
  if (rest.endsWith("W")) {
    const weeks = rest.slice(0, -1);
    if (weeks === "") return "no number in week";
    return /^\d+$/.test(weeks) ? undefined : "invalid week";
  }
  for (const [index, part] of rest.split("T").entries()) {
    if (index > 0 && part === "") return "no time elements";
    const units = UNITS[index];
    if (units === undefined) return "more than one T";
    const problem = elementsProblem(part, units);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function elementsProblem(part: string, all: string): string | undefined {
  let units = all;
  for (let rest = part; rest !== ""; ) {
    const digits = /^\d*/.exec(rest)?.[0] ?? "";
    if (digits === "") return "missing number";
    const unit = rest.charAt(digits.length);
    if (unit === "") return "missing unit";
    const at = units.indexOf(unit);
    if (at === -1)
      return all.includes(unit)
        ? `unit ${quotedChar(unit)} out of order`
        : `invalid unit ${quotedChar(unit)}`;
    units = units.slice(at + 1);
    rest = rest.slice(digits.length + 1);
  }
  return undefined;
}

export function periodProblem(text: string): string | undefined {
  const slash = text.indexOf("/");
  if (slash === -1) return "missing slash";
  const [start, end] = [text.slice(0, slash), text.slice(slash + 1)];
  const startsWithDuration = start.startsWith("P");
  const first = startsWithDuration
    ? within("invalid start duration", durationProblem(start))
    : within("invalid start date-time", dateTimeProblem(start));
  if (first !== undefined) return first;
  return !startsWithDuration && end.startsWith("P")
    ? within("invalid end duration", durationProblem(end))
    : within("invalid end date-time", dateTimeProblem(end));
}

function within(context: string, problem: string | undefined): string | undefined {
  return problem === undefined ? undefined : `${context}: ${problem}`;
}
