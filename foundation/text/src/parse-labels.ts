import { compareUtf8 } from "@weir/core";
import {
  checkRequirement,
  keyProblem,
  type LabelOperator,
  type LabelRequirement,
  LabelSelectorError,
} from "./label-requirement.ts";

type Token =
  | { readonly kind: "end"; readonly text: "" }
  | { readonly kind: "symbol"; readonly text: string }
  | { readonly kind: "word"; readonly text: string };

/** One lexeme; a zero byte ends the text for Kubernetes' lexer, wherever it stands. */
const LEXEME = /[ \t\r\n]*(?:(==|!=|[=!(),<>])\0?|([^=!(),<> \t\r\n\0]+)\0?|\0|$)/y;

const BINARY_OPERATORS: ReadonlyMap<string, LabelOperator> = new Map([
  ["in", "in"],
  ["notin", "notin"],
  ["=", "="],
  ["==", "=="],
  ["!=", "!="],
  [">", "gt"],
  ["<", "lt"],
]);

/** Reads the requirements of a selector in the order in which they stand. Throws `LabelSelectorError`. */
export function parseRequirements(text: string): readonly LabelRequirement[] {
  return new Parser(scan(text)).requirements();
}

function scan(text: string): readonly Token[] {
  const lexeme = new RegExp(LEXEME);
  const tokens: Token[] = [];
  for (;;) {
    const [, symbol, word] = lexeme.exec(text) ?? [];
    if (symbol !== undefined) tokens.push({ kind: "symbol", text: symbol });
    else if (word !== undefined) tokens.push({ kind: "word", text: word });
    else return [...tokens, { kind: "end", text: "" }];
  }
}

class Parser {
  readonly #tokens: readonly Token[];
  #position = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  requirements(): readonly LabelRequirement[] {
    const requirements: LabelRequirement[] = [];
    if (this.#peek().kind === "end") return requirements;
    if (!this.#startsRequirement()) {
      throw this.#found("expected: !, identifier, or 'end of string'");
    }
    for (;;) {
      requirements.push(this.#requirement());
      if (this.#peek().kind === "end") return requirements;
      if (!this.#isSymbol(",")) throw this.#found("expected: ',' or 'end of string'");
      this.#take();
      if (!this.#startsRequirement()) throw this.#found("expected: identifier after ','");
    }
  }

  #requirement(): LabelRequirement {
    try {
      const requirement = this.#bareRequirement();
      checkRequirement(requirement);
      return requirement;
    } catch (cause) {
      if (!(cause instanceof LabelSelectorError)) throw cause;
      throw new LabelSelectorError("unable to parse requirement", { cause });
    }
  }

  #bareRequirement(): LabelRequirement {
    const isNegated = this.#isSymbol("!");
    if (isNegated) this.#take();
    if (this.#peek().kind !== "word") throw this.#found("expected: identifier");
    const key = this.#take().text;
    const [problem] = keyProblem(key, "<nil>");
    if (problem !== undefined) throw new LabelSelectorError(problem);
    // A negation is complete here: whatever follows its key must be a comma or the end.
    if (isNegated) return { key, operator: "!", values: [] };
    if (this.#endsRequirement()) return { key, operator: "exists", values: [] };
    const operator = BINARY_OPERATORS.get(this.#peek().text);
    if (operator === undefined) throw this.#found("expected: in, notin, =, ==, !=, gt, lt");
    this.#take();
    const values = operator === "in" || operator === "notin" ? this.#valueSet() : [this.#exactValue()];
    return { key, operator, values };
  }

  #exactValue(): string {
    if (this.#endsRequirement()) return "";
    if (this.#peek().kind !== "word") throw this.#found("expected: identifier");
    return this.#take().text;
  }

  #valueSet(): readonly string[] {
    if (!this.#isSymbol("(")) throw this.#found("expected: '('", "");
    this.#take();
    if (this.#isSymbol(")")) {
      this.#take();
      return [""];
    }
    if (this.#peek().kind !== "word" && !this.#isSymbol(",")) {
      throw this.#found("expected: ',', ')' or identifier");
    }
    return [...this.#identifiers()].sort(compareUtf8);
  }

  /** The values up to the closing parenthesis; nothing between two commas, or beside a parenthesis, is an empty value. */
  #identifiers(): ReadonlySet<string> {
    const values = new Set<string>();
    for (;;) {
      if (this.#peek().kind === "word") {
        values.add(this.#take().text);
        if (!this.#isSymbol(",") && !this.#isSymbol(")")) throw this.#found("expected: ',' or ')'");
      } else if (this.#isSymbol(",")) {
        this.#take();
        if (values.size === 0 || this.#isSymbol(")") || this.#isSymbol(",")) values.add("");
      } else {
        throw this.#found("expected: ',', or identifier");
      }
      if (this.#isSymbol(")")) {
        this.#take();
        return values;
      }
    }
  }

  #startsRequirement(): boolean {
    return this.#peek().kind === "word" || this.#isSymbol("!");
  }

  #endsRequirement(): boolean {
    return this.#peek().kind === "end" || this.#isSymbol(",");
  }

  #isSymbol(text: string): boolean {
    const token = this.#peek();
    return token.kind === "symbol" && token.text === text;
  }

  #peek(): Token {
    return this.#tokens[this.#position] ?? { kind: "end", text: "" };
  }

  #take(): Token {
    const token = this.#peek();
    this.#position++;
    return token;
  }

  #found(expectation: string, separator = ","): LabelSelectorError {
    return new LabelSelectorError(`found '${this.#peek().text}'${separator} ${expectation}`);
  }
}
