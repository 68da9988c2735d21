import {
  BACKSLASH,
  DOUBLE_QUOTE,
  hexValue,
  isBlank,
  isBlankOrEnd,
  isBreak,
  NEXT_LINE,
  NUL,
  SINGLE_QUOTE,
  SPACE,
} from "./character.ts";
import { atDocumentIndicator, foldBreaks } from "./scan-plain.ts";
import type { ScanState } from "./scan-state.ts";
import type { Mark } from "./syntax-error.ts";
import { DOUBLE_QUOTED, SCALAR, SINGLE_QUOTED, Token } from "./token.ts";

/** Scans a quoted scalar. */
export function scanQuoted(state: ScanState, single: boolean): Token {
  const { text } = state;
  const start = state.mark();
  const quote = single ? SINGLE_QUOTE : DOUBLE_QUOTE;
  let value = "";
  state.position += 1;
  for (;;) {
    if (atDocumentIndicator(state)) state.fail("found unexpected document indicator", start);
    if (text.charCodeAt(state.position) === NUL) state.fail("found unexpected end of stream", start);
    const piece = single ? takeSingleQuoted(state) : takeDoubleQuoted(state, start);
    value += piece;
    // An escaped break joins the lines: it counts as the first break and leaves nothing.
    const escapedBreak = !single && text.charCodeAt(state.position) === BACKSLASH;
    if (escapedBreak) {
      state.position += 1;
      state.skipBreak();
    }
    if (text.charCodeAt(state.position) === quote) break;
    value += takeWhitespace(state, escapedBreak);
  }
  state.position += 1;
  const style = single ? SINGLE_QUOTED : DOUBLE_QUOTED;
  return new Token(SCALAR, start.line, start.column, value, "", style);
}

/** Characters up to a blank, a break, the end or the closing quote. */
function takeSingleQuoted(state: ScanState): string {
  const { text } = state;
  let value = "";
  let start = state.position;
  let position = start;
  for (;;) {
    const code = text.charCodeAt(position);
    if (code === SINGLE_QUOTE) {
      if (text.charCodeAt(position + 1) !== SINGLE_QUOTE) break;
      value += text.slice(start, position + 1);
      position += 2;
      start = position;
    } else if (code === SPACE) {
      // A blank inside the line belongs to the text, so the run goes on over it.
      if (!staysOnLine(text, position)) break;
      position += 1;
    } else if ((code < SPACE || code >= NEXT_LINE) && isBlankOrEnd(code)) {
      break;
    } else {
      position += 1;
    }
  }
  state.position = position;
  return value + text.slice(start, position);
}

/** Whether the blank at the position is followed by something else than a blank, a break or the end. */
function staysOnLine(text: string, position: number): boolean {
  return !isBlankOrEnd(text.charCodeAt(position + 1));
}

function takeDoubleQuoted(state: ScanState, begin: Mark): string {
  const { text } = state;
  let value = "";
  let start = state.position;
  let position = start;
  for (;;) {
    const code = text.charCodeAt(position);
    if (code === DOUBLE_QUOTE) break;
    if (code === BACKSLASH) {
      value += text.slice(start, position);
      state.position = position;
      if (isBreak(text.charCodeAt(position + 1))) return value;
      value += takeEscape(state, begin);
      position = state.position;
      start = position;
    } else if (code === SPACE) {
      if (!staysOnLine(text, position)) break;
      position += 1;
    } else if ((code < SPACE || code >= NEXT_LINE) && isBlankOrEnd(code)) {
      break;
    } else {
      position += 1;
    }
  }
  state.position = position;
  return value + text.slice(start, position);
}

/** Blanks and breaks inside a quoted scalar, folded. */
function takeWhitespace(state: ScanState, afterEscapedBreak: boolean): string {
  const { text } = state;
  const start = state.position;
  let first = "";
  let others = "";
  let broken = afterEscapedBreak;
  let blanksEnd = start;
  for (;;) {
    const code = text.charCodeAt(state.position);
    if (isBlank(code)) {
      state.position += 1;
      if (!broken) blanksEnd = state.position;
    } else if (!isBreak(code)) {
      break;
    } else if (broken) {
      others += state.takeBreak();
    } else {
      first = state.takeBreak();
      broken = true;
    }
  }
  return broken ? foldBreaks(first, others) : text.slice(start, blanksEnd);
}

/** What each one-letter escape stands for. */
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["0", "\0"],
  ["a", "\x07"],
  ["b", "\b"],
  ["t", "\t"],
  ["\t", "\t"],
  ["n", "\n"],
  ["v", "\v"],
  ["f", "\f"],
  ["r", "\r"],
  ["e", "\x1b"],
  [" ", " "],
  ['"', '"'],
  ["'", "'"],
  ["\\", "\\"],
  ["N", "\x85"],
  ["_", "\xa0"],
  ["L", "\u2028"],
  ["P", "\u2029"],
]);

const HEX_ESCAPES: ReadonlyMap<string, number> = new Map([
  ["x", 2],
  ["u", 4],
  ["U", 8],
]);

function takeEscape(state: ScanState, begin: Mark): string {
  const letter = state.text.charAt(state.position + 1);
  const known = ESCAPES.get(letter);
  if (known !== undefined) {
    state.position += 2;
    return known;
  }
  const digits = HEX_ESCAPES.get(letter);
  if (digits === undefined) state.fail("found unknown escape character", begin);
  state.position += 2;
  return takeCodePoint(state, digits, begin);
}

function takeCodePoint(state: ScanState, digits: number, begin: Mark): string {
  let value = 0;
  for (let i = 0; i < digits; i += 1) {
    const digit = hexValue(state.text.charCodeAt(state.position + i));
    if (digit < 0) state.fail("did not find expected hexdecimal number", begin);
    value = value * 16 + digit;
  }
  if ((value >= 0xd800 && value <= 0xdfff) || value > 0x10ffff) {
    state.fail("found invalid Unicode character escape code", begin);
  }
  state.position += digits;
  return String.fromCodePoint(value);
}
