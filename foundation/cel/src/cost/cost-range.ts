/** A cost or a size that is not known exactly: what it is at least and at most. */
export interface CostRange {
  readonly min: number;
  readonly max: number;
}

/** What counts as without bound: the largest integer of 64 bits, at which sums and products stop. */
export const UNBOUNDED = 2 ** 64;

export const NOTHING: CostRange = { min: 0, max: 0 };
export const UNKNOWN: CostRange = { min: 0, max: UNBOUNDED };

export function exactly(value: number): CostRange {
  return { min: value, max: value };
}

export function addRanges(...ranges: readonly CostRange[]): CostRange {
  const sum = (pick: (range: CostRange) => number): number =>
    capped(ranges.reduce((total, range) => total + pick(range), 0));
  return { min: sum(({ min }) => min), max: sum(({ max }) => max) };
}

export function multiplyRanges(left: CostRange, right: CostRange): CostRange {
  return { min: capped(left.min * right.min), max: capped(left.max * right.max) };
}

/** Costs are whole: a part of one counts as one. */
export function scaleRange({ min, max }: CostRange, factor: number): CostRange {
  return { min: capped(Math.ceil(min * factor)), max: capped(Math.ceil(max * factor)) };
}

/** From the least of both to the most of both. */
export function uniteRanges(left: CostRange, right: CostRange): CostRange {
  return { min: Math.min(left.min, right.min), max: Math.max(left.max, right.max) };
}

function capped(value: number): number {
  return Math.min(value, UNBOUNDED);
}
