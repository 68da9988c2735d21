import { quoteGo } from "@weir/text";

import { Lexer } from "./lexer.ts";
import type {
  BranchNode,
  ListEndNode,
  ListNode,
  LoopNode,
  PipeNode,
  StatementNode,
  TemplateCallNode,
} from "./node.ts";
import { nodeText } from "./node-text.ts";
import { PipelineParser, type Scope } from "./pipeline-parser.ts";
import { isEmptyList, type TemplateDefinition, type TemplateSource } from "./template-definition.ts";
import { TemplateParseError } from "./template-parse-error.ts";
import type { Token } from "./token.ts";
import { TokenReader } from "./token-reader.ts";
import { unquoteLiteral } from "./unquote-literal.ts";

/** Which names are functions. */
export interface FunctionNames {
  has(name: string): boolean;
}

/** How deep `if`, `range`, `with` and `block` may nest: the parser is recursive. */
const MAX_NESTING = 500;

/** What the definitions of one text share. */
interface Shared {
  readonly source: TemplateSource;
  readonly functions: FunctionNames;
  readonly lexer: Lexer;
  readonly definitions: Map<string, TemplateDefinition>;
}

/** Parses a text; gives the template of that name and those it defines. Throws a `TemplateParseError`. */
export function parseDefinitions(
  source: TemplateSource,
  functions: FunctionNames,
): ReadonlyMap<string, TemplateDefinition> {
  const lexer = new Lexer(source.text, {
    isBreakKeyword: !functions.has("break"),
    isContinueKeyword: !functions.has("continue"),
  });
  const shared: Shared = { source, functions, lexer, definitions: new Map() };
  try {
    new Parser(shared, 0).parseFile();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new TemplateParseError({ name: source.name, line: 1 }, "template nests too deeply");
  }
  return shared.definitions;
}

class Parser {
  readonly #shared: Shared;
  readonly #tokens: TokenReader;
  readonly #pipelines: PipelineParser;
  readonly #scope: Scope = { variables: ["$"] };
  #rangeDepth = 0;
  #nesting: number;

  constructor(shared: Shared, nesting: number) {
    this.#shared = shared;
    this.#nesting = nesting;
    this.#tokens = new TokenReader(shared.lexer, shared.source.name);
    this.#pipelines = new PipelineParser(this.#tokens, this.#scope, shared.functions);
  }

  /** The whole text: like a list, but with definitions. */
  parseFile(): void {
    const { position } = this.#tokens.peek();
    const nodes: StatementNode[] = [];
    while (this.#tokens.peek().kind !== "eof") {
      if (this.#tokens.peek().kind === "leftDelim") {
        const delim = this.#tokens.next();
        if (this.#tokens.nextNonSpace().kind === "define") {
          new Parser(this.#shared, 0).parseDefinition();
          continue;
        }
        this.#tokens.backup2(delim);
      }
      const node = this.#textOrAction();
      if (isListEnd(node)) throw this.#tokens.error(`unexpected ${nodeText(node)}`);
      nodes.push(node);
    }
    this.#add(this.#shared.source.name, { kind: "list", position, nodes });
  }

  /** `{{define "name"}} … {{end}}`, its keyword being past. */
  parseDefinition(): void {
    const context = "define clause";
    const name = this.#unquoted(this.#tokens.expect(["string", "rawString"], context));
    this.#tokens.expect(["rightDelim"], context);
    this.#addBody(name, context, this.#tokens);
  }

  /** `outer` tells the line where a body ends in the wrong way: for a block, that of the block's action. */
  #addBody(name: string, context: string, outer: TokenReader): void {
    const { list, end } = this.#itemList();
    if (end.kind !== "end") throw outer.error(`unexpected ${nodeText(end)} in ${context}`);
    this.#add(name, list);
  }

  /** Of two definitions in one text, one at most may have a body. */
  #add(name: string, root: ListNode): void {
    const { definitions, source } = this.#shared;
    const isEmpty = isEmptyList(root);
    const before = definitions.get(name);
    if (before === undefined || before.isEmpty) definitions.set(name, { name, source, root, isEmpty });
    else if (!isEmpty) throw this.#tokens.error(`template: multiple definition of template ${quoteGo(name)}`);
  }

  #itemList(): { readonly list: ListNode; readonly end: ListEndNode } {
    const { position } = this.#tokens.peekNonSpace();
    const nodes: StatementNode[] = [];
    while (this.#tokens.peekNonSpace().kind !== "eof") {
      const node = this.#textOrAction();
      if (isListEnd(node)) return { list: { kind: "list", position, nodes }, end: node };
      nodes.push(node);
    }
    throw this.#tokens.error("unexpected EOF");
  }

  #textOrAction(): StatementNode | ListEndNode {
    const token = this.#tokens.nextNonSpace();
    if (token.kind === "text") return { kind: "text", position: token.position, text: token.value };
    if (token.kind !== "leftDelim") throw this.#tokens.unexpected(token, "input");
    this.#tokens.action = token;
    const node = this.#action();
    this.#tokens.action = undefined;
    return node;
  }

  #action(): StatementNode | ListEndNode {
    const token = this.#tokens.nextNonSpace();
    switch (token.kind) {
      case "block":
        return this.#block();
      case "break":
      case "continue":
        return this.#loop(token.kind, token.position);
      case "else":
        return this.#else();
      case "end":
        return { kind: "end", position: this.#tokens.expect(["rightDelim"], "end").position };
      case "if":
      case "range":
      case "with":
        return this.#control(token.kind);
      case "template":
        return this.#template();
      default: {
        this.#tokens.backup();
        const { position } = this.#tokens.peek();
        return { kind: "action", position, pipe: this.#pipelines.pipeline("command", "rightDelim") };
      }
    }
  }

  #loop(kind: "break" | "continue", position: number): LoopNode {
    const token = this.#tokens.nextNonSpace();
    if (token.kind !== "rightDelim") throw this.#tokens.unexpected(token, `{{${kind}}}`);
    if (this.#rangeDepth === 0) throw this.#tokens.error(`{{${kind}}} outside {{range}}`);
    return { kind, position };
  }

  #else(): ListEndNode {
    const ahead = this.#tokens.peekNonSpace();
    // What follows is read as an `if` or `with` inside the list that starts here.
    if (ahead.kind === "if" || ahead.kind === "with") return { kind: "else", position: ahead.position };
    return { kind: "else", position: this.#tokens.expect(["rightDelim"], "else").position };
  }

  #control(kind: "if" | "range" | "with"): BranchNode {
    const variables = this.#scope.variables.length;
    this.#enter();
    const pipe = this.#pipelines.pipeline(kind, "rightDelim");
    const isRange = kind === "range";
    if (isRange) this.#rangeDepth += 1;
    const { list, end } = this.#itemList();
    if (isRange) this.#rangeDepth -= 1;
    const elseList = end.kind === "else" ? this.#elseList(kind, end.position) : undefined;
    this.#scope.variables.length = variables;
    this.#nesting -= 1;
    return { kind, position: pipe.position, pipe, list, elseList };
  }

  #enter(): void {
    this.#nesting += 1;
    if (this.#nesting > MAX_NESTING) {
      throw this.#tokens.error(`actions nest deeper than ${MAX_NESTING} levels`);
    }
  }

  #elseList(kind: "if" | "range" | "with", position: number): ListNode {
    const ahead = this.#tokens.peek().kind;
    if (kind !== "range" && ahead === kind) {
      this.#tokens.next();
      // One `end` closes the whole chain.
      return { kind: "list", position, nodes: [this.#control(kind)] };
    }
    const { list, end } = this.#itemList();
    if (end.kind !== "end") throw this.#tokens.error(`expected end; found ${nodeText(end)}`);
    return list;
  }

  /** A definition and a call of it in one. */
  #block(): TemplateCallNode {
    const context = "block clause";
    const token = this.#tokens.nextNonSpace();
    const name = this.#templateName(token, context);
    const pipe = this.#pipelines.pipeline(context, "rightDelim");
    this.#enter();
    new Parser(this.#shared, this.#nesting).#addBody(name, context, this.#tokens);
    this.#nesting -= 1;
    return { kind: "template", position: token.position, name, pipe };
  }

  #template(): TemplateCallNode {
    const context = "template clause";
    const token = this.#tokens.nextNonSpace();
    const name = this.#templateName(token, context);
    let pipe: PipeNode | undefined;
    if (this.#tokens.nextNonSpace().kind !== "rightDelim") {
      this.#tokens.backup();
      pipe = this.#pipelines.pipeline(context, "rightDelim");
    }
    return { kind: "template", position: token.position, name, pipe };
  }

  #templateName(token: Token, context: string): string {
    if (token.kind === "string" || token.kind === "rawString") return this.#unquoted(token);
    throw this.#tokens.unexpected(token, context);
  }

  #unquoted(token: Token): string {
    const value = unquoteLiteral(token.value);
    if (value === undefined) throw this.#tokens.error("invalid syntax");
    return value;
  }
}

function isListEnd(node: StatementNode | ListEndNode): node is ListEndNode {
  return node.kind === "end" || node.kind === "else";
}
