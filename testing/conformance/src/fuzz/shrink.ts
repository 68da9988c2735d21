import type { FuzzCase } from "./fuzz-target.ts";

/** Whether a smaller case still shows what is looked for. */
export type StillShows = (given: FuzzCase) => Promise<boolean>;

const MOST_STEPS = 1500;

/**
 * Makes a case smaller, greedily: files first, then blocks of lines (a line and what is indented below it), as long as
 * what is looked for stays. Knows nothing of the files but that indentation nests.
 */
export async function shrink(given: FuzzCase, stillShows: StillShows): Promise<FuzzCase> {
  let best = given;
  let steps = 0;
  const seen = new Set<string>();
  const tryCase = async (next: FuzzCase): Promise<boolean> => {
    const key = JSON.stringify(next.files);
    if (seen.has(key) || steps >= MOST_STEPS) return false;
    seen.add(key);
    steps += 1;
    if (!(await stillShows(next))) return false;
    best = next;
    return true;
  };
  for (let changed = true; changed; ) {
    changed = false;
    for (const path of Object.keys(best.files)) {
      if (await tryCase(withFile(best, path, undefined))) changed = true;
    }
    for (const path of Object.keys(best.files)) {
      if (await shrinkFile(path, () => best, tryCase)) changed = true;
    }
  }
  return best;
}

function withFile(given: FuzzCase, path: string, text: string | undefined): FuzzCase {
  const files = Object.entries(given.files).filter(([name]) => name !== path);
  if (text !== undefined) files.push([path, text]);
  return { ...given, files: Object.fromEntries(files.sort(([a], [b]) => (a < b ? -1 : 1))) };
}

async function shrinkFile(
  path: string,
  current: () => FuzzCase,
  tryCase: (next: FuzzCase) => Promise<boolean>,
): Promise<boolean> {
  let changed = false;
  for (let at = 0; ; at++) {
    const lines = (current().files[path] ?? "").split("\n");
    if (at >= lines.length) return changed;
    for (const candidate of withoutBlock(lines, at)) {
      if (!(await tryCase(withFile(current(), path, candidate.join("\n"))))) continue;
      changed = true;
      at -= 1;
      break;
    }
  }
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

/** Where the first line is that does not belong to those before it. */
function endWhere(lines: readonly string[], from: number, belongs: (line: string) => boolean): number {
  let end = from;
  while (end < lines.length && belongs(lines[end] ?? "")) end += 1;
  return end;
}

/** The lines without the block that starts at one, and without that line alone. */
function withoutBlock(lines: readonly string[], at: number): readonly (readonly string[])[] {
  const first = lines[at] ?? "";
  const indent = indentOf(first);
  const end = endWhere(lines, at + 1, (line) => line.trim() === "" || indentOf(line) > indent);
  // A list below its key may stand at the key's own indentation.
  const isKey = first.trimEnd().endsWith(":");
  const listEnd = isKey ? endWhere(lines, end, (line) => isBelow(line, indent)) : end;
  const without = (to: number): readonly string[] => [...lines.slice(0, at), ...lines.slice(to)];
  return [
    ...(listEnd > end ? [without(listEnd)] : []),
    without(end),
    ...(end > at + 1 ? [without(at + 1)] : []),
    ...withoutFirstEntry(lines, at),
  ];
}

/** The first entry of a map in a list goes, the list's dash stays. */
function withoutFirstEntry(lines: readonly string[], at: number): readonly (readonly string[])[] {
  const next = lines[at + 1] ?? "";
  const dash = /^(\s*- )\S/.exec(lines[at] ?? "")?.[1];
  if (dash === undefined || indentOf(next) !== dash.length) return [];
  return [[...lines.slice(0, at), dash + next.trimStart(), ...lines.slice(at + 2)]];
}

function isBelow(line: string, indent: number): boolean {
  return indentOf(line) > indent || (indentOf(line) === indent && line.trimStart().startsWith("- "));
}
