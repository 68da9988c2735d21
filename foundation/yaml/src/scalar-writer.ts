import { BACKSLASH, BYTE_ORDER_MARK, DOUBLE_QUOTE, isBreak, LF, SPACE } from "./character.ts";

/** Lines are folded at a space beyond this column. */
const BEST_WIDTH = 80;

/** Where a scalar is written. */
export interface ScalarPlace {
  /** Columns before the scalar's first character. */
  readonly column: number;
  /** Indentation of the lines after the first. */
  readonly indent: number;
  /** A simple key stays on its line. */
  readonly mayFold: boolean;
}

/** Characters, as go-yaml counts columns: a surrogate pair is one. */
export function countCharacters(text: string): number {
  let count = text.length;
  for (let i = 0; i < text.length; i += 1) {
    if ((text.charCodeAt(i) & 0xfc00) === 0xdc00) count -= 1;
  }
  return count;
}

/** Writes a plain scalar, folded at single spaces beyond the width. */
export function writePlain(text: string, { column, indent, mayFold }: ScalarPlace): string {
  if (!mayFold || column + text.length <= BEST_WIDTH) return text;
  let written = "";
  let lineStart = 0;
  // The column of the character at `lineStart`.
  let lineColumn = column;
  for (let i = 0; i < text.length; i += 1) {
    // A plain scalar has no surrogates, so units are characters.
    if (text.charCodeAt(i) !== SPACE || lineColumn + (i - lineStart) <= BEST_WIDTH) continue;
    if (text.charCodeAt(i - 1) === SPACE || text.charCodeAt(i + 1) === SPACE) continue;
    written += `${text.slice(lineStart, i)}\n${" ".repeat(indent)}`;
    lineStart = i + 1;
    lineColumn = indent;
  }
  return written + text.slice(lineStart);
}

/** Text that grows while its column is known. */
class Line {
  text = "";
  column: number;
  readonly #indent: number;

  constructor(column: number, indent: number) {
    this.column = column;
    this.#indent = indent;
  }

  put(characters: string, columns: number): void {
    this.text += characters;
    this.column += columns;
  }

  /** Puts ASCII characters. */
  putWord(word: string): void {
    this.put(word, word.length);
  }

  /** Goes to a new line's indentation. */
  fold(): void {
    this.text += `\n${" ".repeat(this.#indent)}`;
    this.column = this.#indent;
  }

  putBreak(character: string): void {
    this.text += character;
    this.column = 0;
  }

  /** Fills the indentation after a break that was just written. */
  indentAfterBreak(): void {
    if (this.column < this.#indent)
      this.put(" ".repeat(this.#indent - this.column), this.#indent - this.column);
  }
}

const OTHER_BREAKS = /[\u2028\u2029]/;

/** Writes a single-quoted scalar. Its only breaks are U+2028 and U+2029, which stay as they are. */
export function writeSingleQuoted(text: string, place: ScalarPlace): string {
  const short = !place.mayFold || place.column + text.length < BEST_WIDTH;
  if (short && !OTHER_BREAKS.test(text)) return `'${text.replaceAll("'", "''")}'`;
  const line = new Line(place.column + 1, place.indent);
  let previous = "";
  let position = 0;
  for (const character of text) {
    position += character.length;
    if (character === " ") writeSpace(line, place.mayFold && mayFoldAt(text, position - 1));
    else if (isBreak(character.charCodeAt(0))) line.putBreak(character);
    else {
      if (isBreak(previous.charCodeAt(0))) line.indentAfterBreak();
      if (character === "'") line.put("''", 2);
      else line.put(character, 1);
    }
    previous = character;
  }
  return `'${line.text}'`;
}

/** Whether the space at the place stands alone and within the text. */
function mayFoldAt(text: string, position: number): boolean {
  if (position === 0 || position === text.length - 1) return false;
  return text.charCodeAt(position - 1) !== SPACE && text.charCodeAt(position + 1) !== SPACE;
}

function writeSpace(line: Line, mayFold: boolean): void {
  if (mayFold && line.column > BEST_WIDTH) line.fold();
  else line.put(" ", 1);
}

const ESCAPES: ReadonlyMap<number, string> = new Map([
  [0x00, "\\0"],
  [0x07, "\\a"],
  [0x08, "\\b"],
  [0x09, "\\t"],
  [0x0a, "\\n"],
  [0x0b, "\\v"],
  [0x0c, "\\f"],
  [0x0d, "\\r"],
  [0x1b, "\\e"],
  [DOUBLE_QUOTE, '\\"'],
  [BACKSLASH, "\\\\"],
  [0x85, "\\N"],
  [0xa0, "\\_"],
  [0x2028, "\\L"],
  [0x2029, "\\P"],
]);

function escapeOf(code: number): string {
  const known = ESCAPES.get(code);
  if (known !== undefined) return known;
  const digits = code.toString(16).toUpperCase();
  if (code <= 0xff) return `\\x${digits.padStart(2, "0")}`;
  return code <= 0xffff ? `\\u${digits.padStart(4, "0")}` : `\\U${digits.padStart(8, "0")}`;
}

function needsEscape(code: number): boolean {
  if (code < 0x7f) return code < SPACE || code === DOUBLE_QUOTE || code === BACKSLASH;
  if (code < 0xa0 || code > 0xffff) return true;
  return code === BYTE_ORDER_MARK || code >= 0xfffe || (code >= 0xd800 && code < 0xe000) || isBreak(code);
}

/** Writes a double-quoted scalar, folded at spaces beyond the width. */
export function writeDoubleQuoted(text: string, place: ScalarPlace): string {
  const line = new Line(place.column + 1, place.indent);
  // go-yaml looks for a byte order mark at the string's start for every character, and so escapes all of them.
  const escapeAll = text.charCodeAt(0) === BYTE_ORDER_MARK;
  let afterSpace = false;
  let position = 0;
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    const isSpace = code === SPACE && !escapeAll;
    if (isSpace) writeQuotedSpace(line, text, position, place.mayFold && !afterSpace);
    else if (escapeAll || needsEscape(code)) line.putWord(escapeOf(code));
    else line.put(character, 1);
    afterSpace = isSpace;
    position += character.length;
  }
  return `"${line.text}"`;
}

/** Where a line is folded before another space, a backslash keeps that one from being indentation. */
function writeQuotedSpace(line: Line, text: string, position: number, mayFold: boolean): void {
  const inside = position > 0 && position < text.length - 1;
  if (!mayFold || !inside || line.column <= BEST_WIDTH) {
    line.put(" ", 1);
    return;
  }
  line.fold();
  if (text.charCodeAt(position + 1) === SPACE) line.put("\\", 1);
}

/** Writes a literal block scalar, its header included. It ends in a line feed exactly when the text does. */
export function writeLiteral(text: string, indent: number): string {
  const first = text.charCodeAt(0);
  const hint = first === SPACE || isBreak(first) ? "2" : "";
  const padding = " ".repeat(indent);
  let written = `|${hint}${chompingOf(text)}\n`;
  let lineStart = 0;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code !== LF && !isBreak(code)) continue;
    written += (i > lineStart ? padding : "") + text.slice(lineStart, i + 1);
    lineStart = i + 1;
  }
  return lineStart < text.length ? written + padding + text.slice(lineStart) : written;
}

function chompingOf(text: string): string {
  if (!isBreak(text.charCodeAt(text.length - 1))) return "-";
  return text.length === 1 || isBreak(text.charCodeAt(text.length - 2)) ? "+" : "";
}
