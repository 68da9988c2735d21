/** A line of a text diff: in both texts, only in the first, only in the second. */
export type DiffLine = readonly [mark: " " | "-" | "+", line: string];

/** Texts that differ in more lines than this are shown as one removed and the other added. */
const MOST_EDITS = 2000;

/** The shortest way from one text to the other, line by line (Myers). */
export function diffLines(before: readonly string[], after: readonly string[]): readonly DiffLine[] {
  const start = commonStart(before, after);
  const end = commonEnd(before.slice(start), after.slice(start));
  const left = before.slice(start, before.length - end);
  const right = after.slice(start, after.length - end);
  return [
    ...before.slice(0, start).map(kept),
    ...(shortestEdits(left, right) ?? [...left.map(removed), ...right.map(added)]),
    ...before.slice(before.length - end).map(kept),
  ];
}

const kept = (line: string): DiffLine => [" ", line];
const removed = (line: string): DiffLine => ["-", line];
const added = (line: string): DiffLine => ["+", line];

function commonStart(left: readonly string[], right: readonly string[]): number {
  let at = 0;
  while (at < left.length && at < right.length && left[at] === right[at]) at += 1;
  return at;
}

function commonEnd(left: readonly string[], right: readonly string[]): number {
  let count = 0;
  const most = Math.min(left.length, right.length);
  while (count < most && left[left.length - 1 - count] === right[right.length - 1 - count]) count += 1;
  return count;
}

function shortestEdits(left: readonly string[], right: readonly string[]): readonly DiffLine[] | undefined {
  const furthest = new Map([[1, 0]]);
  const steps: Map<number, number>[] = [];
  for (let edits = 0; edits <= Math.min(MOST_EDITS, left.length + right.length); edits += 1) {
    steps.push(new Map(furthest));
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      let x = nextStart(furthest, diagonal, edits);
      while (x < left.length && x - diagonal < right.length && left[x] === right[x - diagonal]) x += 1;
      furthest.set(diagonal, x);
      if (x >= left.length && x - diagonal >= right.length) return retrace(steps, left, right);
    }
  }
  return undefined;
}

function nextStart(furthest: ReadonlyMap<number, number>, diagonal: number, edits: number): number {
  const above = furthest.get(diagonal + 1) ?? -1;
  const below = furthest.get(diagonal - 1) ?? -1;
  return diagonal === -edits || (diagonal !== edits && below < above) ? above : below + 1;
}

function retrace(
  steps: readonly ReadonlyMap<number, number>[],
  left: readonly string[],
  right: readonly string[],
): readonly DiffLine[] {
  const lines: DiffLine[] = [];
  let x = left.length;
  let y = right.length;
  for (let edits = steps.length - 1; edits >= 0; edits -= 1) {
    const furthest = steps[edits] ?? new Map<number, number>();
    const from = cameFrom(furthest, x - y, edits);
    for (; x > Math.max(from.x, 0) && y > Math.max(from.y, 0); x -= 1, y -= 1)
      lines.push(kept(left[x - 1] ?? ""));
    if (edits > 0) lines.push(from.isDown ? added(right[y - 1] ?? "") : removed(left[x - 1] ?? ""));
    ({ x, y } = from);
  }
  return lines.reverse();
}

/** Where the way to a diagonal stood before its last edit. */
function cameFrom(
  furthest: ReadonlyMap<number, number>,
  diagonal: number,
  edits: number,
): { readonly x: number; readonly y: number; readonly isDown: boolean } {
  const isDown = nextStart(furthest, diagonal, edits) === (furthest.get(diagonal + 1) ?? -1);
  const came = diagonal + (isDown ? 1 : -1);
  const x = furthest.get(came) ?? 0;
  return { x, y: x - came, isDown };
}

/** The lines that differ with three around them, as `diff -u` shows them below a header. */
export function unifiedDiff(before: string, after: string): string {
  const lines = diffLines(linesOf(before), linesOf(after));
  const shown = new Set<number>();
  for (const [at, [mark]] of lines.entries()) {
    if (mark !== " ") for (let near = at - CONTEXT; near <= at + CONTEXT; near += 1) shown.add(near);
  }
  let text = "";
  let last = -1;
  for (const [at, [mark, line]] of lines.entries()) {
    if (!shown.has(at)) continue;
    if (at !== last + 1 || last < 0) text += hunkHeader(lines, at, shown);
    text += `${mark}${line}\n`;
    last = at;
  }
  return text;
}

const CONTEXT = 3;

function linesOf(text: string): readonly string[] {
  const lines = text.split("\n");
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}

function hunkHeader(lines: readonly DiffLine[], start: number, shown: ReadonlySet<number>): string {
  let end = start;
  while (end < lines.length && shown.has(end)) end += 1;
  const count = (mark: "-" | "+", from: number, to: number): number =>
    lines.slice(from, to).filter(([other]) => other === " " || other === mark).length;
  const place = (mark: "-" | "+"): string => {
    const size = count(mark, start, end);
    return `${mark}${count(mark, 0, start) + (size === 0 ? 0 : 1)},${size}`;
  };
  return `@@ ${place("-")} ${place("+")} @@\n`;
}
