import { COLON, DASH, HASH, isBlank, isBlankOrEnd, isBreak, QUESTION, SPACE } from "./character.ts";

/** What a string's characters rule out, as bits. */
export const NEEDS_QUOTES = 1;
/** It holds a line break of any kind. */
export const MULTILINE = 2;
/** Neither plain nor single-quoted. */
export const NEEDS_ESCAPES = 4;
/** Not a block scalar either. */
export const NO_BLOCK = 8;
/** Go's JSON encoder writes it as it is, and then go-yaml refuses it or reads something else. */
export const UNUSUAL = 16;

/** Characters that a plain scalar may not start with. */
const STARTS_NO_PLAIN = startTable();

function startTable(): Uint8Array {
  const table = new Uint8Array(128);
  for (const character of "#,[]{}&*!|>'\"%@`") table[character.charCodeAt(0)] = 1;
  return table;
}

/** Finds out, in one pass, in which styles a string can be written. */
export function analyzeScalar(text: string): number {
  let flags = startFlags(text);
  let previous = 0;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code > SPACE && code < 0x7f) {
      if (code === COLON) flags |= colonFlags(text, i);
      else if (code === HASH && i > 0 && isBlankOrEnd(previous)) flags |= NEEDS_QUOTES;
    } else {
      flags |= spaceFlags(text, i, previous);
      if (code !== SPACE) flags |= characterFlags(text, code, i);
    }
    previous = code;
  }
  return flags;
}

function startFlags(text: string): number {
  const first = text.charCodeAt(0);
  if (first < 128 && STARTS_NO_PLAIN[first] === 1) return NEEDS_QUOTES;
  if (text.startsWith("---") || text.startsWith("...")) return NEEDS_QUOTES;
  const isIndicator = first === DASH || first === QUESTION;
  return isIndicator && endsWord(text, 1) ? NEEDS_QUOTES : 0;
}

/** Whether a blank or the end stands at the place. */
function endsWord(text: string, position: number): boolean {
  return position >= text.length || isBlank(text.charCodeAt(position));
}

function colonFlags(text: string, position: number): number {
  return endsWord(text, position + 1) ? NEEDS_QUOTES : 0;
}

/** Spaces and breaks matter at both ends and next to each other. */
function spaceFlags(text: string, position: number, previous: number): number {
  const code = text.charCodeAt(position);
  const atEdge = position === 0 || position === text.length - 1;
  if (code === SPACE) {
    const flags = atEdge ? NEEDS_QUOTES : 0;
    const atEnd = position === text.length - 1 ? NO_BLOCK : 0;
    return flags | atEnd | (position > 0 && isBreak(previous) ? NEEDS_ESCAPES : 0);
  }
  if (!isBreak(code)) return 0;
  return MULTILINE | NEEDS_QUOTES | (position > 0 && previous === SPACE ? NEEDS_ESCAPES | NO_BLOCK : 0);
}

const SPECIAL = NEEDS_QUOTES | NEEDS_ESCAPES | NO_BLOCK;

/** Whether go-yaml prints the character as it is. It does not know that characters beyond U+FFFF are printable. */
function characterFlags(text: string, code: number, position: number): number {
  if (code < SPACE) return code === 0x0a ? 0 : SPECIAL;
  if (code < 0xa0) return SPECIAL | UNUSUAL;
  if (code < 0xd800) return 0;
  if (code < 0xe000) return SPECIAL | (isPaired(text, code, position) ? 0 : UNUSUAL);
  if (code >= 0xfffe) return SPECIAL | UNUSUAL;
  return code === 0xfeff ? SPECIAL : 0;
}

function isPaired(text: string, code: number, position: number): boolean {
  const other = text.charCodeAt(code < 0xdc00 ? position + 1 : position - 1);
  return (other & 0xfc00) === (code < 0xdc00 ? 0xdc00 : 0xd800);
}
