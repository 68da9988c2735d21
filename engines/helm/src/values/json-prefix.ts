import { JsonSyntaxError } from "@weir/core";
import { decodeJson } from "./go-json.ts";
import { SetValuesError } from "./strvals-error.ts";
import type { TableValue } from "./table.ts";

/** A JSON value at the start of a text, and how much of the text it takes. */
export interface JsonPrefix {
  readonly value: TableValue;
  readonly length: number;
}

const WORD_OR_NUMBER = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)/y;

/** Decodes the JSON value that a text starts with, as a Go decoder reads a stream: what follows is not looked at. */
export function decodeJsonPrefix(text: string): JsonPrefix {
  const length = extentOf(text);
  try {
    return { value: decodeJson(text.slice(0, length)), length };
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    // A decoder of streams says that in other words than one of whole texts. The text says it all: no cause.
    throw new SetValuesError(error.offset >= length ? "unexpected EOF" : error.problem);
  }
}

/** Where the first value ends by its brackets and quotes; the whole text where there is no end, and so a fault. */
function extentOf(text: string): number {
  const first = text.charAt(0);
  if (first === '"') return endOfString(text, 0);
  if (first === "{" || first === "[") return endOfBrackets(text);
  WORD_OR_NUMBER.lastIndex = 0;
  const found = WORD_OR_NUMBER.exec(text)?.[0] ?? "";
  return found === "" || isCutShort(found, text.charAt(found.length)) ? text.length : found.length;
}

/** `1.x` and `1e` are broken numbers, not numbers with something after them. */
function isCutShort(found: string, next: string): boolean {
  if (!/^[-\d]/.test(found) || /[eE]/.test(found)) return false;
  return /[eE]/.test(next) || (next === "." && !found.includes("."));
}

function endOfBrackets(text: string): number {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === '"') at = endOfString(text, at) - 1;
    else if (char === "{" || char === "[") depth += 1;
    else if (char === "}" || char === "]") depth -= 1;
    if (depth === 0) return at + 1;
  }
  return text.length;
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '"') return at + 1;
    if (text[at] === "\\") at += 1;
  }
  return text.length;
}
