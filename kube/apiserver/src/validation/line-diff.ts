/** How many lines around a change are shown. */
const CONTEXT = 3;

/** Lines of both texts that are the same, from a line of each on. */
interface Match {
  readonly a: number;
  readonly b: number;
  readonly size: number;
}

interface Change {
  readonly isEqual: boolean;
  readonly aFrom: number;
  readonly aTo: number;
  readonly bFrom: number;
  readonly bTo: number;
}

/**
 * The difference of two texts as `diff -u` shows it, without names of files, as the library that upstream's messages are made
 * with finds it: the longest part that both have in common first, then on both sides of it. The last line of either text is
 * given an end, too. Takes quadratic time in the worst case, so it is for texts of some hundred lines.
 */
export function lineDiff(before: string, after: string): string {
  const [a, b] = [before, after].map((text) => text.split("\n").map((line) => `${line}\n`)) as [
    string[],
    string[],
  ];
  return groupsOf(changesOf(matchesOf(a, b), a.length, b.length))
    .map((group) => hunk(group, a, b))
    .join("");
}

function hunk(group: readonly Change[], a: readonly string[], b: readonly string[]): string {
  const [first, last] = [group[0], group.at(-1)];
  if (first === undefined || last === undefined) return "";
  const head = `@@ -${rangeText(first.aFrom, last.aTo)} +${rangeText(first.bFrom, last.bTo)} @@\n`;
  const lines = group.flatMap(({ isEqual, aFrom, aTo, bFrom, bTo }) =>
    isEqual
      ? a.slice(aFrom, aTo).map((line) => ` ${line}`)
      : [...a.slice(aFrom, aTo).map((line) => `-${line}`), ...b.slice(bFrom, bTo).map((line) => `+${line}`)],
  );
  return head + lines.join("");
}

function rangeText(from: number, to: number): string {
  const length = to - from;
  if (length === 1) return String(from + 1);
  return `${length === 0 ? from : from + 1},${length}`;
}

/** Where lines of the second text stand; in long texts, lines that come often help to find nothing. */
function placesOf(b: readonly string[]): ReadonlyMap<string, readonly number[]> {
  const places = new Map<string, number[]>();
  b.forEach((line, index) => {
    const known = places.get(line);
    if (known === undefined) places.set(line, [index]);
    else known.push(index);
  });
  const often = b.length >= 200 ? Math.floor(b.length / 100) + 1 : Number.POSITIVE_INFINITY;
  return new Map([...places].filter(([, found]) => found.length <= often));
}

interface Part {
  readonly aFrom: number;
  readonly aTo: number;
  readonly bFrom: number;
  readonly bTo: number;
}

function matchesOf(a: readonly string[], b: readonly string[]): readonly Match[] {
  const places = placesOf(b);
  const found: Match[] = [];
  const parts: Part[] = [{ aFrom: 0, aTo: a.length, bFrom: 0, bTo: b.length }];
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    const match = longestMatch(a, b, { places, part });
    if (match.size === 0) continue;
    found.push(match);
    const { aFrom, aTo, bFrom, bTo } = part;
    if (aFrom < match.a && bFrom < match.b) parts.push({ aFrom, aTo: match.a, bFrom, bTo: match.b });
    const [aNext, bNext] = [match.a + match.size, match.b + match.size];
    if (aNext < aTo && bNext < bTo) parts.push({ aFrom: aNext, aTo, bFrom: bNext, bTo });
  }
  return found.sort((one, other) => one.a - other.a || one.b - other.b);
}

function longestMatch(
  a: readonly string[],
  b: readonly string[],
  { places, part }: { readonly places: ReadonlyMap<string, readonly number[]>; readonly part: Part },
): Match {
  const { aFrom, aTo, bFrom, bTo } = part;
  let best: Match = { a: aFrom, b: bFrom, size: 0 };
  let lengths = new Map<number, number>();
  for (let i = aFrom; i < aTo; i += 1) {
    const next = new Map<number, number>();
    for (const j of places.get(a[i] ?? "") ?? []) {
      if (j < bFrom || j >= bTo) continue;
      const size = (lengths.get(j - 1) ?? 0) + 1;
      next.set(j, size);
      if (size > best.size) best = { a: i - size + 1, b: j - size + 1, size };
    }
    lengths = next;
  }
  return widened(best, a, b, part);
}

/** A match goes on over lines that come too often to begin one. */
// oxlint-disable-next-line max-params -- a match, both texts, and how far it may go
function widened(match: Match, a: readonly string[], b: readonly string[], part: Part): Match {
  let { a: i, b: j, size } = match;
  while (i > part.aFrom && j > part.bFrom && a[i - 1] === b[j - 1]) {
    i -= 1;
    j -= 1;
    size += 1;
  }
  while (i + size < part.aTo && j + size < part.bTo && a[i + size] === b[j + size]) size += 1;
  return { a: i, b: j, size };
}

function changesOf(matches: readonly Match[], aLength: number, bLength: number): readonly Change[] {
  const changes: Change[] = [];
  let [a, b] = [0, 0];
  const differs = (aTo: number, bTo: number): void => {
    if (a < aTo || b < bTo) changes.push({ isEqual: false, aFrom: a, aTo, bFrom: b, bTo });
  };
  const joined: Match[] = [];
  for (const match of matches) {
    const last = joined.at(-1);
    if (last !== undefined && last.a + last.size === match.a && last.b + last.size === match.b)
      joined[joined.length - 1] = { ...last, size: last.size + match.size };
    else joined.push(match);
  }
  for (const match of joined) {
    differs(match.a, match.b);
    [a, b] = [match.a + match.size, match.b + match.size];
    changes.push({ isEqual: true, aFrom: match.a, aTo: a, bFrom: match.b, bTo: b });
  }
  differs(aLength, bLength);
  return changes;
}

/** Changes that are near to each other are shown together. */
function groupsOf(changes: readonly Change[]): readonly (readonly Change[])[] {
  const groups: Change[][] = [];
  let group: Change[] = [];
  changes.forEach((change, index) => {
    if (!change.isEqual) {
      group.push(change);
      return;
    }
    const { aFrom, aTo, bFrom, bTo } = change;
    const head = { ...change, aTo: Math.min(aTo, aFrom + CONTEXT), bTo: Math.min(bTo, bFrom + CONTEXT) };
    const tail = { ...change, aFrom: Math.max(aFrom, aTo - CONTEXT), bFrom: Math.max(bFrom, bTo - CONTEXT) };
    const isLast = index === changes.length - 1;
    if (group.length === 0) group = isLast ? [] : [tail];
    else if (isLast || aTo - aFrom > 2 * CONTEXT) {
      groups.push([...group, head]);
      group = isLast ? [] : [tail];
    } else group.push(change);
  });
  if (group.some(({ isEqual }) => !isEqual)) groups.push(group);
  return groups;
}
