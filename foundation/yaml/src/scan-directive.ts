import { DOT, HASH, isBlank, isBlankOrEnd, isBreakOrEnd, isDigit } from "./character.ts";
import type { ScanState } from "./scan-state.ts";
import { scanTagHandle, scanTagUri, takeWord } from "./scan-tag.ts";
import type { Mark } from "./syntax-error.ts";
import { TAG_DIRECTIVE, Token, VERSION_DIRECTIVE } from "./token.ts";

const MAX_NUMBER_LENGTH = 2;

/** Scans a `%YAML` or `%TAG` line. The version is in the token's value as `major.minor`. */
export function scanDirective(state: ScanState): Token {
  const { text } = state;
  const start = state.mark();
  state.position += 1;
  const made = scanContent(state, start);
  state.skipBlanks();
  if (text.charCodeAt(state.position) === HASH) state.skipToBreak();
  if (!isBreakOrEnd(text.charCodeAt(state.position))) {
    state.fail("did not find expected comment or line break", start);
  }
  state.skipBreak();
  return made;
}

function scanContent(state: ScanState, start: Mark): Token {
  const name = takeWord(state);
  if (name === "") state.fail("could not find expected directive name", start);
  if (!isBlankOrEnd(state.text.charCodeAt(state.position))) {
    state.fail("found unexpected non-alphabetical character", start);
  }
  if (name === "YAML") return scanVersion(state, start);
  if (name === "TAG") return scanTagDirective(state, start);
  return state.fail("found unknown directive name", start);
}

function scanVersion(state: ScanState, start: Mark): Token {
  state.skipBlanks();
  const major = scanNumber(state, start);
  if (state.text.charCodeAt(state.position) !== DOT) {
    state.fail("did not find expected digit or '.' character", start);
  }
  state.position += 1;
  const minor = scanNumber(state, start);
  return new Token(VERSION_DIRECTIVE, start.line, start.column, `${major}.${minor}`);
}

function scanNumber(state: ScanState, start: Mark): number {
  const { text } = state;
  let value = 0;
  let length = 0;
  for (; isDigit(text.charCodeAt(state.position)); state.position += 1) {
    length += 1;
    if (length > MAX_NUMBER_LENGTH) state.fail("found extremely long version number", start);
    value = value * 10 + (text.charCodeAt(state.position) - 0x30);
  }
  if (length === 0) state.fail("did not find expected version number", start);
  return value;
}

function scanTagDirective(state: ScanState, start: Mark): Token {
  const { text } = state;
  state.skipBlanks();
  const handle = scanTagHandle(state, true, start);
  if (!isBlank(text.charCodeAt(state.position))) state.fail("did not find expected whitespace", start);
  state.skipBlanks();
  const prefix = scanTagUri(state, "", start);
  if (!isBlankOrEnd(text.charCodeAt(state.position))) {
    state.fail("did not find expected whitespace or line break", start);
  }
  return new Token(TAG_DIRECTIVE, start.line, start.column, handle, prefix);
}
