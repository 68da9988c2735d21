import { KustomizeError } from "../error.ts";
import { isWrittenAsBlock } from "./block-text.ts";
import { type DuplicateKey, isList, isMap, type Node, textOf, type YamlMap } from "./node.ts";
import type { FieldShape, ItemShape, MapShape, Shape } from "./written-shape.ts";

/** The most repetitions of one key that are told of: each is told of with every other one. */
const MOST_REPETITIONS = 100;
const MOST_LINES = 10_000;

/** The error of upstream where it reads back what it wrote of a tree. */
export function duplicateKeysError(root: Node): KustomizeError {
  const found = new Writing().find(root, isMap(root) ? root.shape : undefined);
  return errorOf(found);
}

/** The error where upstream decodes the tree itself, whose nodes know the lines that they were read from. */
export function duplicateKeysAsRead(root: Node): KustomizeError | undefined {
  const found = [...mapsWithDuplicates(root)].map(({ duplicates = [] }) =>
    duplicates.map((duplicate) => ({ duplicate, lines: duplicate.places.map(({ row }) => row) })),
  );
  return found.length === 0 ? undefined : errorOf(found);
}

function* mapsWithDuplicates(node: Node): Generator<YamlMap> {
  if (isList(node)) for (const item of node) yield* mapsWithDuplicates(item);
  if (!isMap(node)) return;
  if (hasDuplicates(node)) yield node;
  else for (const value of node.fields.values()) yield* mapsWithDuplicates(value);
}

function hasDuplicates({ duplicates }: YamlMap): boolean {
  return duplicates !== undefined && duplicates.length > 0;
}

/** A key with the lines where it stands. */
interface Repeated {
  readonly duplicate: DuplicateKey;
  readonly lines: readonly number[];
}

function errorOf(maps: readonly (readonly Repeated[])[]): KustomizeError {
  const lines: string[] = [];
  for (const repeated of maps) {
    const pairs: Pair[] = [];
    for (const one of repeated) {
      if (lines.length + pairs.length > MOST_LINES) break;
      pairs.push(...pairsOf(one));
    }
    pairs.sort((a, b) => a.firstLine - b.firstLine);
    lines.push(...pairs.map(({ text }) => `\n  ${text}`));
  }
  const { line, file } = maps[0]?.[0]?.duplicate.places[1] ?? { line: 0 };
  const message = `yaml: unmarshal errors:${lines.join("")}`;
  return new KustomizeError(message, file === undefined ? { line } : { line, file });
}

interface Pair {
  readonly firstLine: number;
  readonly text: string;
}

function pairsOf({ duplicate, lines }: Repeated): readonly Pair[] {
  const told = lines.slice(0, MOST_REPETITIONS);
  return told.flatMap((firstLine, at) =>
    told.slice(at + 1).map((line) => ({
      firstLine,
      text: `line ${line}: mapping key ${JSON.stringify(duplicate.key)} already defined at line ${firstLine}`,
    })),
  );
}

/**
 * Writes a tree without its text, and notes the lines of keys that are defined twice.
 *
 * Go-yaml v3 leaves blank lines out, keeps comments, and writes every scalar but blocks and everything in brackets on
 * one line. What was added since the tree was read has no shape: it is written without brackets, behind all else.
 */
class Writing {
  readonly #found: (readonly Repeated[])[] = [];
  /** The line that is written next, counted from 1. */
  #next = 1;
  /** Whether what is written lies in a mapping with a key that is there twice: go-yaml looks no further into it. */
  #isBelow = false;

  find(root: Node, shape: Shape | undefined): readonly (readonly Repeated[])[] {
    this.#write(root, shape);
    return this.#found;
  }

  #write(node: Node, shape: Shape | undefined): void {
    if (!isBlock(node, shape)) {
      this.#writeInline(node, shape);
      this.#next += 1 + (isMap(node) || isList(node) ? 0 : blockLines(textOf(node), shape));
    } else if (isMap(node)) this.#writeFields(node, shape);
    else this.#writeItems(node, shape);
  }

  #writeItems(list: readonly Node[], shape: Shape | undefined): void {
    for (const [item, of] of itemsOf(list, shape)) {
      this.#next += of?.comments ?? 0;
      this.#write(item, of?.value);
    }
  }

  #writeFields(map: YamlMap, shape: Shape | undefined): void {
    this.#withLines(map, (lines) => {
      for (const { key, value, field } of entriesOf(map, shape)) {
        this.#next += field?.comments ?? 0;
        lines.get(key)?.push(this.#next);
        if (isBlock(value, field?.value)) this.#next += 1;
        this.#write(value, field?.value);
      }
    });
  }

  /** Everything in brackets stands on one line. */
  #writeInline(node: Node, shape: Shape | undefined): void {
    if (isList(node)) for (const [item, of] of itemsOf(node, shape)) this.#writeInline(item, of?.value);
    if (!isMap(node)) return;
    this.#withLines(node, (lines) => {
      for (const { key, value, field } of entriesOf(node, shape)) {
        lines.get(key)?.push(this.#next);
        this.#writeInline(value, field?.value);
      }
    });
  }

  /** Writes the fields of a mapping, with a place for the lines of keys that are there twice. */
  #withLines(map: YamlMap, write: (lines: ReadonlyMap<string, number[]>) => void): void {
    const repeated = (map.duplicates ?? []).map((duplicate) => ({ duplicate, lines: [] as number[] }));
    if (repeated.length > 0 && !this.#isBelow) this.#found.push(repeated);
    const isBelow = this.#isBelow;
    this.#isBelow ||= repeated.length > 0;
    write(new Map(repeated.map(({ duplicate, lines }) => [duplicate.key, lines])));
    this.#isBelow = isBelow;
  }
}

function isBlock(node: Node, shape: Shape | undefined): node is YamlMap | Node[] {
  if (isMap(node)) return !node.flow && node.fields.size > 0;
  return isList(node) && node.length > 0 && !(shape?.kind === "list" && shape.flow);
}

/** The items of a list with their shapes; what a merge adds comes before what was read. */
function itemsOf(
  list: readonly Node[],
  shape: Shape | undefined,
): readonly (readonly [Node, ItemShape | undefined])[] {
  const shapes = shape?.kind === "list" ? shape.items : [];
  const added = Math.max(0, list.length - shapes.length);
  return list.map((item, at) => [item, shapes[at - added]]);
}

/** A field as it is written: a key that is there twice is two of them. */
interface Entry {
  readonly key: string;
  readonly value: Node;
  readonly field: FieldShape | undefined;
}

/** An entry and where it stood in the source. */
interface PlacedEntry extends Entry {
  readonly at: number;
}

/** The fields of a mapping in the order in which they are written, all those of a key that is there twice among them. */
function entriesOf(map: YamlMap, shape: Shape | undefined): readonly Entry[] {
  const fields = shape?.kind === "map" ? shape.fields : [];
  const places = Map.groupBy(fields.keys(), (at) => fields[at]?.key ?? "");
  const placed: PlacedEntry[] = [];
  const behind: Entry[] = [];
  let highest = -1;
  for (const [key, value] of map.fields) {
    const [at = -1, ...more] = places.get(key) ?? [];
    if (more.length > 0) placed.push(...repeatedEntries(map, key, { fields, places: [at, ...more] }));
    else if (at > highest) {
      placed.push({ key, value, field: fields[at], at });
      highest = at;
    } else {
      // What is new, or was taken away and set again, stands behind what was read.
      const later = duplicateOf(map, key)?.later ?? [];
      behind.push(...[value, ...later].map((item) => ({ key, value: item, field: undefined })));
    }
  }
  return [...placed.sort((a, b) => a.at - b.at), ...behind];
}

function duplicateOf(map: YamlMap, key: string): DuplicateKey | undefined {
  return map.duplicates?.find((duplicate) => duplicate.key === key);
}

/** The entries of a key that the source has several times; some may have been taken away, the first ones first. */
function repeatedEntries(
  map: YamlMap,
  key: string,
  source: { readonly fields: MapShape["fields"]; readonly places: readonly number[] },
): readonly PlacedEntry[] {
  const duplicate = duplicateOf(map, key);
  const values = [map.get(key), ...(duplicate?.later ?? [])];
  const left = source.places.slice(-values.length);
  return left.flatMap((at, nth) => {
    const value = values[nth];
    return value === undefined ? [] : [{ key, value, field: source.fields[at], at }];
  });
}

/** How many lines a text takes behind the one where it starts. */
function blockLines(text: string, shape: Shape | undefined): number {
  switch (shape?.kind === "scalar" ? shape.style : "plain") {
    case "double-quoted":
      return 0;
    case "single-quoted":
      return isWrittenAsBlock(text) ? (text.match(/\n+/g)?.join("\n").length ?? 0) + 1 : 0;
    case "folded":
      return textLines(text) + foldedBreaks(text);
    case "literal":
      return textLines(text);
    default:
      return isWrittenAsBlock(text) ? textLines(text) : 0;
  }
}

function textLines(text: string): number {
  return text === "" ? 0 : text.replace(/\n$/, "").split("\n").length;
}

/** Breaks that are written twice in a folded block, so that they stay. */
function foldedBreaks(text: string): number {
  if (/^\n*(?:[ \t]|$)/.test(text)) return 0;
  return text.match(/^[^ \t\n].*\n/gm)?.length ?? 0;
}
