/** What a partial scan for a pivot says about the order of a range. */
type Hint = "increasing" | "decreasing" | "unknown";

/** Ranges up to this length are sorted by insertion, which keeps ties in order. */
const LONGEST_INSERTION = 12;
const SHORTEST_NINTHER = 50;
const SHORTEST_SHIFTING = 50;
const MOST_SHIFTS = 5;
const MOST_SWAPS = 12;

/**
 * A sorted copy whose ties stand where Go's `sort.Sort`, `sort.Slice` and `slices.SortFunc` leave them.
 *
 * Go's sort is a pattern-defeating quicksort: not stable beyond twelve values, yet the same for the same input.
 * Output that was sorted with ties by a Go program can only be repeated with it.
 */
export function sortAsGo<Value>(
  values: readonly Value[],
  less: (left: Value, right: Value) => boolean,
): Value[] {
  const sorted = [...values];
  new Sorter(sorted, less).quicksort(0, sorted.length, bitLength(sorted.length));
  return sorted;
}

class Sorter<Value> {
  readonly #values: Value[];
  readonly #isLess: (left: Value, right: Value) => boolean;

  constructor(values: Value[], isLess: (left: Value, right: Value) => boolean) {
    this.#values = values;
    this.#isLess = isLess;
  }

  /** Sorts from `start` to before `end`; `limit` bad pivots are allowed before heapsort takes over. */
  quicksort(start: number, end: number, limit: number): void {
    let wasBalanced = true;
    let wasPartitioned = true;
    while (end - start > LONGEST_INSERTION) {
      if (limit === 0) return this.#heapsort(start, end);
      if (!wasBalanced) {
        this.#breakPatterns(start, end);
        limit--;
      }
      const { pivot, hint } = this.#orientedPivot(start, end);
      if (wasBalanced && wasPartitioned && hint === "increasing" && this.#finishNearlySorted(start, end))
        return;
      if (start > 0 && !this.#less(start - 1, pivot)) {
        // Nothing here is smaller than the value before it: what equals the pivot is in place already.
        start = this.#partitionEqual(start, end, pivot);
        continue;
      }
      const { middle, untouched } = this.#partition(start, end, pivot);
      wasPartitioned = untouched;
      wasBalanced = Math.min(middle - start, end - middle) >= Math.floor((end - start) / 8);
      if (middle - start < end - middle) {
        this.quicksort(start, middle, limit);
        start = middle + 1;
      } else {
        this.quicksort(middle + 1, end, limit);
        end = middle;
      }
    }
    this.#insertionSort(start, end);
  }

  #less(left: number, right: number): boolean {
    return this.#isLess(this.#values[left] as Value, this.#values[right] as Value);
  }

  #swap(left: number, right: number): void {
    const value = this.#values[left] as Value;
    this.#values[left] = this.#values[right] as Value;
    this.#values[right] = value;
  }

  #insertionSort(start: number, end: number): void {
    for (let next = start + 1; next < end; next++) {
      for (let at = next; at > start && this.#less(at, at - 1); at--) this.#swap(at, at - 1);
    }
  }

  #heapsort(start: number, end: number): void {
    const length = end - start;
    for (let root = Math.floor((length - 1) / 2); root >= 0; root--) this.#siftDown(root, length, start);
    for (let last = length - 1; last >= 0; last--) {
      this.#swap(start, start + last);
      this.#siftDown(0, last, start);
    }
  }

  #siftDown(root: number, length: number, first: number): void {
    for (let child = 2 * root + 1; child < length; child = 2 * root + 1) {
      if (child + 1 < length && this.#less(first + child, first + child + 1)) child++;
      if (!this.#less(first + root, first + child)) return;
      this.#swap(first + root, first + child);
      root = child;
    }
  }

  /** A pivot for a range that was turned around first when it looks descending. */
  #orientedPivot(start: number, end: number): { readonly pivot: number; readonly hint: Hint } {
    const { pivot, hint } = this.#choosePivot(start, end);
    if (hint !== "decreasing") return { pivot, hint };
    for (let low = start, high = end - 1; low < high; low++, high--) this.#swap(low, high);
    return { pivot: end - 1 - (pivot - start), hint: "increasing" };
  }

  #choosePivot(start: number, end: number): { readonly pivot: number; readonly hint: Hint } {
    const length = end - start;
    const quarter = Math.floor(length / 4);
    const swaps = { count: 0 };
    let [low, pivot, high] = [start + quarter, start + quarter * 2, start + quarter * 3];
    if (length >= SHORTEST_NINTHER) {
      low = this.#median([low - 1, low, low + 1], swaps);
      pivot = this.#median([pivot - 1, pivot, pivot + 1], swaps);
      high = this.#median([high - 1, high, high + 1], swaps);
    }
    pivot = this.#median([low, pivot, high], swaps);
    if (swaps.count === 0) return { pivot, hint: "increasing" };
    return { pivot, hint: swaps.count === MOST_SWAPS ? "decreasing" : "unknown" };
  }

  #median(places: readonly [number, number, number], swaps: { count: number }): number {
    let [low, middle, high] = places;
    if (this.#less(middle, low)) [low, middle] = this.#counted(middle, low, swaps);
    if (this.#less(high, middle)) [middle, high] = this.#counted(high, middle, swaps);
    if (this.#less(middle, low)) [low, middle] = this.#counted(middle, low, swaps);
    return middle;
  }

  #counted(first: number, second: number, swaps: { count: number }): [number, number] {
    swaps.count++;
    return [first, second];
  }

  /** Scatters three values by a generator seeded with the length, so that a crafted order cannot stay unbalanced. */
  #breakPatterns(start: number, end: number): void {
    const length = end - start;
    const mask = (1n << BigInt(bitLength(length))) - 1n;
    const first = start + Math.floor(length / 4) * 2 - 1;
    let random = BigInt(length);
    for (let offset = 0; offset < 3; offset++) {
      random = BigInt.asUintN(64, random ^ (random << 13n));
      random ^= random >> 7n;
      random = BigInt.asUintN(64, random ^ (random << 17n));
      const drawn = Number(random & mask);
      this.#swap(first + offset, start + (drawn >= length ? drawn - length : drawn));
    }
  }

  /** Sorts a range that lacks only a few shifts; false where it gave up. */
  #finishNearlySorted(start: number, end: number): boolean {
    let at = start + 1;
    for (let shifts = 0; shifts < MOST_SHIFTS; shifts++) {
      while (at < end && !this.#less(at, at - 1)) at++;
      if (at === end) return true;
      if (end - start < SHORTEST_SHIFTING) return false;
      this.#swap(at, at - 1);
      if (at - start >= 2)
        for (let left = at - 1; left >= 1 && this.#less(left, left - 1); left--) this.#swap(left, left - 1);
      if (end - at >= 2)
        for (let right = at + 1; right < end && this.#less(right, right - 1); right++)
          this.#swap(right, right - 1);
    }
    return false;
  }

  /** Moves what equals the pivot to the front; everything in the range is at least the pivot. */
  #partitionEqual(start: number, end: number, pivot: number): number {
    this.#swap(start, pivot);
    let low = start + 1;
    let high = end - 1;
    for (;;) {
      while (low <= high && !this.#less(start, low)) low++;
      while (low <= high && this.#less(start, high)) high--;
      if (low > high) return low;
      this.#swap(low++, high--);
    }
  }

  #partition(
    start: number,
    end: number,
    pivot: number,
  ): { readonly middle: number; readonly untouched: boolean } {
    this.#swap(start, pivot);
    let low = start + 1;
    let high = end - 1;
    for (let untouched = true; ; untouched = false) {
      while (low <= high && this.#less(low, start)) low++;
      while (low <= high && !this.#less(high, start)) high--;
      if (low > high) {
        this.#swap(high, start);
        return { middle: high, untouched };
      }
      this.#swap(low++, high--);
    }
  }
}

function bitLength(value: number): number {
  return 32 - Math.clz32(value);
}
