import { daysInMonth, isLeapYear, MONTHS, WEEKDAYS } from "./civil.ts";
import { fixedLocation, type GoLocation, utcLocation } from "./go-location.ts";
import { atLocation, calendarInstant, type Instant, unixInstant } from "./instant.ts";
import { isFraction, isOffset, layoutPieces } from "./layout.ts";
import { quoteAsTime, TimeParseError } from "./time-parse-error.ts";

/**
 * Reads a time in a layout, as Go's `time.ParseInLocation`; throws `TimeParseError` in Go's words.
 *
 * What the layout leaves out is zero or one; a text without a zone is in `location`.
 */
export function parseInstant(layout: string, value: string, location: GoLocation): Instant {
  const reader = new TimeReader(layout, value);
  reader.readAll();
  return reader.instantIn(location);
}

/** Not for users: the caller knows what could not be read. */
const BAD = Symbol("bad value for field");

class TimeReader {
  readonly #layout: string;
  readonly #value: string;
  /** What is left of the value. */
  #rest: string;
  /** The chunk after the one at hand, past any text. */
  #nextChunk: string | undefined;
  #outOfRange: string | undefined;

  #year = 0;
  #month: number | undefined;
  #day: number | undefined;
  #yearDay: number | undefined;
  #hour = 0;
  #minute = 0;
  #second = 0;
  #nanosecond = 0;
  #half: "am" | "pm" | undefined;
  #isUtc = false;
  #offset: number | undefined;
  #zoneName = "";

  constructor(layout: string, value: string) {
    this.#layout = layout;
    this.#value = value;
    this.#rest = value;
  }

  readAll(): void {
    const pieces = layoutPieces(this.#layout);
    for (const [index, { kind, text }] of pieces.entries()) {
      if (kind === "text") {
        this.#skip(text);
        continue;
      }
      this.#nextChunk = pieces.slice(index + 1, index + 3).find((piece) => piece.kind === "chunk")?.text;
      this.#readChunk(text);
    }
    if (this.#rest !== "") throw this.#problem(`: extra text: ${quoteAsTime(this.#rest)}`);
  }

  #problem(problem: string): TimeParseError {
    return new TimeParseError(this.#layout, this.#value, problem);
  }

  #cannotParse(text: string, element: string): TimeParseError {
    const layout = quoteAsTime(this.#layout);
    return this.#problem(` as ${layout}: cannot parse ${quoteAsTime(text)} as ${quoteAsTime(element)}`);
  }

  /** Passes over a layout's text; runs of spaces are alike. */
  #skip(prefix: string): void {
    let rest = this.#rest;
    let left = prefix;
    while (left !== "") {
      if (left.startsWith(" ")) {
        if (rest !== "" && !rest.startsWith(" ")) throw this.#cannotParse(rest, prefix);
        left = left.replace(/^ +/, "");
        rest = rest.replace(/^ +/, "");
      } else {
        const plain = /^[^ ]+/.exec(left)?.[0] ?? "";
        const common = commonPrefix(plain, rest);
        if (common < plain.length) throw this.#cannotParse(rest.slice(common), prefix);
        left = left.slice(plain.length);
        rest = rest.slice(plain.length);
      }
    }
    this.#rest = rest;
  }

  #readChunk(chunk: string): void {
    const before = this.#rest;
    try {
      this.#read(chunk);
    } catch (error) {
      if (error !== BAD) throw error;
      if (this.#outOfRange === undefined) throw this.#cannotParse(before, chunk);
    }
    if (this.#outOfRange !== undefined) throw this.#problem(`: ${this.#outOfRange} out of range`);
  }

  #read(chunk: string): void {
    if (isFraction(chunk)) this.#readFraction(chunk);
    else if (chunk.startsWith("Z") && this.#rest.startsWith("Z")) this.#readZulu("Z");
    else if (isOffset(chunk)) this.#readOffset(chunk);
    else if (chunk === "MST") this.#readZoneName();
    else if (/^[JM]/.test(chunk)) this.#readName(chunk);
    else if (chunk === "PM" || chunk === "pm") this.#readHalf(chunk);
    else if (chunk === "2006" || chunk === "06") this.#readYear(chunk);
    else this.#readNumber(chunk);
  }

  #take(pattern: RegExp): string {
    const found = pattern.exec(this.#rest)?.[0];
    if (found === undefined) throw BAD;
    this.#rest = this.#rest.slice(found.length);
    return found;
  }

  /** One or two digits, or exactly two. */
  #takeNumber(isFixed: boolean): number {
    return Number(this.#take(isFixed ? /^[0-9]{2}/ : /^[0-9]{1,2}/));
  }

  #readYear(chunk: string): void {
    // The first character decides before the rest is looked at, as a sign is read otherwise.
    const text = this.#take(chunk === "2006" ? /^[0-9][^]{3}/ : /^[^]{2}/);
    if (!/^[+-]?[0-9]+$/.test(text)) throw BAD;
    const year = Number(text);
    if (chunk === "2006") this.#year = year;
    else this.#year = year + (year >= 69 ? 1900 : 2000);
  }

  #readName(chunk: string): void {
    const isMonth = chunk.startsWith("J");
    const names: readonly string[] = isMonth ? MONTHS : WEEKDAYS;
    const isShort = chunk.length === 3;
    const index = names.findIndex((name) => {
      const shown = isShort ? name.slice(0, 3) : name;
      return this.#rest.slice(0, shown.length).toLowerCase() === shown.toLowerCase();
    });
    const name = names[index];
    if (name === undefined) throw BAD;
    this.#rest = this.#rest.slice(isShort ? 3 : name.length);
    // A weekday is looked at and forgotten.
    if (isMonth) this.#month = index + 1;
  }

  #readHalf(chunk: "PM" | "pm"): void {
    const text = this.#take(chunk === "PM" ? /^[AP]M/ : /^[ap]m/);
    this.#half = text.toLowerCase() as "am" | "pm";
  }

  // oxlint-disable-next-line complexity -- a table of chunks
  #readNumber(chunk: string): void {
    const isFixed = chunk.length === 2 && chunk.startsWith("0");
    switch (chunk) {
      case "1":
      case "01":
        this.#month = this.#takeNumber(isFixed);
        this.#check("month", this.#month >= 1 && this.#month <= 12);
        return;
      case "2":
      case "_2":
      case "02":
        if (chunk === "_2") this.#rest = this.#rest.replace(/^ /, "");
        this.#day = this.#takeNumber(isFixed);
        return;
      case "__2":
      case "002":
        if (chunk === "__2") this.#rest = this.#rest.replace(/^ {1,2}/, "");
        this.#yearDay = Number(this.#take(chunk === "002" ? /^[0-9]{3}/ : /^[0-9]{1,3}/));
        return;
      case "15":
        this.#hour = this.#takeNumber(false);
        this.#check("hour", this.#hour < 24);
        return;
      case "3":
      case "03":
        this.#hour = this.#takeNumber(isFixed);
        this.#check("hour", this.#hour <= 12);
        return;
      case "4":
      case "04":
        this.#minute = this.#takeNumber(isFixed);
        this.#check("minute", this.#minute < 60);
        return;
      default:
        this.#readSecond(isFixed);
    }
  }

  #check(name: string, isInRange: boolean): void {
    if (!isInRange) this.#outOfRange = name;
  }

  /** A fraction may follow the seconds whether the layout says so or not. */
  #readSecond(isFixed: boolean): void {
    this.#second = this.#takeNumber(isFixed);
    this.#check("second", this.#second < 60);
    if (this.#outOfRange !== undefined || isFraction(this.#nextChunk)) return;
    if (/^[.,][0-9]/.test(this.#rest)) this.#nanosecond = fraction(this.#take(/^[.,][0-9]+/).slice(1));
  }

  #readFraction(chunk: string): void {
    if (chunk.charAt(1) === "9") {
      if (/^[.,][0-9]/.test(this.#rest)) this.#nanosecond = fraction(this.#take(/^[.,][0-9]+/).slice(1));
      return;
    }
    const text = this.#rest.slice(0, chunk.length);
    if (text.length < chunk.length || !/^[.,]/.test(text)) throw BAD;
    const digits = text.slice(1, 10);
    if (!/^[+-]?[0-9]+$/.test(digits)) throw BAD;
    this.#rest = this.#rest.slice(chunk.length);
    this.#check("fractional second", !(digits.startsWith("-") && Number(digits) < 0));
    this.#nanosecond = Number(digits) * 10 ** (9 - digits.length);
  }

  #readOffset(chunk: string): void {
    const found = OFFSETS.get(chunk.slice(1))?.exec(this.#rest);
    if (!found) throw BAD;
    this.#rest = this.#rest.slice(found[0].length);
    const [, sign, hours, minutes = "00", seconds = "00"] = found;
    const hour = twoDigits(hours);
    const minute = hour === undefined ? undefined : twoDigits(minutes);
    const second = minute === undefined ? undefined : twoDigits(seconds);
    // Some write offsets of 24 hours or 60 minutes.
    this.#check("time zone offset hour", !isAbove(hour, 24));
    this.#check("time zone offset minute", !isAbove(minute, 60));
    this.#check("time zone offset second", !isAbove(second, 60));
    if (hour === undefined || minute === undefined || second === undefined || !isSign(sign)) throw BAD;
    const size = (hour * 60 + minute) * 60 + second;
    this.#offset = sign === "-" ? -size : size;
  }

  #readZulu(text: string): void {
    this.#rest = this.#rest.slice(text.length);
    this.#isUtc = true;
  }

  #readZoneName(): void {
    if (this.#rest.startsWith("UTC")) {
      this.#readZulu("UTC");
      return;
    }
    const length = zoneNameLength(this.#rest);
    if (length === 0) throw BAD;
    this.#zoneName = this.#rest.slice(0, length);
    this.#rest = this.#rest.slice(length);
  }

  /** The instant that was read, in the zone that was read or in the given one. */
  instantIn(location: GoLocation): Instant {
    const { month, day } = this.#date();
    if (day < 1 || day > daysInMonth(this.#year, month)) throw this.#problem(": day out of range");
    const calendar = {
      year: this.#year,
      month,
      day,
      hour: this.#hourOfDay(),
      minute: this.#minute,
      second: this.#second,
      nanosecond: this.#nanosecond,
    };
    if (this.#isUtc) return calendarInstant(calendar, utcLocation);
    const asUtc = calendarInstant(calendar, utcLocation);
    // -1 second is how Go says that there is no offset.
    if (this.#offset !== undefined && this.#offset !== -1) {
      return this.#atOffset(asUtc, this.#offset, location);
    }
    if (this.#zoneName !== "") return this.#atZone(asUtc, location);
    return calendarInstant(calendar, location);
  }

  #hourOfDay(): number {
    if (this.#half === "pm" && this.#hour < 12) return this.#hour + 12;
    return this.#half === "am" && this.#hour === 12 ? 0 : this.#hour;
  }

  #date(): { readonly month: number; readonly day: number } {
    if (this.#yearDay === undefined) return { month: this.#month ?? 1, day: this.#day ?? 1 };
    const found = dateOfYearDay(this.#year, this.#yearDay);
    if (found === undefined) throw this.#problem(": day-of-year out of range");
    if (this.#month !== undefined && this.#month !== found.month) {
      throw this.#problem(": day-of-year does not match month");
    }
    if (this.#day !== undefined && this.#day !== found.day) {
      throw this.#problem(": day-of-year does not match day");
    }
    return found;
  }

  #atOffset(asUtc: Instant, offset: number, location: GoLocation): Instant {
    const moved = unixInstant(asUtc.seconds - BigInt(offset), BigInt(asUtc.nanoseconds), location);
    const local = location.offsetAt(moved.seconds);
    const isLocal =
      local.seconds === offset && (this.#zoneName === "" || local.abbreviation === this.#zoneName);
    return isLocal ? moved : atLocation(moved, fixedLocation(this.#zoneName, offset));
  }

  /** A name says its offset only where the location uses it, or with a number after GMT. */
  #atZone(asUtc: Instant, location: GoLocation): Instant {
    const local = location.offsetAt(asUtc.seconds);
    if (local.abbreviation === this.#zoneName) {
      return unixInstant(asUtc.seconds - BigInt(local.seconds), BigInt(asUtc.nanoseconds), location);
    }
    const hours = /^GMT([+-][0-9]+)$/.exec(this.#zoneName)?.[1] ?? "0";
    return atLocation(asUtc, fixedLocation(this.#zoneName, Number(hours) * 3600));
  }
}

const OFFSETS: ReadonlyMap<string, RegExp> = new Map([
  ["0700", /^([^])([^]{2})([^]{2})/],
  ["07:00", /^([^])([^]{2}):([^]{2})/],
  ["07", /^([^])([^]{2})/],
  ["070000", /^([^])([^]{2})([^]{2})([^]{2})/],
  ["07:00:00", /^([^])([^]{2}):([^]{2}):([^]{2})/],
]);

function twoDigits(text: string | undefined): number | undefined {
  return text !== undefined && /^[0-9]{2}$/.test(text) ? Number(text) : undefined;
}

function isAbove(value: number | undefined, limit: number): boolean {
  return value !== undefined && value > limit;
}

function isSign(text: string | undefined): boolean {
  return text === "+" || text === "-";
}

/** Nanoseconds from digits after the point; those past the ninth are cut off. */
function fraction(digits: string): number {
  return Number(digits.slice(0, 9).padEnd(9, "0"));
}

function commonPrefix(left: string, right: string): number {
  let length = 0;
  while (length < left.length && left.charAt(length) === right.charAt(length)) length += 1;
  return length;
}

/** Three upper-case letters, four or five that end in T, and some that are known. */
function zoneNameLength(text: string): number {
  if (/^(?:ChST|MeST)/.test(text)) return 4;
  if (text.startsWith("GMT")) return 3 + signedOffsetLength(text.slice(3));
  if (text.length >= 3 && /^[+-]/.test(text)) return signedOffsetLength(text);
  return /^(?:[A-Z]{3}T?|WITA|[A-Z]{4}T)(?![A-Z])/.exec(text)?.[0].length ?? 0;
}

/** A sign and hours up to 23, such as `+03`. */
function signedOffsetLength(text: string): number {
  const found = /^[+-]([0-9]+)/.exec(text);
  return found !== null && Number(found[1]) <= 23 ? found[0].length : 0;
}

function dateOfYearDay(
  year: number,
  yearDay: number,
): { readonly month: number; readonly day: number } | undefined {
  if (yearDay < 1 || yearDay > (isLeapYear(year) ? 366 : 365)) return undefined;
  let day = yearDay;
  let month = 1;
  while (day > daysInMonth(year, month)) {
    day -= daysInMonth(year, month);
    month += 1;
  }
  return { month, day };
}
