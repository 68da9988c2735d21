import type { Shape } from "./written-shape.ts";

/**
 * The tree that a build works on: YAML as go-yaml v3's nodes hold it, as far as it reaches the output.
 *
 * A JavaScript string is a plain scalar that is a string; every other scalar keeps its tag and source text, because
 * kustomize copies and compares texts (`1.50`, `0755`) and resolves them only when it prints.
 */
export type Node = string | Scalar | YamlMap | Node[];

/** A scalar that is not a plain string: a number, boolean, null or timestamp, or a string written in quotes. */
export class Scalar {
  /** Short tag: `!!str`, `!!int`, `!!float`, `!!bool`, `!!null`, `!!timestamp`, `!!binary`, `!!merge` or a custom one. */
  readonly tag: string;
  readonly text: string;
  /** Written in quotes or as a block: a new value set in its place stays a string. */
  readonly quoted: boolean;
  /** Written as a folded block (`>`), which upstream cannot always read back as it was. */
  readonly folded: boolean;
  /** Where it lies when it lies in several places at once; see `shareScalar`. */
  places: readonly FieldPlace[] | undefined;

  /** What was set in a null as if it were a mapping: it is never printed, but upstream finds labels in it. */
  hidden: YamlMap | undefined = undefined;

  /** Its tag was written; any other tag is left out when it is printed, so that quotes make a string of it. */
  tagged = false;

  /** It was read from a text, so that upstream knows where it stands; only validators ask. */
  isRead = false;

  constructor(tag: string, text: string, quoted = false, folded = false) {
    this.tag = tag;
    this.text = text;
    this.quoted = quoted;
    this.folded = folded;
    this.places = undefined;
  }
}

/** A field of a mapping. */
export interface FieldPlace {
  readonly map: YamlMap;
  readonly key: string;
}

/** The same scalar with another text: tag, quotes and place stay. */
export function retexted(scalar: Scalar, text: string): Scalar {
  const next = new Scalar(scalar.tag, text, scalar.quoted);
  next.tagged = scalar.tagged;
  next.isRead = scalar.isRead;
  return next;
}

/** A key that occurs more than once; an error once the mapping is printed. */
export interface DuplicateKey {
  readonly key: string;
  /** Where it occurs, the first time included. */
  readonly places: readonly KeyPlace[];
  /** Its values but the first. */
  readonly later: readonly Node[];
}

/** Where a key stands. */
export interface KeyPlace {
  /** The line in the document, counted from 1. */
  readonly row: number;
  /** The line in the file, counted from 1. */
  readonly line: number;
  /** Absent where the text is no file. */
  readonly file: string | undefined;
}

/** A mapping, in source order. Keys are held by their text; those that are not strings are named in `oddKeys`. */
export class YamlMap {
  readonly fields: Map<string, Node>;
  oddKeys: Set<string> | undefined;
  duplicates: readonly DuplicateKey[] | undefined;
  /** How the document was laid out that it is the root of; only of documents with duplicate keys. */
  shape: Shape | undefined;
  /** Written as `{…}`; only error messages show it. */
  flow: boolean;
  /** The text of the null that it was made of: upstream changes the kind of a node and leaves its text. */
  formerText = "";
  /** It would be another one if it were written anew, as it was read from a text or stands before others; only validators ask. */
  isRead = false;
  /** Fields of a mapping that was read whose values a transformer set: to set one again makes no other node of it. */
  setKeys: Set<string> | undefined = undefined;

  constructor(fields: Map<string, Node> = new Map()) {
    this.fields = fields;
    this.oddKeys = undefined;
    this.duplicates = undefined;
    this.shape = undefined;
    this.flow = false;
  }

  get(key: string): Node | undefined {
    return this.fields.get(key);
  }

  set(key: string, value: Node): void {
    this.fields.set(key, value);
  }

  /** Removes a field; of one that occurs more than once only the first, as upstream does. */
  delete(key: string): void {
    const duplicate = this.duplicates?.find((candidate) => candidate.key === key);
    const next = duplicate?.later[0];
    if (duplicate === undefined || next === undefined) {
      this.fields.delete(key);
      this.oddKeys?.delete(key);
      return;
    }
    this.fields.set(key, copyNode(next));
    const rest = { key, places: duplicate.places.slice(1), later: duplicate.later.slice(1) };
    this.duplicates = this.duplicates
      ?.map((candidate) => (candidate === duplicate ? rest : candidate))
      .filter(({ later }) => later.length > 0);
  }
}

/** The null that `null` reads as. */
export const NULL: Scalar = new Scalar("!!null", "null");

/** A null of which nothing is written, inside brackets: upstream writes it as `''`, which it reads back as a string. */
export const EMPTY_IN_FLOW: Scalar = new Scalar("!!null", "");

export function isMap(node: Node | undefined): node is YamlMap {
  return node instanceof YamlMap;
}

export function isList(node: Node | undefined): node is Node[] {
  return Array.isArray(node);
}

export function isScalar(node: Node | undefined): node is string | Scalar {
  return typeof node === "string" || node instanceof Scalar;
}

export function isNull(node: Node | undefined): node is Scalar {
  return node instanceof Scalar && node.tag === "!!null";
}

/** Absent or null. */
export function isMissing(node: Node | undefined): boolean {
  return node === undefined || isNull(node);
}

/** Absent, null, `{}` or `[]`. */
export function isNilOrEmpty(node: Node | undefined): boolean {
  if (node === undefined || isNull(node)) return true;
  if (node instanceof YamlMap) return node.fields.size === 0;
  return Array.isArray(node) && node.length === 0;
}

/** A mapping in place of a null. */
export function mapOfNull(old: Scalar): YamlMap {
  const map = new YamlMap();
  map.formerText = old.text;
  return map;
}

/** The source text of a scalar, of a null too; mostly empty for what is no scalar. */
export function textOf(node: Node | undefined): string {
  if (typeof node === "string") return node;
  if (node instanceof Scalar) return node.text;
  return node instanceof YamlMap ? node.formerText : "";
}

/** The source text of a scalar, empty for null and for what is no scalar. */
export function valueOf(node: Node | undefined): string {
  return isNull(node) ? "" : textOf(node);
}

export function isString(node: Node | undefined): node is string | Scalar {
  return typeof node === "string" || (node instanceof Scalar && (node.tag === "!!str" || node.tag === ""));
}

export function isQuoted(node: Node | undefined): boolean {
  return node instanceof Scalar && node.quoted;
}

/** A copy that shares nothing that can change. */
export function copyNode<Kind extends Node>(node: Kind): Kind;
export function copyNode(node: Node): Node {
  if (typeof node === "string" || node instanceof Scalar) return node;
  if (Array.isArray(node)) return node.map((item) => copyNode(item));
  const copy = new YamlMap();
  for (const [key, value] of node.fields) copy.fields.set(key, copyNode(value));
  if (node.oddKeys !== undefined) copy.oddKeys = new Set(node.oddKeys);
  copy.duplicates = node.duplicates;
  copy.shape = node.shape;
  copy.flow = node.flow;
  copy.formerText = node.formerText;
  copy.isRead = node.isRead;
  if (node.setKeys !== undefined) copy.setKeys = new Set(node.setKeys);
  return copy;
}

const KIND_NAMES = { map: "MappingNode", list: "SequenceNode", scalar: "ScalarNode" } as const;

export type NodeKind = keyof typeof KIND_NAMES;

export function kindOf(node: Node): NodeKind {
  if (node instanceof YamlMap) return "map";
  return Array.isArray(node) ? "list" : "scalar";
}

/** What upstream calls a kind of node in its messages. */
export function kindName(kind: NodeKind): string {
  return KIND_NAMES[kind];
}
