import { quoteGo } from "@weir/text";

const LAYOUT = "2006-01-02T15:04:05Z07:00";

/** Parts of the layout, each with what a text may have in its place. */
const PARTS: ReadonlyArray<readonly [element: string, pattern: RegExp]> = [
  ["2006", /^\d{4}/],
  ["-", /^-/],
  ["01", /^\d{2}/],
  ["-", /^-/],
  ["02", /^\d{2}/],
  ["T", /^T/],
  ["15", /^\d{2}/],
  [":", /^:/],
  ["04", /^\d{2}/],
  [":", /^:/],
  ["05", /^\d{2}(?:[.,]\d+)?/],
  ["Z07:00", /^(?:Z|[+-]\d{2}:\d{2})/],
];

/** What keeps a text from being a time of RFC 3339, in the words of Go's package time; undefined for a time. */
export function rfc3339Problem(text: string): string | undefined {
  let rest = text;
  for (const [element, pattern] of PARTS) {
    const found = pattern.exec(rest)?.[0];
    if (found === undefined) return problem(text, `: cannot parse ${quoteGo(rest)} as ${quoteGo(element)}`);
    rest = rest.slice(found.length);
  }
  if (rest !== "") return problem(text, `: extra text: ${quoteGo(rest)}`);
  const [year, month, day, hour, minute, second] = text.split(/[-T:.,Z+]/, 6).map(Number);
  if (!isWithin(month, 1, 12)) return problem(text, ": month out of range");
  if (!isWithin(hour, 0, 23)) return problem(text, ": hour out of range");
  if (!isWithin(minute, 0, 59)) return problem(text, ": minute out of range");
  if (!isWithin(second, 0, 59)) return problem(text, ": second out of range");
  const days = new Date(Date.UTC(year ?? 0, month ?? 0, 0)).getUTCDate();
  return isWithin(day, 1, days) ? undefined : problem(text, ": day out of range");
}

function isWithin(value: number | undefined, low: number, high: number): boolean {
  return value !== undefined && value >= low && value <= high;
}

function problem(text: string, detail: string): string {
  return `parsing time ${quoteGo(text)} as ${quoteGo(LAYOUT)}${detail}`;
}
