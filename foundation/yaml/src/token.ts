/** Kinds of tokens, in libyaml's vocabulary. Plain numbers, because every token is compared several times. */

export const STREAM_START = 0;
export const STREAM_END = 1;
export const VERSION_DIRECTIVE = 2;
export const TAG_DIRECTIVE = 3;
export const DOCUMENT_START = 4;
export const DOCUMENT_END = 5;
export const BLOCK_SEQUENCE_START = 6;
export const BLOCK_MAPPING_START = 7;
export const BLOCK_END = 8;
export const FLOW_SEQUENCE_START = 9;
export const FLOW_SEQUENCE_END = 10;
export const FLOW_MAPPING_START = 11;
export const FLOW_MAPPING_END = 12;
export const BLOCK_ENTRY = 13;
export const FLOW_ENTRY = 14;
export const KEY = 15;
export const VALUE = 16;
export const ALIAS = 17;
export const ANCHOR = 18;
export const TAG = 19;
export const SCALAR = 20;

/** How a scalar is written. */
export const PLAIN = 0;
export const SINGLE_QUOTED = 1;
export const DOUBLE_QUOTED = 2;
export const LITERAL = 3;
export const FOLDED = 4;
/** How a collection is written in brackets; one in block style is `PLAIN`. */
export const FLOW = 5;

/** One token. Lines and columns count from 0, as libyaml's marks do. */
export class Token {
  readonly kind: number;
  readonly line: number;
  readonly column: number;
  /** Scalar text, anchor name, tag handle, or the version of a `%YAML` directive. */
  readonly value: string;
  /** Tag suffix, or the prefix of a `%TAG` directive. */
  readonly suffix: string;
  readonly style: number;

  // oxlint-disable-next-line max-params -- made for every token: an options object would double the garbage
  constructor(kind: number, line: number, column: number, value = "", suffix = "", style = PLAIN) {
    this.kind = kind;
    this.line = line;
    this.column = column;
    this.value = value;
    this.suffix = suffix;
    this.style = style;
  }
}
