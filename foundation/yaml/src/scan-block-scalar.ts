import {
  DASH,
  HASH,
  isBlank,
  isBreak,
  isBreakOrEnd,
  isDigit,
  LF,
  NUL,
  PLUS,
  SPACE,
  TAB,
  ZERO,
} from "./character.ts";
import type { ScanState } from "./scan-state.ts";
import type { Mark } from "./syntax-error.ts";
import { FOLDED, LITERAL, SCALAR, Token } from "./token.ts";

interface Header {
  /** -1: drop the last break (`-`), 0: keep one, 1: keep all (`+`). */
  readonly chomping: number;
  /** The indentation indicator, or 0. */
  readonly increment: number;
}

/** Breaks before a line, and the indentation found so far (0: not known yet). */
interface Gap {
  readonly breaks: string;
  readonly indent: number;
}

/** Scans a literal (`|`) or a folded (`>`) scalar. */
export function scanBlockScalar(state: ScanState, literal: boolean): Token {
  const { text } = state;
  const start = state.mark();
  const { chomping, increment } = scanHeader(state, start);
  const known = increment === 0 ? 0 : Math.max(state.indent, 0) + increment;
  let gap = scanGap(state, known, start);
  const indent = gap.indent;
  let value = "";
  let lastBreak = "";
  let followsBlank = false;
  while (state.column === indent && text.charCodeAt(state.position) !== NUL) {
    const startsBlank = isBlank(text.charCodeAt(state.position));
    const folds = !literal && !followsBlank && !startsBlank && lastBreak === "\n";
    if (!folds) value += lastBreak;
    else if (gap.breaks === "") value += " ";
    value += gap.breaks;
    followsBlank = startsBlank;
    value += takeLine(state);
    lastBreak = state.takeBreak();
    gap = scanGap(state, indent, start);
  }
  if (chomping !== -1) value += lastBreak;
  if (chomping === 1) value += gap.breaks;
  return new Token(SCALAR, start.line, start.column, value, "", literal ? LITERAL : FOLDED);
}

function takeLine(state: ScanState): string {
  const start = state.position;
  state.skipToBreak();
  return state.text.slice(start, state.position);
}

function scanHeader(state: ScanState, start: Mark): Header {
  const { text } = state;
  state.position += 1;
  let chomping = scanChomping(state);
  const increment = scanIncrement(state, start);
  if (chomping === 0 && increment !== 0) chomping = scanChomping(state);
  state.skipBlanks();
  if (text.charCodeAt(state.position) === HASH) state.skipToBreak();
  if (!isBreakOrEnd(text.charCodeAt(state.position))) {
    state.fail("did not find expected comment or line break", start);
  }
  state.skipBreak();
  return { chomping, increment };
}

function scanChomping(state: ScanState): number {
  const code = state.text.charCodeAt(state.position);
  if (code !== PLUS && code !== DASH) return 0;
  state.position += 1;
  return code === PLUS ? 1 : -1;
}

function scanIncrement(state: ScanState, start: Mark): number {
  const code = state.text.charCodeAt(state.position);
  if (!isDigit(code)) return 0;
  if (code === ZERO) state.fail("found an indentation indicator equal to 0", start);
  state.position += 1;
  return code - ZERO;
}

/** Steps over empty lines and the indentation; finds out the indentation where it is not known. */
function scanGap(state: ScanState, known: number, start: Mark): Gap {
  const { text } = state;
  let breaks = "";
  let deepest = 0;
  for (;;) {
    let code = text.charCodeAt(state.position);
    while (code === SPACE && (known === 0 || state.column < known)) {
      state.position += 1;
      code = text.charCodeAt(state.position);
    }
    if (state.column > deepest) deepest = state.column;
    if (code === TAB && (known === 0 || state.column < known)) {
      state.fail("found a tab character where an indentation space is expected", start);
    }
    if (code !== LF && !isBreak(code)) break;
    breaks += state.takeBreak();
  }
  return { breaks, indent: known === 0 ? Math.max(deepest, state.indent + 1, 1) : known };
}
