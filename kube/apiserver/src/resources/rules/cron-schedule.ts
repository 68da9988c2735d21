import { DurationSyntaxError, parseGoDuration } from "@weir/core";

/** What a part of a schedule may be. */
interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

const FIELDS: readonly Bounds[] = [
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  {
    min: 1,
    max: 12,
    names: ["", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
  },
  { min: 0, max: 6, names: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] },
];
const DESCRIPTORS = ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];
const EVERY = "@every ";

/** What is wrong with a schedule of five fields or one word, in the words of the library that upstream reads it with. */
export function scheduleProblem(schedule: string, isZone: (name: string) => boolean): string | undefined {
  let spec = schedule;
  if (/^(?:CRON_)?TZ=/.test(schedule)) {
    const space = schedule.indexOf(" ");
    // Upstream panics there, and says what the panic said.
    if (space < 0) return "invalid schedule format: runtime error: slice bounds out of range [:-1]";
    const zone = schedule.slice(schedule.indexOf("=") + 1, space);
    if (zone !== "" && !isZone(zone)) return `provided bad location ${zone}: unknown time zone ${zone}`;
    spec = schedule.slice(space).trim();
  }
  if (spec.startsWith("@")) return descriptorProblem(spec);
  const fields = spec.split(/\s+/).filter((field) => field !== "");
  if (fields.length !== FIELDS.length)
    return `expected exactly 5 fields, found ${fields.length}: [${fields.join(" ")}]`;
  for (const [index, bounds] of FIELDS.entries()) {
    const problem = fieldProblem(fields[index] ?? "", bounds);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function descriptorProblem(descriptor: string): string | undefined {
  if (DESCRIPTORS.includes(descriptor)) return undefined;
  if (!descriptor.startsWith(EVERY)) return `unrecognized descriptor: ${descriptor}`;
  try {
    parseGoDuration(descriptor.slice(EVERY.length));
    return undefined;
  } catch (error) {
    if (error instanceof DurationSyntaxError)
      return `failed to parse duration ${descriptor}: ${error.message}`;
    throw error;
  }
}

function fieldProblem(field: string, bounds: Bounds): string | undefined {
  for (const range of field.split(",")) {
    const problem = range === "" ? undefined : rangeProblem(range, bounds);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function rangeProblem(range: string, bounds: Bounds): string | undefined {
  const parts = range.split("/");
  const ends = endsOf(parts[0] ?? "", range, bounds);
  if (typeof ends === "string") return ends;
  if (parts.length === 1) return limitProblem(range, bounds, { ...ends, step: 1 });
  if (parts.length > 2) return `too many slashes: ${range}`;
  const step = readNumber(parts[1] ?? "", { min: 0, max: 0 });
  if (typeof step === "string") return step;
  const isSingle = !(parts[0] ?? "").includes("-");
  return limitProblem(range, bounds, { start: ends.start, end: isSingle ? bounds.max : ends.end, step });
}

/** Where a range begins and ends, or what is wrong with it. */
function endsOf(
  written: string,
  range: string,
  bounds: Bounds,
): { readonly start: number; readonly end: number } | string {
  const [low = "", high, ...more] = written.split("-");
  if (low === "*" || low === "?") return { start: bounds.min, end: bounds.max };
  const start = readNumber(low, bounds);
  if (typeof start === "string") return start;
  if (more.length > 0) return `too many hyphens: ${range}`;
  const end = high === undefined ? start : readNumber(high, bounds);
  return typeof end === "string" ? end : { start, end };
}

interface Range {
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

function limitProblem(text: string, { min, max }: Bounds, { start, end, step }: Range): string | undefined {
  if (start < min) return `beginning of range (${start}) below minimum (${min}): ${text}`;
  if (end > max) return `end of range (${end}) above maximum (${max}): ${text}`;
  if (start > end) return `beginning of range (${start}) beyond end of range (${end}): ${text}`;
  return step === 0 ? `step of range should be a positive number: ${text}` : undefined;
}

/** A number, or what is wrong with it. */
function readNumber(text: string, { names = [] }: Bounds): number | string {
  const named = text === "" ? -1 : names.indexOf(text.toLowerCase());
  if (named >= 0) return named;
  const failed = (why: string): string =>
    `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: ${why}`;
  if (!/^[+-]?\d+$/.test(text)) return failed("invalid syntax");
  const value = BigInt(text.replace(/^\+/, ""));
  if (value >= 2n ** 63n || value < -(2n ** 63n)) return failed("value out of range");
  return value < 0n ? `negative number (${value}) not allowed: ${text}` : Number(value);
}
