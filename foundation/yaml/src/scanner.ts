import {
  AMPERSAND,
  BANG,
  COLON,
  COMMA,
  DASH,
  DOT,
  DOUBLE_QUOTE,
  GREATER,
  HASH,
  isBlank,
  isBlankOrEnd,
  isBreak,
  LEFT_BRACE,
  LEFT_BRACKET,
  NUL,
  PERCENT,
  PIPE,
  QUESTION,
  RIGHT_BRACE,
  RIGHT_BRACKET,
  SINGLE_QUOTE,
  SPACE,
  STAR,
  TAB,
} from "./character.ts";
import { scanBlockScalar } from "./scan-block-scalar.ts";
import { scanDirective } from "./scan-directive.ts";
import { scanPlain } from "./scan-plain.ts";
import { scanQuoted } from "./scan-quoted.ts";
import { type ScanState, SimpleKey } from "./scan-state.ts";
import { scanAnchor, scanTag } from "./scan-tag.ts";
import * as token from "./token.ts";
import { Token } from "./token.ts";

/** go-yaml's own limit of flow levels and of indentation levels. */
const MAX_LEVELS = 10_000;

/** Longest distance in characters from the start of a simple key to its `:`. */
const MAX_KEY_LENGTH = 1024;

/** The next token, which stays in the queue until `takeToken`. */
export function peekToken(state: ScanState): Token {
  if (!state.tokenReady) fetchMoreTokens(state);
  return state.tokens[state.head] as Token;
}

/** Removes the token that `peekToken` showed. */
export function takeToken(state: ScanState): void {
  state.tokenReady = false;
  state.tokensTaken += 1;
  state.head += 1;
  if (state.head === state.tokens.length) {
    state.tokens.length = 0;
    state.head = 0;
  }
}

function fetchMoreTokens(state: ScanState): void {
  // Version 3 looks two tokens further ahead, for its comments, so it meets some errors earlier.
  const ahead = state.dialect === "go-yaml-v3" ? 2 : 0;
  while (state.head >= state.tokens.length - ahead || headMayBecomeKey(state)) fetchNextToken(state);
  state.tokenReady = true;
}

/** Whether a `:` yet to be scanned may turn the token at the head into a key. */
function headMayBecomeKey(state: ScanState): boolean {
  const level = state.keyLevels.get(state.tokensTaken);
  // A level may have got another key since; go-yaml asks that one then, and so do we.
  const key = level === undefined ? undefined : state.simpleKeys[level];
  return key !== undefined && isKeyStillValid(state, key);
}

function isKeyStillValid(state: ScanState, key: SimpleKey): boolean {
  if (!key.possible) return false;
  if (key.line === state.line && !isTooFar(state, key)) return true;
  if (key.required) state.fail("could not find expected ':'", { line: key.line, column: key.column });
  key.possible = false;
  return false;
}

function isTooFar(state: ScanState, key: SimpleKey): boolean {
  const units = state.position - key.position;
  if (units <= MAX_KEY_LENGTH) return false;
  // The limit counts characters, and a pair of surrogates is one.
  if (units > 2 * MAX_KEY_LENGTH) return true;
  return Array.from(state.text.slice(key.position, state.position)).length > MAX_KEY_LENGTH;
}

function saveSimpleKey(state: ScanState): void {
  if (!state.simpleKeyAllowed) return;
  removeSimpleKey(state);
  const key = state.simpleKeys[state.simpleKeys.length - 1] as SimpleKey;
  key.possible = true;
  key.required = state.flowLevel === 0 && state.indent === state.column;
  key.tokenNumber = state.tokensTaken + (state.tokens.length - state.head);
  key.position = state.position;
  key.line = state.line;
  key.column = state.column;
  state.keyLevels.set(key.tokenNumber, state.simpleKeys.length - 1);
}

function removeSimpleKey(state: ScanState): void {
  const key = state.simpleKeys[state.simpleKeys.length - 1] as SimpleKey;
  if (!key.possible) return;
  if (key.required) state.fail("could not find expected ':'", { line: key.line, column: key.column });
  key.possible = false;
  state.keyLevels.delete(key.tokenNumber);
}

/** Puts a token into the queue; `number` is its place among all tokens of the text. */
function insertToken(state: ScanState, number: number, made: Token): void {
  const { tokens } = state;
  const index = state.head + number - state.tokensTaken;
  tokens.push(made);
  // The token that it belongs before may be gone; then go-yaml appends it.
  if (index < state.head) return;
  for (let i = tokens.length - 1; i > index; i -= 1) tokens[i] = tokens[i - 1] as Token;
  tokens[index] = made;
}

function nextNumber(state: ScanState): number {
  return state.tokensTaken + (state.tokens.length - state.head);
}

/** Opens a block collection when the column is beyond the current indentation. */
function rollIndent(state: ScanState, at: Token, number: number): void {
  if (state.flowLevel > 0 || state.indent >= at.column) return;
  state.indents.push(state.indent);
  state.indent = at.column;
  if (state.indents.length > MAX_LEVELS) {
    const key = state.simpleKeys[state.simpleKeys.length - 1] as SimpleKey;
    state.fail(`exceeded max depth of ${MAX_LEVELS}`, { line: key.line, column: key.column });
  }
  insertToken(state, number, at);
}

/** Closes the block collections that are indented further than the column. */
function unrollIndent(state: ScanState, column: number): void {
  if (state.flowLevel > 0) return;
  while (state.indent > column) {
    state.tokens.push(new Token(token.BLOCK_END, state.line, state.column));
    state.indent = state.indents.pop() as number;
  }
}

function fetchNextToken(state: ScanState): void {
  if (!state.streamStarted) {
    state.streamStarted = true;
    state.tokens.push(new Token(token.STREAM_START, 0, 0));
    return;
  }
  skipToNextToken(state);
  unrollIndent(state, state.column);
  const code = state.text.charCodeAt(state.position);
  if (state.column === 0 && fetchAtLineStart(state, code)) return;
  if (code === NUL) fetchStreamEnd(state);
  else if (!fetchIndicator(state, code)) fetchPlain(state, code);
}

function skipToNextToken(state: ScanState): void {
  const { text } = state;
  for (;;) {
    if (state.column === 0) skipByteOrderMark(state);
    const tabsAllowed = state.flowLevel > 0 || !state.simpleKeyAllowed;
    let code = text.charCodeAt(state.position);
    while (code === SPACE || (code === TAB && tabsAllowed)) {
      state.position += 1;
      code = text.charCodeAt(state.position);
    }
    if (code === HASH) {
      skipComment(state);
      code = text.charCodeAt(state.position);
    }
    if (!isBreak(code)) return;
    state.skipBreak();
    if (state.flowLevel === 0) state.simpleKeyAllowed = true;
  }
}

/** How far version 3 looks for the next line of a comment. */
const COMMENT_REACH = 512;

/**
 * Version 3 takes a block of comment lines at once, and so lets tabs stand before all of them but the first.
 */
function skipComment(state: ScanState): void {
  const standsAlone = state.text.slice(state.lineStart, state.position).trim() === "";
  state.skipToBreak();
  if (state.dialect !== "go-yaml-v3" || !standsAlone) return;
  for (let next = nextComment(state); next !== -1; next = nextComment(state)) {
    while (state.position < next) {
      if (isBlank(state.text.charCodeAt(state.position))) state.position += 1;
      else state.skipBreak();
    }
    state.skipToBreak();
  }
}

/** Where the next comment begins, if nothing but blanks and breaks is before it; or -1. */
function nextComment({ text, position }: ScanState): number {
  for (let at = position; at < position + COMMENT_REACH; at += 1) {
    const code = text.charCodeAt(at);
    if (code === HASH) return at;
    if (!isBlank(code) && !isBreak(code)) return -1;
  }
  return -1;
}

/**
 * go-yaml looks for a byte order mark at the start of its buffer instead of at the position: a mark further on is text,
 * and a text that begins with two marks loses the first character of each line.
 */
function skipByteOrderMark(state: ScanState): void {
  if (state.position < state.markQuirkEnd) state.position += 1;
}

/** Directives and document indicators. Returns whether there was one. */
function fetchAtLineStart(state: ScanState, code: number): boolean {
  if (code === PERCENT) {
    unrollIndent(state, -1);
    removeSimpleKey(state);
    state.simpleKeyAllowed = false;
    state.tokens.push(scanDirective(state));
    return true;
  }
  if ((code !== DASH && code !== DOT) || !atDocumentIndicator(state)) return false;
  unrollIndent(state, -1);
  removeSimpleKey(state);
  state.simpleKeyAllowed = false;
  const kind = code === DASH ? token.DOCUMENT_START : token.DOCUMENT_END;
  state.tokens.push(new Token(kind, state.line, state.column));
  state.position += 3;
  return true;
}

function atDocumentIndicator({ text, position }: ScanState): boolean {
  return (
    (text.startsWith("---", position) || text.startsWith("...", position)) &&
    isBlankOrEnd(text.charCodeAt(position + 3))
  );
}

function fetchStreamEnd(state: ScanState): void {
  if (state.column !== 0) {
    state.lineStart = state.position;
    state.line += 1;
  }
  unrollIndent(state, -1);
  removeSimpleKey(state);
  state.simpleKeyAllowed = false;
  state.streamEnded = true;
  state.tokens.push(new Token(token.STREAM_END, state.line, state.column));
}

/** Everything that its first character tells apart. Returns false where a plain scalar may start. */
// oxlint-disable-next-line complexity -- the dispatch on the first character of every token
function fetchIndicator(state: ScanState, code: number): boolean {
  switch (code) {
    case LEFT_BRACKET:
      return fetchFlowStart(state, token.FLOW_SEQUENCE_START);
    case LEFT_BRACE:
      return fetchFlowStart(state, token.FLOW_MAPPING_START);
    case RIGHT_BRACKET:
      return fetchFlowEnd(state, token.FLOW_SEQUENCE_END);
    case RIGHT_BRACE:
      return fetchFlowEnd(state, token.FLOW_MAPPING_END);
    case COMMA:
      return fetchFlowEntry(state);
    case DASH:
      return isBlankOrEnd(state.text.charCodeAt(state.position + 1)) && fetchBlockEntry(state);
    case QUESTION:
      return endsIndicator(state) && fetchKey(state);
    case COLON:
      return endsIndicator(state) && fetchValue(state);
    case STAR:
    case AMPERSAND:
      return fetchNodeStart(state, code);
    case BANG:
    case SINGLE_QUOTE:
    case DOUBLE_QUOTE:
      return fetchNodeStart(state, code);
    case PIPE:
    case GREATER:
      return state.flowLevel === 0 && fetchBlockScalar(state, code === PIPE);
    default:
      return false;
  }
}

function endsIndicator(state: ScanState): boolean {
  return state.flowLevel > 0 || isBlankOrEnd(state.text.charCodeAt(state.position + 1));
}

function fetchFlowStart(state: ScanState, kind: number): boolean {
  saveSimpleKey(state);
  const key = new SimpleKey();
  // The number of the bracket itself: closing an empty collection so unlists the key that the collection may be.
  key.tokenNumber = nextNumber(state);
  key.line = state.line;
  key.column = state.column;
  state.simpleKeys.push(key);
  state.flowLevel += 1;
  if (state.flowLevel > MAX_LEVELS) state.fail(`exceeded max depth of ${MAX_LEVELS}`, state.mark());
  state.simpleKeyAllowed = true;
  return fetchSign(state, kind);
}

function fetchFlowEnd(state: ScanState, kind: number): boolean {
  removeSimpleKey(state);
  if (state.flowLevel > 0) {
    state.keyLevels.delete((state.simpleKeys.pop() as SimpleKey).tokenNumber);
    state.flowLevel -= 1;
  }
  state.simpleKeyAllowed = false;
  return fetchSign(state, kind);
}

function fetchSign(state: ScanState, kind: number): boolean {
  state.tokens.push(new Token(kind, state.line, state.column));
  state.position += 1;
  return true;
}

function fetchFlowEntry(state: ScanState): boolean {
  removeSimpleKey(state);
  state.simpleKeyAllowed = true;
  return fetchSign(state, token.FLOW_ENTRY);
}

function fetchBlockEntry(state: ScanState): boolean {
  if (state.flowLevel === 0) {
    if (!state.simpleKeyAllowed) {
      state.fail("block sequence entries are not allowed in this context", state.mark());
    }
    rollIndent(state, new Token(token.BLOCK_SEQUENCE_START, state.line, state.column), nextNumber(state));
  }
  removeSimpleKey(state);
  state.simpleKeyAllowed = true;
  return fetchSign(state, token.BLOCK_ENTRY);
}

function fetchKey(state: ScanState): boolean {
  if (state.flowLevel === 0) {
    if (!state.simpleKeyAllowed) state.fail("mapping keys are not allowed in this context", state.mark());
    rollIndent(state, new Token(token.BLOCK_MAPPING_START, state.line, state.column), nextNumber(state));
  }
  removeSimpleKey(state);
  state.simpleKeyAllowed = state.flowLevel === 0;
  fetchSign(state, token.KEY);
  return skipLineComment(state);
}

/** Version 3 takes a comment after `?` and `:` at once, and so lets a tab stand before it. */
function skipLineComment(state: ScanState): boolean {
  if (state.dialect !== "go-yaml-v3") return true;
  const { position } = state;
  state.skipBlanks();
  if (state.text.charCodeAt(state.position) === HASH) state.skipToBreak();
  else state.position = position;
  return true;
}

function fetchValue(state: ScanState): boolean {
  const key = state.simpleKeys[state.simpleKeys.length - 1] as SimpleKey;
  if (isKeyStillValid(state, key)) {
    insertToken(state, key.tokenNumber, new Token(token.KEY, key.line, key.column));
    rollIndent(state, new Token(token.BLOCK_MAPPING_START, key.line, key.column), key.tokenNumber);
    key.possible = false;
    state.keyLevels.delete(key.tokenNumber);
    state.simpleKeyAllowed = false;
  } else {
    if (state.flowLevel === 0) openComplexValue(state);
    state.simpleKeyAllowed = state.flowLevel === 0;
  }
  fetchSign(state, token.VALUE);
  return skipLineComment(state);
}

function openComplexValue(state: ScanState): void {
  if (!state.simpleKeyAllowed) state.fail("mapping values are not allowed in this context", state.mark());
  rollIndent(state, new Token(token.BLOCK_MAPPING_START, state.line, state.column), nextNumber(state));
}

/** Anchors, aliases, tags and quoted scalars: each may start a simple key. */
function fetchNodeStart(state: ScanState, code: number): boolean {
  saveSimpleKey(state);
  state.simpleKeyAllowed = false;
  state.tokens.push(scanNodeStart(state, code));
  return true;
}

function scanNodeStart(state: ScanState, code: number): Token {
  if (code === DOUBLE_QUOTE) return scanQuoted(state, false);
  if (code === SINGLE_QUOTE) return scanQuoted(state, true);
  if (code === BANG) return scanTag(state);
  return scanAnchor(state, code === STAR ? token.ALIAS : token.ANCHOR);
}

function fetchBlockScalar(state: ScanState, literal: boolean): boolean {
  removeSimpleKey(state);
  state.simpleKeyAllowed = true;
  state.tokens.push(scanBlockScalar(state, literal));
  return true;
}

function fetchPlain(state: ScanState, code: number): void {
  if (!mayStartPlain(state, code)) {
    state.fail("found character that cannot start any token", state.mark());
  }
  saveSimpleKey(state);
  state.simpleKeyAllowed = false;
  state.tokens.push(scanPlain(state));
}

/** Reached after the indicators, so `-`, `?` and `:` are followed by something else than a blank in the block context. */
function mayStartPlain(state: ScanState, code: number): boolean {
  const next = state.text.charCodeAt(state.position + 1);
  switch (code) {
    case DASH:
      return !isBlank(next);
    case QUESTION:
    case COLON:
      return state.flowLevel === 0 && !isBlankOrEnd(next);
    case PIPE:
    case GREATER:
    case PERCENT:
    case HASH:
    case TAB:
    case 0x40: // @
    case 0x60: // `
      return false;
    default:
      return true;
  }
}
