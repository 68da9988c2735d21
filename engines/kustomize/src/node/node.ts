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

  /** Its tag was written; any other tag is left out when it is printed, so that quotes make a string of it. */
  tagged = false;

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

/** The same scalar with another text: tag and quotes stay. */
export function retexted(scalar: Scalar, text: string): Scalar {
  const next = new Scalar(scalar.tag, text, scalar.quoted);
  next.tagged = scalar.tagged;
  return next;
}

/** A key that occurs twice; an error once the mapping is printed. */
export interface DuplicateKey {
  readonly key: string;
  readonly line: number;
  readonly firstLine: number;
}

/** A mapping, in source order. Keys are held by their text; those that are not strings are named in `oddKeys`. */
export class YamlMap {
  readonly fields: Map<string, Node>;
  oddKeys: Set<string> | undefined;
  duplicates: readonly DuplicateKey[] | undefined;
  /** Written as `{…}`; only error messages show it. */
  flow: boolean;

  constructor(fields: Map<string, Node> = new Map()) {
    this.fields = fields;
    this.oddKeys = undefined;
    this.duplicates = undefined;
    this.flow = false;
  }

  get(key: string): Node | undefined {
    return this.fields.get(key);
  }

  set(key: string, value: Node): void {
    this.fields.set(key, value);
  }

  delete(key: string): void {
    this.fields.delete(key);
    this.oddKeys?.delete(key);
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

/** The source text of a scalar, of a null too; empty for what is no scalar. */
export function textOf(node: Node | undefined): string {
  if (typeof node === "string") return node;
  return node instanceof Scalar ? node.text : "";
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
  copy.flow = node.flow;
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
