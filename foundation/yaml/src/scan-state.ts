import { BYTE_ORDER_MARK, CR, isBreak, LF, NUL } from "./character.ts";
import type { YamlDialect } from "./options.ts";
import { type Mark, syntaxError } from "./syntax-error.ts";
import type { Token } from "./token.ts";

/** A place where a key without `?` may have started; it is one if a `:` follows soon enough. */
export class SimpleKey {
  possible = false;
  required = false;
  tokenNumber = 0;
  position = 0;
  line = 0;
  column = 0;
}

/** Characters that go-yaml surely has in its first buffer. */
const FIRST_BLOCK = 500;

/** What the scanner knows between two tokens. The text ends in NULs, so that looking ahead needs no bounds check. */
export class ScanState {
  readonly text: string;
  readonly dialect: YamlDialect;
  position: number;
  line = 0;
  /** Position where the line starts: the column is the distance to it. */
  lineStart: number;

  indent = -1;
  readonly indents: number[] = [];
  flowLevel = 0;
  simpleKeyAllowed = true;
  /** One per flow level; the first is that of the block context. */
  readonly simpleKeys: SimpleKey[] = [new SimpleKey()];
  /** Levels of possible keys by the number of the token that each begins with. */
  readonly keyLevels = new Map<number, number>();

  readonly tokens: Token[] = [];
  head = 0;
  tokensTaken = 0;
  tokenReady = false;
  streamStarted = false;
  streamEnded = false;
  /** Up to here a text that starts with a second byte order mark loses the first character of each line. */
  readonly markQuirkEnd: number;

  constructor(text: string, start: number, dialect: YamlDialect) {
    this.text = `${text}\0\0\0\0`;
    this.dialect = dialect;
    this.position = start;
    this.lineStart = start;
    this.markQuirkEnd =
      text.charCodeAt(start) === BYTE_ORDER_MARK ? Math.min(start + FIRST_BLOCK, text.length) : 0;
  }

  get column(): number {
    return this.position - this.lineStart;
  }

  mark(): Mark {
    return { line: this.line, column: this.position - this.lineStart };
  }

  /** Steps over the line break at the position, if there is one. */
  skipBreak(): void {
    const code = this.text.charCodeAt(this.position);
    if (code === CR && this.text.charCodeAt(this.position + 1) === LF) this.position += 2;
    else if (isBreak(code)) this.position += 1;
    else return;
    this.line += 1;
    this.lineStart = this.position;
  }

  /** Steps over the line break at the position and returns how it reads in a scalar: only LS and PS stay as they are. */
  takeBreak(): string {
    const code = this.text.charCodeAt(this.position);
    if (!isBreak(code)) return "";
    this.skipBreak();
    return code > 0xff ? String.fromCharCode(code) : "\n";
  }

  /** Steps to the end of the line, not over its break. */
  skipToBreak(): void {
    const { text } = this;
    let position = this.position;
    let code = text.charCodeAt(position);
    while (code !== LF && code !== NUL && !isBreak(code)) {
      position += 1;
      code = text.charCodeAt(position);
    }
    this.position = position;
  }

  skipBlanks(): void {
    const { text } = this;
    let position = this.position;
    for (;;) {
      const code = text.charCodeAt(position);
      if (code !== 0x20 && code !== 0x09) break;
      position += 1;
    }
    this.position = position;
  }

  /** Ends scanning with a problem at the position. */
  fail(problem: string, context: Mark): never {
    throw syntaxError(this.dialect, { from: "scanner", problem, at: this.mark(), context });
  }
}
