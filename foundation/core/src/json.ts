import { JsonDepthError, JsonSyntaxError } from "./json-error.ts";
import { findJsonProblem, scanJson } from "./json-problem.ts";

/** A JSON value as Weir holds it: integers outside ±2^53 are `bigint`, and numbers else. */
export type JsonValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** A JSON object. */
export type JsonObject = { readonly [key: string]: JsonValue };

/** How `parseJson` treats its text. */
export interface ParseJsonOptions {
  /** How deep arrays and objects may nest; 1000 by default, which every recursive reader of the value survives. */
  readonly maxDepth?: number;
  /**
   * Is told of each number that is not written as an integer, with its text and where it stands: what a double tells no
   * more, that it was `1.0` or `1e999`.
   */
  readonly onFraction?: (holder: object, key: string, text: string) => void;
}

/** How `writeJson` lays out its text. */
export interface WriteJsonOptions {
  /** Spaces per level; 0, the default, writes one line. */
  readonly indent?: number;
}

const DEFAULT_MAX_DEPTH = 1000;

const INTEGER = /^-?\d+$/;

interface ReviverContext {
  readonly source?: string;
}
type SourceReviver = (this: unknown, key: string, value: unknown, context: ReviverContext) => unknown;
const parseWithSource = JSON.parse as (text: string, reviver: SourceReviver) => JsonValue;
const rawJson = (JSON as unknown as { readonly rawJSON: (text: string) => unknown }).rawJSON;

/**
 * Reads one JSON text.
 *
 * As `JSON.parse`, but an integer outside ±2^53 is an exact `bigint`; a number with a fraction or an exponent is a
 * double. A `__proto__` key is an own property; a repeated key keeps its last value. Throws `JsonSyntaxError` in the
 * words of Go's encoding/json, and `JsonDepthError` for a text that nests too deep.
 */
export function parseJson(text: string, options: ParseJsonOptions = {}): JsonValue {
  const { maxDepth = DEFAULT_MAX_DEPTH, onFraction } = options;
  const { tooDeepAt, hasLongNumber, hasFraction } = scanJson(text, maxDepth);
  if (tooDeepAt !== undefined) throw new JsonDepthError(maxDepth, { bracket: text[tooDeepAt] ?? "" });
  try {
    if (hasFraction && onFraction !== undefined) return parseWithSource(text, withFractions(onFraction));
    // The reviver sees the digits of a number but makes reading several times slower, so that few texts pay for it.
    return hasLongNumber ? parseWithSource(text, exactInteger) : (JSON.parse(text) as JsonValue);
  } catch (cause) {
    if (cause instanceof RangeError) throw new JsonDepthError(maxDepth, { cause });
    const { problem, offset } = findJsonProblem(text);
    throw new JsonSyntaxError(problem, offset, { cause });
  }
}

function exactInteger(this: unknown, _key: string, value: unknown, { source }: ReviverContext): unknown {
  if (typeof value !== "number" || Number.isSafeInteger(value)) return value;
  return source !== undefined && INTEGER.test(source) ? BigInt(source) : value;
}

function withFractions(tell: NonNullable<ParseJsonOptions["onFraction"]>): SourceReviver {
  return function (this: unknown, key, value, context) {
    const { source } = context;
    if (typeof value === "number" && source !== undefined && !INTEGER.test(source))
      tell(this as object, key, source);
    return exactInteger.call(this, key, value, context);
  };
}

/**
 * Writes a value as JSON text: the counterpart of `parseJson`, which reads back an equal value.
 *
 * Keys keep their order, a `bigint` is written with all its digits, and an `undefined` property is left out. Throws
 * `JsonDepthError` for a value that nests too deep.
 */
export function writeJson(value: JsonValue, options: WriteJsonOptions = {}): string {
  const { indent = 0 } = options;
  try {
    return JSON.stringify(value, undefined, indent);
  } catch (cause) {
    // Few values hold a bigint, so the plain writer goes first: a replacer makes it several times slower.
    if (cause instanceof TypeError) return writeWithIntegers(value, indent);
    throw new JsonDepthError(DEFAULT_MAX_DEPTH, { cause });
  }
}

function writeWithIntegers(value: JsonValue, indent: number): string {
  try {
    return JSON.stringify(
      value,
      (_key, item: unknown) => (typeof item === "bigint" ? rawJson(item.toString()) : item),
      indent,
    );
  } catch (cause) {
    throw new JsonDepthError(DEFAULT_MAX_DEPTH, { cause });
  }
}
