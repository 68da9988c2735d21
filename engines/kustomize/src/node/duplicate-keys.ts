import { KustomizeError } from "../error.ts";
import { type DuplicateKey, type Node, YamlMap } from "./node.ts";
import { fieldHeights } from "./written-lines.ts";

/** How far the keys have moved once fields above them have grown or shrunk, which transformers mostly do at the top. */
function offsetsIn(root: Node): ReadonlyMap<DuplicateKey, number> {
  const offsets = new Map<DuplicateKey, number>();
  if (!(root instanceof YamlMap) || root.heights === undefined) return offsets;
  const before = root.heights;
  const now = fieldHeights(root);
  let offset = 0;
  for (const [key, value] of root.fields) {
    for (const duplicate of duplicatesBelow(value)) offsets.set(duplicate, offset);
    offset += (now.get(key) ?? 0) - (before.get(key) ?? 0);
  }
  return offsets;
}

function* duplicatesBelow(node: Node): Generator<DuplicateKey> {
  if (Array.isArray(node)) for (const item of node) yield* duplicatesBelow(item);
  if (!(node instanceof YamlMap)) return;
  for (const value of node.fields.values()) yield* duplicatesBelow(value);
  for (const duplicate of node.duplicates ?? []) {
    yield duplicate;
    for (const value of duplicate.later) yield* duplicatesBelow(value);
  }
}

/** The most repetitions of one key that are told of: each is told of with every other one. */
const MOST_REPETITIONS = 100;
const MOST_LINES = 10_000;

/** The error of upstream where it reads back what it wrote; `maps` are the duplicate keys of each mapping. */
export function duplicateKeysError(maps: readonly (readonly DuplicateKey[])[], root: Node): KustomizeError {
  const offsets = offsetsIn(root);
  const lines: string[] = [];
  for (const duplicates of maps) {
    const pairs: Pair[] = [];
    for (const duplicate of duplicates) {
      if (lines.length + pairs.length > MOST_LINES) break;
      pairs.push(...pairsOf(duplicate, offsets.get(duplicate) ?? 0));
    }
    pairs.sort((a, b) => a.firstLine - b.firstLine);
    lines.push(...pairs.map(({ text }) => `\n  ${text}`));
  }
  const { line, file } = maps[0]?.[0]?.places[1] ?? { line: 0 };
  const message = `yaml: unmarshal errors:${lines.join("")}`;
  return new KustomizeError(message, file === undefined ? { line } : { line, file });
}

interface Pair {
  readonly firstLine: number;
  readonly text: string;
}

function pairsOf({ key, places }: DuplicateKey, offset: number): readonly Pair[] {
  const lines = places.slice(0, MOST_REPETITIONS).map(({ written }) => written + offset);
  return lines.flatMap((firstLine, at) =>
    lines.slice(at + 1).map((line) => ({
      firstLine,
      text: `line ${line}: mapping key ${JSON.stringify(key)} already defined at line ${firstLine}`,
    })),
  );
}
