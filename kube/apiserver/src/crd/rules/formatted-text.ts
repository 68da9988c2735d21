import { CelDuration, celFailure, CelTimestamp, type CelValue } from "@weir/cel";
import { parseGoDuration } from "@weir/core";
import { type Instant, parseInstant, utcLocation } from "@weir/text";

const RFC3339 = "2006-01-02T15:04:05Z07:00";
const LOCAL_TIME = "2006-01-02T15:04:05";
const DATE = "2006-01-02";

/** A text as rules see it by its schema's format: a text that is none of that format is the failure to read it. */
export function formattedText(text: string, format: string | undefined): CelValue {
  switch (format) {
    case "byte":
      return bytes(text);
    case "duration":
      return read(text, "duration", () => new CelDuration(duration(text)));
    case "date":
      return read(text, "date formatted string", () => timestamp(parseInstant(DATE, text, utcLocation)));
    case "date-time":
      return read(text, "date-time formatted string", () => timestamp(dateTime(text)));
    default:
      return text;
  }
}

function read(text: string, what: string, parse: () => CelValue): CelValue {
  try {
    return parse();
  } catch (error) {
    return celFailure(`Invalid ${what} ${text}: ${(error as Error).message}`);
  }
}

function timestamp({ seconds, nanoseconds }: Instant): CelTimestamp {
  return new CelTimestamp(seconds * 1_000_000_000n + BigInt(nanoseconds));
}

function dateTime(text: string): Instant {
  try {
    return parseInstant(RFC3339, text === "" ? "1970-01-01T00:00:00Z" : text, utcLocation);
  } catch {
    // A text that is neither is told of by the format that was tried last.
    return parseInstant(LOCAL_TIME, text, utcLocation);
  }
}

const UNITS: ReadonlyArray<readonly [names: RegExp, nanoseconds: bigint]> = [
  [/^(?:ns$|nano)/, 1n],
  [/^(?:us$|µs$|micro)/, 1000n],
  [/^(?:ms$|milli)/, 1_000_000n],
  [/^(?:s$|sec)/, 1_000_000_000n],
  [/^(?:m$|min)/, 60_000_000_000n],
  [/^(?:h$|hr$|hour)/, 3_600_000_000_000n],
  [/^(?:d$|day)/, 86_400_000_000_000n],
  [/^(?:w$|wk$|week)/, 604_800_000_000_000n],
];

/** A duration in Go's syntax, or all that a text holds of numbers with a unit: `1 hour 30 minutes`, `PT1H`. */
function duration(text: string): bigint {
  try {
    return parseGoDuration(text);
  } catch {
    return wordedDuration(text);
  }
}

function wordedDuration(text: string): bigint {
  let total = 0n;
  let found = false;
  for (const [, digits = "", unit = ""] of text.matchAll(/([0-9]+)[ \t\n\f\r]*([A-Za-zµ]+)/g)) {
    const significant = digits.replace(/^0+/, "");
    if (significant.length > 19 || BigInt(significant) >= 2n ** 63n)
      throw new RangeError(`strconv.Atoi: parsing "${digits}": value out of range`);
    const nanoseconds = UNITS.find(([names]) => names.test(unit.toLowerCase()))?.[1];
    found ||= nanoseconds !== undefined;
    total += BigInt(significant) * (nanoseconds ?? 0n);
  }
  if (!found) throw new RangeError(`unable to parse ${text} as duration`);
  return BigInt.asIntN(64, total);
}

const URL_BASE64 = /^(?:[\w-]{4})*(?:[\w-]{2}==|[\w-]{3}=)?$/;

/** Bytes in the alphabet for URLs, which is what rules read, whatever the format lets pass. */
function bytes(text: string): CelValue {
  const plain = text.replaceAll(/[\r\n]/g, "");
  if (URL_BASE64.test(plain)) return new Uint8Array(Buffer.from(plain, "base64url"));
  return celFailure(
    `Invalid byte formatted string ${text}: illegal base64 data at input byte ${faultyByte(text)}`,
  );
}

/** Where Go's decoder stops, in a text that has a fault. */
function faultyByte(text: string): number {
  const data = Buffer.from(text).toString("latin1");
  const body = /^[\w\r\n-]*/.exec(data)?.[0] ?? "";
  const inQuantum = body.replaceAll(/[\r\n]/g, "").length % 4;
  const at = body.length;
  if (at === data.length) return at - inQuantum;
  if (data[at] !== "=" || inQuantum < 2) return at;
  const second = afterBreaks(data, at + 1);
  if (inQuantum === 3) return second;
  if (second === data.length) return second;
  return data[second] === "=" ? afterBreaks(data, second + 1) : second - 1;
}

function afterBreaks(data: string, start: number): number {
  let at = start;
  while (data[at] === "\n" || data[at] === "\r") at++;
  return at;
}
