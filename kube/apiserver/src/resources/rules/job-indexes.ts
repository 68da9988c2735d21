/** Indexes of a Job written as `1,3-5`. */
export interface ParsedIndexes {
  /** How many they are; 0 where they cannot be read. */
  readonly total: number;
  readonly problem?: string;
}

interface Interval {
  readonly from: number;
  readonly to: number;
}

/** Reads indexes below a number of completions; they grow from one to the next. */
export function parseIndexes(indexes: string, completions: number): ParsedIndexes {
  if (indexes === "") return { total: 0 };
  let last: number | undefined;
  let total = 0;
  for (const part of indexes.split(",")) {
    const interval = parseInterval(part, completions);
    if (typeof interval === "string") return { total: 0, problem: interval };
    const { from, to } = interval;
    if (last !== undefined && last >= from)
      return { total: 0, problem: `non-increasing order, previous: ${last}, current: ${from}` };
    total += to - from + 1;
    last = to;
  }
  return { total };
}

/** An interval, or what is wrong with it. */
function parseInterval(text: string, completions: number): Interval | string {
  const parts = text.split("-");
  if (parts.length > 2)
    return `the fragment ${JSON.stringify(text)} violates the requirement that an index interval can have at most two parts separated by '-'`;
  const limits: number[] = [];
  for (const part of parts) {
    const value = /^\+?\d+$/.test(part) ? Number(part) : Number.NaN;
    if (!(value <= Number.MAX_SAFE_INTEGER))
      return `cannot convert string to integer for index: ${JSON.stringify(part)}`;
    if (value >= completions) return `too large index: ${JSON.stringify(part)}`;
    limits.push(value);
  }
  const [from = 0, to = from] = limits;
  if (limits.length === 2 && from >= to) return `non-increasing order, previous: ${from}, current: ${to}`;
  return { from, to };
}

/** The first index that is both completed and failed; parts that cannot be read are passed over. */
export function sharedIndex(completed: string, failed: string, completions: number): number | undefined {
  if (completed === "" || failed === "") return undefined;
  const [done, lost] = [completed, failed].map((indexes) =>
    indexes
      .split(",")
      .map((part) => parseInterval(part, completions))
      .filter((interval) => typeof interval !== "string"),
  ) as [Interval[], Interval[]];
  let [i, j] = [0, 0];
  for (;;) {
    const [one, other] = [done[i], lost[j]];
    if (one === undefined || other === undefined) return undefined;
    if (one.from <= other.to && other.from <= one.to) return Math.max(one.from, other.from);
    if (one.from <= other.from) i += 1;
    else j += 1;
  }
}
