import { COLON, DASH, DOT, HASH, isBlank, isBlankOrEnd, isBreak, TAB } from "./character.ts";
import type { ScanState } from "./scan-state.ts";
import { PLAIN, SCALAR, Token } from "./token.ts";

/** Whether a document indicator stands at the position; only then does a scalar end at the start of a line. */
export function atDocumentIndicator(state: ScanState): boolean {
  const { text, position } = state;
  const code = text.charCodeAt(position);
  if (state.column !== 0 || (code !== DASH && code !== DOT)) return false;
  return (
    text.charCodeAt(position + 1) === code &&
    text.charCodeAt(position + 2) === code &&
    isBlankOrEnd(text.charCodeAt(position + 3))
  );
}

/** What stands between two lines of a plain or quoted scalar: one break is a space, each further one a line feed. */
export function foldBreaks(first: string, others: string): string {
  if (first !== "\n") return first + others;
  return others === "" ? " " : others;
}

/** Scans a plain scalar, which may go on over several lines. */
export function scanPlain(state: ScanState): Token {
  const { text, line, column } = state;
  const minimum = state.indent + 1;
  const inFlow = state.flowLevel > 0;
  let value = "";
  let between = "";
  let folded = false;
  for (;;) {
    const code = text.charCodeAt(state.position);
    if (code === HASH || atDocumentIndicator(state)) break;
    const start = state.position;
    const end = endOfPlainLine(text, start, inFlow);
    if (end > start) {
      value += between + text.slice(start, end);
      between = "";
      folded = false;
    }
    state.position = end;
    state.skipBlanks();
    // Blanks before the scalar's end were looked at only if nothing but a blank or a break could end the line.
    if (state.position === end && !isBreak(text.charCodeAt(end))) break;
    if (!isBreak(text.charCodeAt(state.position))) break;
    between = scanBreaks(state, minimum, { line, column });
    folded = true;
    if (!inFlow && state.column < minimum) break;
  }
  if (folded) state.simpleKeyAllowed = true;
  return new Token(SCALAR, line, column, value, "", PLAIN);
}

/** ASCII characters at which a plain scalar may end: in the block context, and with this bit, in the flow context. */
const MAY_END = 1;
const MAY_END_IN_FLOW = 2;
const ENDS = endTable();

function endTable(): Uint8Array {
  const table = new Uint8Array(128);
  for (const character of "\0\t\n\r :") table[character.charCodeAt(0)] = MAY_END | MAY_END_IN_FLOW;
  for (const character of ",?[]{}") table[character.charCodeAt(0)] = MAY_END_IN_FLOW;
  return table;
}

/** The end of what a plain scalar has on this line, without blanks at its end. */
export function endOfPlainLine(text: string, start: number, inFlow: boolean): number {
  const stops = inFlow ? MAY_END_IN_FLOW : MAY_END;
  let end = start;
  let position = start;
  for (;;) {
    const code = text.charCodeAt(position);
    if (code < 128 ? ((ENDS[code] as number) & stops) === 0 : !isBreak(code)) {
      position += 1;
      end = position;
    } else if (isBlank(code)) {
      position += 1;
      // After a blank, `#` starts a comment.
      if (text.charCodeAt(position) === HASH) return end;
    } else if (code === COLON && !isBlankOrEnd(text.charCodeAt(position + 1))) {
      position += 1;
      end = position;
    } else {
      return end;
    }
  }
}

/** Steps over the breaks and the indentation before the scalar's next line. */
function scanBreaks(state: ScanState, minimum: number, start: { line: number; column: number }): string {
  const { text } = state;
  const first = state.takeBreak();
  let others = "";
  for (;;) {
    const code = text.charCodeAt(state.position);
    if (isBlank(code)) {
      if (code === TAB && state.column < minimum) {
        state.fail("found a tab character that violates indentation", start);
      }
      state.position += 1;
    } else if (isBreak(code)) {
      others += state.takeBreak();
    } else {
      return foldBreaks(first, others);
    }
  }
}
