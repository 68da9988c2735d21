import { BANG, GREATER, hexValue, isBlankOrEnd, isWordCharacter, LESS, PERCENT } from "./character.ts";
import type { ScanState } from "./scan-state.ts";
import type { Mark } from "./syntax-error.ts";
import { TAG, Token } from "./token.ts";

const AFTER_ANCHOR = new Set("?:,]}%@`");
const URI_PUNCTUATION = new Set(";/?:@&=+$,.!~*'()[]");

/** Scans `&name` or `*name`. */
export function scanAnchor(state: ScanState, kind: number): Token {
  const start = state.mark();
  state.position += 1;
  const name = takeWord(state);
  const next = state.text.charAt(state.position);
  if (name === "" || !(isBlankOrEnd(next.charCodeAt(0)) || AFTER_ANCHOR.has(next))) {
    state.fail("did not find expected alphabetic or numeric character", start);
  }
  return new Token(kind, start.line, start.column, name);
}

/** Takes a run of letters, digits, `_` and `-`. */
export function takeWord(state: ScanState): string {
  const { text, position } = state;
  let end = position;
  while (isWordCharacter(text.charCodeAt(end))) end += 1;
  state.position = end;
  return text.slice(position, end);
}

/** Scans `!<uri>`, `!suffix`, `!!suffix` or `!handle!suffix`. An empty handle says that the suffix is the whole tag. */
export function scanTag(state: ScanState): Token {
  const start = state.mark();
  const [handle, suffix] =
    state.text.charCodeAt(state.position + 1) === LESS
      ? ["", scanVerbatim(state, start)]
      : scanShorthand(state, start);
  if (!isBlankOrEnd(state.text.charCodeAt(state.position))) {
    state.fail("did not find expected whitespace or line break", start);
  }
  return new Token(TAG, start.line, start.column, handle, suffix);
}

function scanVerbatim(state: ScanState, start: Mark): string {
  state.position += 2;
  const uri = scanTagUri(state, "", start);
  if (state.text.charCodeAt(state.position) !== GREATER) state.fail("did not find the expected '>'", start);
  state.position += 1;
  return uri;
}

function scanShorthand(state: ScanState, start: Mark): readonly [handle: string, suffix: string] {
  const handle = scanTagHandle(state, false, start);
  if (handle.length > 1 && handle.endsWith("!")) return [handle, scanTagUri(state, "", start)];
  const suffix = scanTagUri(state, handle, start);
  return suffix === "" ? ["", "!"] : ["!", suffix];
}

/** Scans `!`, `!!` or `!name!`. Outside a directive, `!name` is taken as well: it begins a suffix. */
export function scanTagHandle(state: ScanState, inDirective: boolean, start: Mark): string {
  if (state.text.charCodeAt(state.position) !== BANG) state.fail("did not find expected '!'", start);
  state.position += 1;
  const handle = `!${takeWord(state)}`;
  if (state.text.charCodeAt(state.position) === BANG) {
    state.position += 1;
    return `${handle}!`;
  }
  if (inDirective && handle !== "!") state.fail("did not find expected '!'", start);
  return handle;
}

/** Scans a tag's URI; `head` is what was taken for a handle and is not one, with its `!`. */
export function scanTagUri(state: ScanState, head: string, start: Mark): string {
  const { text } = state;
  let uri = head.slice(1);
  let found = head !== "";
  for (;;) {
    const character = text.charAt(state.position);
    if (character === "%") uri += scanUriEscape(state, start);
    else if (isWordCharacter(character.charCodeAt(0)) || URI_PUNCTUATION.has(character)) {
      uri += character;
      state.position += 1;
    } else break;
    found = true;
  }
  if (!found) state.fail("did not find expected tag URI", start);
  return uri;
}

/** One character written as the escaped octets of its UTF-8 form. */
function scanUriEscape(state: ScanState, start: Mark): string {
  const octets = [scanOctet(state, start)];
  const width = widthOf(octets[0] as number);
  if (width === 0) state.fail("found an incorrect leading UTF-8 octet", start);
  while (octets.length < width) {
    const octet = scanOctet(state, start);
    if ((octet & 0xc0) !== 0x80) state.fail("found an incorrect trailing UTF-8 octet", start);
    octets.push(octet);
  }
  return Buffer.from(octets).toString("utf8");
}

function scanOctet(state: ScanState, start: Mark): number {
  const { text, position } = state;
  const high = hexValue(text.charCodeAt(position + 1));
  const low = hexValue(text.charCodeAt(position + 2));
  if (text.charCodeAt(position) !== PERCENT || high < 0 || low < 0) {
    state.fail("did not find URI escaped octet", start);
  }
  state.position += 3;
  return high * 16 + low;
}

function widthOf(octet: number): number {
  if (octet < 0x80) return 1;
  if ((octet & 0xe0) === 0xc0) return 2;
  if ((octet & 0xf0) === 0xe0) return 3;
  return (octet & 0xf8) === 0xf0 ? 4 : 0;
}
