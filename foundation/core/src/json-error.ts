import { WeirError } from "./error.ts";

/** A text is not JSON. */
export class JsonSyntaxError extends WeirError {
  override readonly name = "JsonSyntaxError";
  readonly reason = "InvalidJSON";
  readonly retry = "never";
  /** What is wrong, in the words of Go's encoding/json, without a position. */
  readonly problem: string;
  /** Index into the text, in UTF-16 code units, of the first character that cannot stand there; its length at its end. */
  readonly offset: number;

  constructor(problem: string, offset: number, options?: { readonly cause?: unknown }) {
    super(problem, options);
    this.problem = problem;
    this.offset = offset;
  }
}

/** A JSON text or value nests deeper than its reader or writer accepts. */
export class JsonDepthError extends WeirError {
  override readonly name = "JsonDepthError";
  readonly reason = "InvalidJSON";
  readonly retry = "never";
  readonly maxDepth: number;
  /** The bracket that opens the level too many; `""` where a value was written. */
  readonly bracket: string;

  constructor(maxDepth: number, options: { readonly cause?: unknown; readonly bracket?: string } = {}) {
    super(
      `json nests deeper than ${maxDepth} levels`,
      options.cause === undefined ? {} : { cause: options.cause },
    );
    this.maxDepth = maxDepth;
    this.bracket = options.bracket ?? "";
  }
}
