/** Kinds of nodes. */

export const SCALAR_NODE = 0;
export const MAPPING_NODE = 1;
export const SEQUENCE_NODE = 2;
export const ALIAS_NODE = 3;

const NO_CHILDREN: readonly YamlNode[] = [];

/** A node of a parsed document. Lines and columns count from 0. */
export class YamlNode {
  readonly kind: number;
  readonly line: number;
  readonly column: number;
  /** Scalar text, or the anchor's name that an alias gives. */
  readonly value: string;
  /** The resolved tag (`tag:yaml.org,2002:str`), or `""`. */
  readonly tag: string;
  /** How a scalar is written, or that a collection is in flow style; see token.ts. */
  readonly style: number;
  /** Keys and values in turn, or items. */
  children: readonly YamlNode[] = NO_CHILDREN;
  /** What an alias stands for. */
  target: YamlNode | undefined = undefined;

  // oxlint-disable-next-line max-params -- made for every node: an options object would double the garbage
  constructor(kind: number, line: number, column: number, value: string, tag: string, style: number) {
    this.kind = kind;
    this.line = line;
    this.column = column;
    this.value = value;
    this.tag = tag;
    this.style = style;
  }
}
