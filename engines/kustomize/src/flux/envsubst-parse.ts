import { SubstitutionError } from "./substitution-error.ts";

/** A piece of a template: plain text, or a variable with what is done to its value. */
export type TemplatePart =
  | { readonly kind: "text"; readonly text: string }
  | {
      readonly kind: "variable";
      readonly name: string;
      /** `""`, or an operator such as `:-`, `##` or `/`. */
      readonly operator: string;
      readonly args: readonly TemplatePart[];
    };

/** What the scanner recognizes besides text. */
interface Mode {
  readonly text?: boolean;
  readonly open?: boolean;
  readonly close?: boolean;
  readonly escapes?: boolean;
}

type Accept = (character: string, count: number) => boolean;
type Token = "end" | "open" | "close" | "text" | "illegal";

const END = "\0";
const MAX_DEPTH = 500;

/** The tokens of fluxcd/pkg/envsubst, which depend on where the parser is. */
class Scanner {
  readonly #characters: readonly string[];
  #position = 0;
  #mode: Mode = {};
  #accept: Accept = () => true;
  #escapesBackslash = false;
  text = "";

  constructor(template: string) {
    this.#characters = Array.from(template);
  }

  peek(ahead = 0): string {
    return this.#characters[this.#position + ahead] ?? END;
  }

  /** Whether a backslash escapes, as it does from the first variable of a text on. */
  set escapesBackslash(value: boolean) {
    this.#escapesBackslash = value;
  }

  scan(mode: Mode, accept: Accept): Token {
    this.#mode = mode;
    this.#accept = accept;
    this.text = "";
    const first = this.peek();
    if (first === END) return "end";
    if (this.#isOpen()) {
      this.#position += 2;
      return "open";
    }
    if (mode.close === true && first === "}") {
      this.text = first;
      this.#position += 1;
      return "close";
    }
    return mode.text === true && this.#scanText() ? "text" : "illegal";
  }

  #isOpen(): boolean {
    return this.#mode.open === true && this.peek() === "$" && this.peek(1) === "{";
  }

  #isEscape(): boolean {
    if (this.#mode.escapes !== true) return false;
    const [first, second] = [this.peek(), this.peek(1)];
    if (first === "$") return second === "$";
    return this.#escapesBackslash && first === "\\" && (second === "/" || second === "\\");
  }

  #scanText(): boolean {
    let parts = "";
    for (let count = 1; ; count++) {
      if (this.peek() === END || (count > 1 && this.#isOpen())) break;
      if (this.#isEscape()) this.#position += 1;
      else if (!this.#accept(this.peek(), count)) break;
      parts += this.peek();
      this.#position += 1;
    }
    this.text = parts;
    return parts !== "";
  }
}

const isName: Accept = (character) => /[\p{L}\p{Nd}_]/u.test(character);
const notClosing: Accept = (character) => character !== "}";

function one(expected: string): Accept {
  return (character, count) => character === expected && count === 1;
}

function upToTwo(expected: string): Accept {
  return (character, count) => expected.includes(character) && count < 3;
}

const defaultOperator: Accept = (character, count) =>
  count === 1 ? character === ":" : count === 2 && "=-?+".includes(character);
const replaceOperator: Accept = (character, count) =>
  count === 1 ? character === "/" : count === 2 && "/#%".includes(character);

/** Parses a template; the errors are those of fluxcd/pkg/envsubst. */
export function parseTemplate(template: string): readonly TemplatePart[] {
  const scanner = new Scanner(template);
  const parts: TemplatePart[] = [];
  for (;;) {
    scanner.escapesBackslash = false;
    const token = scanner.scan({ text: true, open: true, escapes: true }, () => true);
    if (token === "end") return parts;
    if (token === "text") parts.push({ kind: "text", text: scanner.text });
    else if (token === "open") parts.push(parseVariable(scanner, 0));
    else throw new SubstitutionError("bad substitution");
  }
}

function expectClose(scanner: Scanner): void {
  if (scanner.scan({ close: true }, isName) !== "close") throw new SubstitutionError("bad substitution");
}

function scanOperator(scanner: Scanner, accept: Accept, problem = "bad substitution"): string {
  if (scanner.scan({ text: true }, accept) !== "text") throw new SubstitutionError(problem);
  return scanner.text;
}

type Args = readonly TemplatePart[];

function variable(name: string, operator: string, args: Args): TemplatePart {
  return { kind: "variable", name, operator, args };
}

function parseVariable(scanner: Scanner, depth: number): TemplatePart {
  if (depth > MAX_DEPTH) throw new SubstitutionError("variables are nested too deep");
  scanner.escapesBackslash = true;
  if (scanner.peek() === "#") {
    const operator = scanOperator(scanner, one("#"));
    const name = scanOperator(scanner, isName);
    expectClose(scanner);
    return variable(name, operator, []);
  }
  const name = scanOperator(scanner, isName, "unable to parse variable name");
  const parse = Object.hasOwn(PARSERS, scanner.peek()) ? PARSERS[scanner.peek()] : undefined;
  if (parse !== undefined) return parse(scanner, name, depth);
  if (scanner.scan({ close: true }, isName) === "close") return variable(name, "", []);
  throw new SubstitutionError("missing closing brace");
}

type OperatorParser = (scanner: Scanner, name: string, depth: number) => TemplatePart;

const PARSERS: Readonly<Record<string, OperatorParser>> = {
  ":": (scanner, name, depth) =>
    scanner.peek(1) !== END && "=-?+".includes(scanner.peek(1))
      ? parseDefault(scanner, name, depth)
      : parseSubstring(scanner, name, depth),
  "=": (scanner, name, depth) => parseDefault(scanner, name, depth),
  ",": parseCase,
  "^": parseCase,
  "/": (scanner, name, depth) => parseReplace(scanner, name, depth),
  "#": (scanner, name, depth) => parseRemove(scanner, name, { accept: upToTwo("#"), depth }),
  "%": (scanner, name, depth) => parseRemove(scanner, name, { accept: upToTwo("%"), depth }),
};

function parseCase(scanner: Scanner, name: string): TemplatePart {
  const operator = scanOperator(scanner, upToTwo(",^"));
  expectClose(scanner);
  return variable(name, operator, []);
}

function parseParameter(scanner: Scanner, accept: Accept, mode: Mode, depth: number): TemplatePart {
  const token = scanner.scan({ ...mode, text: true, open: true }, accept);
  if (token === "open") return parseVariable(scanner, depth + 1);
  if (token === "text") return { kind: "text", text: scanner.text };
  throw new SubstitutionError("unable to parse substitution within function");
}

function parseDefault(scanner: Scanner, name: string, depth: number): TemplatePart {
  const accept = scanner.peek() === "=" ? one("=") : defaultOperator;
  const operator = scanOperator(scanner, accept, "unable to parse default function");
  const args: TemplatePart[] = [];
  while (scanner.peek() !== "}") args.push(parseParameter(scanner, notClosing, {}, depth));
  expectClose(scanner);
  return variable(name, operator, args);
}

function parseSubstring(scanner: Scanner, name: string, depth: number): TemplatePart {
  const operator = scanOperator(scanner, one(":"));
  const notColon: Accept = (character) => character !== ":" && character !== "}";
  const args = [parseParameter(scanner, notColon, {}, depth)];
  const token = scanner.scan({ text: true, close: true }, (character) => character === ":");
  if (token === "close") return variable(name, operator, args);
  if (token !== "text") throw new SubstitutionError("bad substitution");
  args.push(parseParameter(scanner, notClosing, {}, depth));
  expectClose(scanner);
  return variable(name, operator, args);
}

function parseRemove(
  scanner: Scanner,
  name: string,
  { accept, depth }: { readonly accept: Accept; readonly depth: number },
): TemplatePart {
  const operator = scanOperator(scanner, accept);
  const args = [parseParameter(scanner, notClosing, {}, depth)];
  expectClose(scanner);
  return variable(name, operator, args);
}

function parseReplace(scanner: Scanner, name: string, depth: number): TemplatePart {
  const isSlash: Accept = (character) => character === "/";
  const operator = scanOperator(scanner, replaceOperator);
  const args = [parseParameter(scanner, (character) => character !== "/", { escapes: true }, depth)];
  if (scanner.scan({ text: true }, isSlash) !== "text") throw new SubstitutionError("bad substitution");
  if (scanner.peek() !== "}") args.push(parseParameter(scanner, notClosing, { escapes: true }, depth));
  expectClose(scanner);
  return variable(name, operator, args);
}
