import { isUtf8 } from "node:buffer";
import { YamlError } from "./error.ts";

/**
 * A text that is ready to be scanned.
 *
 * Where it has a character that YAML does not allow, `problem` says so and `text` ends before the block of input that
 * holds it: go-yaml reads input in blocks and notices the character when the scanner needs the block, so an error
 * before it is reported instead.
 */
export interface ReadInput {
  readonly text: string;
  /** Where the text begins: after a byte order mark. */
  readonly start: number;
  readonly problem: InputProblem | undefined;
}

/** A character that is not allowed, and its place as far as it is known; counted from 1. */
interface InputProblem {
  readonly text: string;
  readonly line?: number;
  readonly column?: number;
}

// Control characters but TAB, LF, CR and NEL, and the two codes of the first plane that are no characters.
// oxlint-disable-next-line no-control-regex -- these are what is looked for
const FORBIDDEN = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]/;

const BYTE_ORDER_MARK = 0xfeff;

/** How much go-yaml reads at once. */
const BLOCK_SIZE = 512;

/** Checks a text, and decodes it where it is bytes (UTF-8, or UTF-16 with a byte order mark). */
export function readInput(input: string | Uint8Array): ReadInput {
  if (typeof input === "string") return readText(input);
  const bytes = Buffer.from(input.buffer, input.byteOffset, input.byteLength);
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    return readUtf16(bytes);
  }
  return isUtf8(bytes) ? readText(bytes.toString("utf8")) : readBlocks(bytes);
}

function readText(text: string): ReadInput {
  if (FORBIDDEN.test(text) || !text.isWellFormed()) return readBlocks(encodeLoosely(text));
  return { text, start: text.charCodeAt(0) === BYTE_ORDER_MARK ? 1 : 0, problem: undefined };
}

/** Encodes as UTF-8 with lone surrogates as three bytes, which go-yaml refuses by name. */
function encodeLoosely(text: string): Buffer {
  if (text.isWellFormed()) return Buffer.from(text, "utf8");
  const parts: Buffer[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    const lone = code >= 0xd800 && code <= 0xdfff;
    parts.push(
      lone
        ? Buffer.from([0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f)])
        : Buffer.from(character, "utf8"),
    );
  }
  return Buffer.concat(parts);
}

/** Finds the first character that is not allowed, block by block. */
function readBlocks(bytes: Buffer): ReadInput {
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  let blockStart = hasMark ? 3 : 0;
  let blockEnd = BLOCK_SIZE;
  for (let at = blockStart; at < bytes.length; ) {
    const width = widthOf(bytes[at] as number);
    if (width > 0 && at + width > Math.min(blockEnd, bytes.length)) {
      if (at + width > bytes.length && blockEnd >= bytes.length) {
        return cut(bytes, blockStart, { text: "incomplete UTF-8 octet sequence", ...placeOf(bytes, at) });
      }
      blockStart = at;
      blockEnd = at + BLOCK_SIZE;
    }
    const problem = problemAt(bytes, at, width);
    if (problem !== undefined) return cut(bytes, blockStart, { text: problem, ...placeOf(bytes, at) });
    at += width;
    if (at === blockEnd) {
      blockStart = at;
      blockEnd = at + BLOCK_SIZE;
    }
  }
  return { text: bytes.toString("utf8", hasMark ? 3 : 0), start: 0, problem: undefined };
}

function placeOf(bytes: Buffer, at: number): { readonly line: number; readonly column: number } {
  const before = bytes
    .toString("utf8", 0, at)
    .replace(/^\ufeff/, "")
    .split("\n");
  return { line: before.length, column: Array.from(before.at(-1) ?? "").length + 1 };
}

function cut(bytes: Buffer, end: number, problem: InputProblem): ReadInput {
  const text = bytes.toString("utf8", 0, end);
  return { text, start: text.charCodeAt(0) === BYTE_ORDER_MARK ? 1 : 0, problem };
}

function widthOf(lead: number): number {
  if (lead < 0x80) return 1;
  if ((lead & 0xe0) === 0xc0) return 2;
  if ((lead & 0xf0) === 0xe0) return 3;
  return (lead & 0xf8) === 0xf0 ? 4 : 0;
}

/** The smallest code that needs each width. */
const SMALLEST = [0, 0, 0x80, 0x800, 0x10000];

function problemAt(bytes: Buffer, at: number, width: number): string | undefined {
  if (width === 0) return "invalid leading UTF-8 octet";
  let code = (bytes[at] as number) & (width === 1 ? 0x7f : 0xff >> (width + 1));
  for (let i = 1; i < width; i += 1) {
    const octet = bytes[at + i] as number;
    if ((octet & 0xc0) !== 0x80) return "invalid trailing UTF-8 octet";
    code = code * 64 + (octet & 0x3f);
  }
  if (code < (SMALLEST[width] as number)) return "invalid length of a UTF-8 sequence";
  return problemOf(code);
}

function problemOf(code: number): string | undefined {
  if ((code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff) return "invalid Unicode character";
  return code <= 0xffff && FORBIDDEN.test(String.fromCharCode(code))
    ? "control characters are not allowed"
    : undefined;
}

/** UTF-16 is rare enough that its block boundaries are not followed: its problems win over all others. */
function readUtf16(bytes: Buffer): ReadInput {
  const even = bytes.length - (bytes.length % 2);
  const swapped = bytes[0] === 0xfe ? Buffer.from(bytes.subarray(0, even)).swap16() : bytes.subarray(0, even);
  const text = swapped.toString("utf16le");
  const problem = utf16Problem(text, even !== bytes.length);
  return problem === undefined
    ? { text, start: 1, problem }
    : { text: "", start: 0, problem: { text: problem } };
}

function utf16Problem(text: string, isOdd: boolean): string | undefined {
  for (let i = 1; i < text.length; i += 1) {
    const code = text.codePointAt(i) ?? 0;
    if (code >= 0xdc00 && code <= 0xdfff) return "unexpected low surrogate area";
    if (code >= 0xd800 && code <= 0xdbff) {
      return i + 1 === text.length ? "incomplete UTF-16 surrogate pair" : "expected low surrogate area";
    }
    const problem = problemOf(code);
    if (problem !== undefined) return problem;
    if (code > 0xffff) i += 1;
  }
  return isOdd ? "incomplete UTF-16 character" : undefined;
}

/** The error for an input's problem; go-yaml gives no line for it. */
export function inputError({ text, line, column }: InputProblem): YamlError {
  return new YamlError(`yaml: ${text}`, text, { line, column });
}
