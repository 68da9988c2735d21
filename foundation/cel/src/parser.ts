import { balancedCalls, type MacroTable, NodeMaker } from "./macros.ts";
import type { Token } from "./lexer.ts";
import { ARGUMENTS, ELEMENTS, ENTRIES, INDEX, OPERAND, type Opening } from "./opening.ts";
import { STOP, TokenReader } from "./token-reader.ts";
import { literalValue } from "./parse-literal.ts";
import type { Problem } from "./source-text.ts";
import type { CallNode, ListNode, MapEntryNode, MapNode, MessageNode, Node, Syntax } from "./syntax.ts";

/** Longest expression that is parsed, in code points, as in cel-go. */
const LONGEST_EXPRESSION = 100_000;
/** Deepest nesting of expressions, as in cel-go. */
const DEEPEST_NESTING = 250;
/** What is wrong with an expression as a whole is shown at no place. */
const NOWHERE = -1;
const RESERVED = new Set(
  "as break const continue else for function if import let loop package namespace return var void while".split(
    " ",
  ),
);
const RELATIONS = new Map([
  ["<", "_<_"],
  ["<=", "_<=_"],
  [">", "_>_"],
  [">=", "_>=_"],
  ["==", "_==_"],
  ["!=", "_!=_"],
  ["in", "@in"],
]);
const SUMS = new Map([
  ["+", "_+_"],
  ["-", "_-_"],
]);
const PRODUCTS = new Map([
  ["*", "_*_"],
  ["/", "_/_"],
  ["%", "_%_"],
]);
/** Words that may follow an operand: where an operand is missing, reading goes on at one of them. */
const FOLLOWING = new Set([
  ".",
  "[",
  "?",
  "&&",
  "||",
  ...RELATIONS.keys(),
  ...SUMS.keys(),
  ...PRODUCTS.keys(),
]);

export type Parsed =
  | { readonly kind: "parsed"; readonly syntax: Syntax }
  | { readonly kind: "invalid"; readonly problems: readonly Problem[] };

/** Parses an expression and expands its macros; problems read as those of cel-go's parser. */
export function parse(expression: string, macros: MacroTable): Parsed {
  const size = Array.from(expression).length;
  if (size > LONGEST_EXPRESSION) {
    const message = `expression code point size exceeds limit: size: ${size}, limit ${LONGEST_EXPRESSION}`;
    return { kind: "invalid", problems: [{ offset: 0, message }] };
  }
  const parser = new Parser(expression, macros);
  const root = parser.run();
  if (parser.problems.length > 0 || root === undefined) return { kind: "invalid", problems: parser.problems };
  return { kind: "parsed", syntax: { root, offsets: parser.nodes.offsets } };
}

class Parser {
  readonly nodes = new NodeMaker();
  readonly #macros: MacroTable;
  readonly #words: TokenReader;
  #depth = 0;
  /** What may stand where the elements of something begin, by place. */
  readonly #openings = new Map<number, Opening>();
  /** How many operators, selections and calls of members lie upon one another in what was read last. */
  #height = 0;
  /** The same of the highest of several expressions that are read one after the other. */
  #highest = 0;

  constructor(expression: string, macros: MacroTable) {
    this.#words = new TokenReader(expression, FOLLOWING);
    this.#macros = macros;
  }

  get problems(): readonly Problem[] {
    return this.#words.problems;
  }

  run(): Node | undefined {
    try {
      const root = this.#expression();
      this.#words.expectEnd();
      return root;
    } catch (error) {
      if (error === STOP) return undefined;
      throw error;
    }
  }

  #expression(): Node {
    if (++this.#depth > DEEPEST_NESTING) {
      this.#words.report(NOWHERE, `expression recursion limit exceeded: ${DEEPEST_NESTING}`);
      throw STOP;
    }
    const condition = this.#logical("||");
    let node = condition;
    if (this.#words.is("?")) {
      const id = this.nodes.id(this.#words.take().offset);
      let height = this.#height;
      const whenTrue = this.#words.within([":"], () => this.#logical("||"));
      height = Math.max(height, this.#height);
      this.#words.expect(":");
      node = this.#call(id, "_?_:_", [condition, whenTrue, this.#expression()]);
      this.#rise(height);
    }
    this.#depth--;
    this.#highest = Math.max(this.#highest, this.#height);
    return node;
  }

  /** Lies upon what was read last, and upon something else of a height. */
  #rise(other = 0): void {
    this.#height = Math.max(this.#height, other) + 1;
    if (this.#height <= DEEPEST_NESTING) return;
    this.#words.report(NOWHERE, "max recursion depth exceeded");
    throw STOP;
  }

  /** Reads several expressions, which lie beside one another. */
  #beside(read: () => void): void {
    const outer = this.#highest;
    this.#highest = 0;
    read();
    this.#height = this.#highest;
    this.#highest = outer;
  }

  #logical(operator: "||" | "&&"): Node {
    const operand = (): Node => (operator === "||" ? this.#logical("&&") : this.#relation());
    const terms = [operand()];
    const ids: number[] = [];
    let height = this.#height;
    while (this.#words.is(operator)) {
      const { offset } = this.#words.take();
      terms.push(operand());
      ids.push(this.nodes.id(offset));
      height = Math.max(height, this.#height);
    }
    this.#height = height;
    return balancedCalls(operator === "||" ? "_||_" : "_&&_", terms, ids);
  }

  #relation(): Node {
    return this.#leftAssociative(RELATIONS, () =>
      this.#leftAssociative(SUMS, () => this.#leftAssociative(PRODUCTS, () => this.#unary())),
    );
  }

  #leftAssociative(operators: ReadonlyMap<string, string>, operand: () => Node): Node {
    let left = operand();
    for (;;) {
      const { kind, text, offset } = this.#words.token;
      const name = kind === "punctuation" || text === "in" ? operators.get(text) : undefined;
      if (name === undefined) return left;
      this.#words.take();
      const id = this.nodes.id(offset);
      const height = this.#height;
      left = this.#call(id, name, [left, operand()]);
      this.#rise(height);
    }
  }

  #unary(): Node {
    const first = this.#words.token;
    const isSign = this.#words.is("-");
    if (!isSign && !this.#words.is("!")) return this.#member();
    if (isSign && (this.#words.peek(1).kind === "int" || this.#words.peek(1).kind === "float"))
      return this.#member();
    let count = 0;
    while (this.#words.is(first.text)) {
      this.#words.take();
      count++;
    }
    if (count % 2 === 0) return this.#member();
    const id = this.nodes.id(first.offset);
    return this.#call(id, isSign ? "-_" : "!_", [this.#member()]);
  }

  #member(): Node {
    let node = this.#primary();
    for (;;) {
      const height = this.#height;
      if (this.#words.is(".")) node = this.#selection(node);
      else if (this.#words.is("[")) node = this.#index(node);
      else return node;
      this.#rise(height);
    }
  }

  #selection(operand: Node): Node {
    const dot = this.#words.take();
    const isOptional = this.#words.is("?");
    if (isOptional) this.#words.take();
    const name = this.#words.token;
    if (name.kind === "quoted") {
      this.#words.report(name.offset, "unsupported syntax: '`'");
      throw STOP;
    }
    if (name.kind !== "identifier" || ["true", "false", "null", "in"].includes(name.text))
      this.#noField(dot, name);
    this.#words.take();
    if (isOptional) {
      const id = this.nodes.id(dot.offset);
      return this.#call(id, "_?._", [operand, this.nodes.literal(name.text, name.offset)]);
    }
    if (!this.#words.is("(")) {
      return { kind: "select", id: this.nodes.id(dot.offset), operand, field: name.text, isTest: false };
    }
    const id = this.nodes.id(this.#words.take().offset);
    return this.#call(id, name.text, this.#argumentsTo(), operand);
  }

  #noField(dot: Token, found: Token): never {
    if (["true", "false", "null"].includes(found.text)) {
      this.#words.syntaxError(found, `mismatched input '${found.text}' expecting IDENTIFIER`);
    } else {
      const text = found.kind === "end" ? "" : found.text;
      const between = " ".repeat(found.offset - dot.offset - dot.text.length);
      this.#words.syntaxError(found, `no viable alternative at input '${dot.text}${between}${text}'`);
    }
    throw STOP;
  }

  #index(operand: Node): Node {
    const id = this.nodes.id(this.#words.take().offset);
    this.#openings.set(this.#words.token.offset, INDEX);
    const isOptional = this.#words.is("?");
    if (isOptional) this.#words.take();
    const index = this.#words.within(["]"], () => this.#expression());
    this.#words.expect("]");
    return this.#call(id, isOptional ? "_[?_]" : "_[_]", [operand, index]);
  }

  #argumentsTo(): readonly Node[] {
    const args: Node[] = [];
    const read = (): void => {
      if (this.#words.is(")")) return;
      this.#openings.set(this.#words.token.offset, ARGUMENTS);
      args.push(this.#expression());
      while (this.#words.is(",")) {
        this.#words.take();
        args.push(this.#expression());
      }
    };
    this.#words.within([",", ")"], () => this.#beside(read));
    this.#words.expect(")");
    return args;
  }

  #primary(): Node {
    this.#height = 0;
    const { kind, text } = this.#words.token;
    if (kind === "punctuation") {
      switch (text) {
        case "(":
          return this.#nested();
        case "[":
          return this.#list();
        case "{":
          return this.#map();
        case "-":
          return this.#literal();
        case ".":
          return this.#named();
        default:
          return this.#missingOperand();
      }
    }
    if (kind === "end" || kind === "quoted" || text === "in") return this.#missingOperand();
    if (kind === "identifier" && !["true", "false", "null"].includes(text)) return this.#named();
    return this.#literal();
  }

  #missingOperand(): Node {
    const token = this.#words.token;
    const { words, instead } = this.#openings.get(token.offset) ?? OPERAND;
    if (this.#words.passUnwanted(words, instead)) {
      return this.#words.startsOperand() ? this.#unary() : this.nodes.literal(null, token.offset);
    }
    this.#words.syntaxError(token, `mismatched input '${token.text}' expecting ${words}`);
    this.#words.skipToFollowing();
    return this.nodes.literal(null, token.offset);
  }

  #nested(): Node {
    this.#words.take();
    const node = this.#words.within([")"], () => this.#expression());
    this.#words.expect(")");
    return node;
  }

  #list(): ListNode {
    const id = this.nodes.id(this.#words.take().offset);
    const elements: Node[] = [];
    const optional = new Set<number>();
    this.#openings.set(this.#words.token.offset, ELEMENTS);
    this.#words.within([",", "]"], () => {
      this.#separated("]", () => {
        if (this.#words.is("?")) {
          this.#words.take();
          optional.add(elements.length);
        }
        elements.push(this.#expression());
      });
    });
    this.#words.expect("]");
    return { kind: "list", id, elements, optional };
  }

  /** Reads items up to a closing word; a comma may stand behind the last one. */
  #separated(closer: string, readItem: () => void): void {
    this.#beside(() => this.#items(closer, readItem));
  }

  #items(closer: string, readItem: () => void): void {
    if (this.#words.is(closer)) return;
    if (this.#words.is(",")) {
      this.#words.take();
      return;
    }
    readItem();
    while (this.#words.is(",")) {
      this.#words.take();
      if (!this.#words.startsOperand() && !this.#words.is("?")) return;
      readItem();
    }
  }

  #map(): MapNode {
    const id = this.nodes.id(this.#words.take().offset);
    const entries: MapEntryNode[] = [];
    this.#openings.set(this.#words.token.offset, ENTRIES);
    this.#words.within([",", "}", ":"], () => {
      this.#separated("}", () => {
        const isOptional = this.#words.is("?");
        if (isOptional) this.#words.take();
        const entryId = this.nodes.id(this.#words.token.offset);
        const key = this.#expression();
        this.#expectColon(entryId);
        entries.push({ id: entryId, key, value: this.#expression(), isOptional });
      });
    });
    this.#words.expect("}");
    return { kind: "map", id, entries };
  }

  #expectColon(entryId: number): void {
    this.nodes.place(entryId, this.#words.token.offset);
    this.#words.expect(":");
  }

  #named(): Node {
    const start = this.#words.token;
    const isRooted = this.#words.is(".");
    if (isRooted) this.#words.take();
    if (this.#words.token.kind !== "identifier") this.#noField(start, this.#words.token);
    const typeName = this.#messageName();
    if (typeName !== undefined) return this.#message(isRooted ? `.${typeName}` : typeName);
    const token = this.#words.take();
    if (RESERVED.has(token.text)) {
      this.#words.report(start.offset, `reserved identifier: ${token.text}`);
      if (this.#words.is("(")) this.#argumentsTo();
      return this.nodes.literal(null, token.offset);
    }
    const name = isRooted ? `.${token.text}` : token.text;
    if (!this.#words.is("(")) return { kind: "ident", id: this.nodes.id(token.offset), name };
    const id = this.nodes.id(this.#words.take().offset);
    return this.#call(id, name, this.#argumentsTo());
  }

  /** The name before a `{`, where names joined by dots come next. */
  #messageName(): string | undefined {
    let distance = 0;
    const names: string[] = [];
    for (;;) {
      const token = this.#words.peek(distance);
      if (token.kind !== "identifier") return undefined;
      names.push(token.text);
      const next = this.#words.peek(distance + 1);
      if (next.kind !== "punctuation") return undefined;
      if (next.text === "{") {
        for (let taken = 0; taken <= distance; taken++) this.#words.take();
        return names.join(".");
      }
      if (next.text !== ".") return undefined;
      distance += 2;
    }
  }

  #message(typeName: string): MessageNode {
    const id = this.nodes.id(this.#words.take().offset);
    const fields: MessageNode["fields"][number][] = [];
    this.#words.within([",", "}", ":"], () => {
      this.#separated("}", () => {
        const isOptional = this.#words.is("?");
        if (isOptional) this.#words.take();
        const name = this.#words.take();
        const fieldId = this.nodes.id(this.#words.token.offset);
        this.#words.expect(":");
        fields.push({ id: fieldId, name: name.text, value: this.#expression(), isOptional });
      });
    });
    this.#words.expect("}");
    return { kind: "message", id, typeName, fields };
  }

  #literal(): Node {
    const start = this.#words.token;
    const isNegative = this.#words.is("-");
    if (isNegative) this.#words.take();
    const token = this.#words.take();
    const value = literalValue(token, isNegative);
    if (typeof value === "object" && value !== null && "problem" in value) {
      this.#words.report(start.offset, value.problem);
      return this.nodes.literal(null, start.offset);
    }
    return this.nodes.literal(value, start.offset);
  }

  #call(id: number, name: string, args: readonly Node[], target?: Node): Node {
    const call: CallNode = { kind: "call", id, name, target, args };
    const macro = this.#macros.find(name, args.length, target !== undefined);
    if (macro === undefined) return call;
    const expanded = macro(this.nodes.at(id), args, target);
    if (expanded === undefined) return call;
    if (!("problem" in expanded)) return expanded;
    this.#words.report(this.nodes.offsets.get(expanded.node.id) ?? 0, expanded.problem);
    return call;
  }
}
