import { goInt, type GoValue, quoteGo } from "@weir/text";

import type { CommandNode, OperandNode, PipeNode, VariableNode } from "./node.ts";
import { nodeText } from "./node-text.ts";
import { type NumberValue, readNumber } from "./number-literal.ts";
import type { Token, TokenKind } from "./token.ts";
import type { TokenReader } from "./token-reader.ts";
import { unquoteLiteral } from "./unquote-literal.ts";

/** The variables that may be used at a place, in the order of their declaration. */
export interface Scope {
  readonly variables: string[];
}

/**
 * How deep parentheses may nest. Go allows 10000, and 1000 where its stack is as small as ours is: in WebAssembly.
 */
const MAX_PAREN_DEPTH = 1000;

/** What a command may start with. */
const OPERANDS: ReadonlySet<TokenKind> = new Set<TokenKind>([
  "bool",
  "charConstant",
  "complex",
  "dot",
  "field",
  "identifier",
  "number",
  "nil",
  "rawString",
  "string",
  "variable",
  "leftParen",
]);

/** Values: a later stage of a pipeline cannot call them. */
const CONSTANTS: ReadonlySet<string> = new Set(["bool", "dot", "nil", "number", "string"]);

/** Parses what stands inside an action. */
export class PipelineParser {
  readonly #tokens: TokenReader;
  readonly #scope: Scope;
  readonly #functions: { has(name: string): boolean };
  #parenDepth = 0;

  constructor(tokens: TokenReader, scope: Scope, functions: { has(name: string): boolean }) {
    this.#tokens = tokens;
    this.#scope = scope;
    this.#functions = functions;
  }

  /** Declarations and commands, up to and with the token that ends them. */
  pipeline(context: string, end: TokenKind): PipeNode {
    const { position } = this.#tokens.peekNonSpace();
    const { variables, isAssign } = this.#declarations(context);
    const commands: CommandNode[] = [];
    for (;;) {
      const token = this.#tokens.nextNonSpace();
      if (token.kind === end) break;
      if (!OPERANDS.has(token.kind)) throw this.#tokens.unexpected(token, context);
      this.#tokens.backup();
      commands.push(this.#command());
    }
    this.#check(commands, context);
    return { kind: "pipe", position, isAssign, variables, commands };
  }

  #check(commands: readonly CommandNode[], context: string): void {
    if (commands.length === 0) throw this.#tokens.error(`missing value for ${context}`);
    const stage = commands.findIndex((command, index) => index > 0 && CONSTANTS.has(command.args[0].kind));
    if (stage > 0) throw this.#tokens.error(`non executable command in pipeline stage ${stage + 1}`);
  }

  #declarations(context: string): Pick<PipeNode, "variables" | "isAssign"> {
    const variables: VariableNode[] = [];
    while (this.#tokens.peekNonSpace().kind === "variable") {
      const variable = this.#tokens.next();
      const after = this.#tokens.peek();
      const next = this.#tokens.peekNonSpace();
      const isComma = next.kind === "character" && next.value === ",";
      if (next.kind !== "assign" && next.kind !== "declare" && !isComma) {
        // The variable is an argument: it goes back with what follows it.
        if (after.kind === "space") this.#tokens.backup3(variable, after);
        else this.#tokens.backup2(variable);
        break;
      }
      this.#tokens.nextNonSpace();
      variables.push(variableNode(variable.position, variable.value));
      this.#scope.variables.push(variable.value);
      if (!isComma) return { variables, isAssign: next.kind === "assign" };
      this.#checkSecond(context, variables.length);
    }
    return { variables, isAssign: false };
  }

  /** Only `range` may have two variables. */
  #checkSecond(context: string, count: number): void {
    if (context !== "range" || count > 1) throw this.#tokens.error(`too many declarations in ${context}`);
    const { kind } = this.#tokens.peekNonSpace();
    if (kind !== "variable" && kind !== "rightDelim" && kind !== "rightParen") {
      throw this.#tokens.error("range can only initialize variables");
    }
  }

  #command(): CommandNode {
    const { position } = this.#tokens.peekNonSpace();
    const args: OperandNode[] = [];
    for (;;) {
      this.#tokens.peekNonSpace();
      const operand = this.#operand();
      if (operand !== undefined) args.push(operand);
      const token = this.#tokens.next();
      if (token.kind === "space") continue;
      if (token.kind === "rightDelim" || token.kind === "rightParen") this.#tokens.backup();
      else if (token.kind !== "pipe") throw this.#tokens.unexpected(token, "operand");
      break;
    }
    const [first, ...rest] = args;
    if (first === undefined) throw this.#tokens.error("empty command");
    return { kind: "command", position, args: [first, ...rest] };
  }

  /** A term and the fields after it. */
  #operand(): OperandNode | undefined {
    const term = this.#term();
    if (term === undefined || this.#tokens.peek().kind !== "field") return term;
    const { position } = this.#tokens.peek();
    const fields: string[] = [];
    while (this.#tokens.peek().kind === "field") fields.push(this.#tokens.next().value.slice(1));
    switch (term.kind) {
      case "field":
        return { kind: "field", position, fields: [...term.fields, ...fields] };
      case "variable":
        return { kind: "variable", position, name: term.name, fields: [...term.fields, ...fields] };
      case "bool":
      case "string":
      case "number":
      case "nil":
      case "dot":
        throw this.#tokens.error(`unexpected . after term ${quoteGo(nodeText(term))}`);
      default:
        return { kind: "chain", position, term, fields };
    }
  }

  #term(): OperandNode | undefined {
    const token = this.#tokens.nextNonSpace();
    const { kind, position, value } = token;
    switch (kind) {
      case "identifier":
        if (!this.#functions.has(value)) throw this.#tokens.error(`function ${quoteGo(value)} not defined`);
        return { kind, position, name: value };
      case "dot":
      case "nil":
        return { kind, position };
      case "variable":
        return this.#variable(position, value);
      case "field":
        return { kind, position, fields: [value.slice(1)] };
      case "bool":
        return { kind, position, value: value === "true" };
      case "leftParen":
        return this.#parenthesized();
      default:
        return this.#literal(token);
    }
  }

  #literal(token: Token): OperandNode | undefined {
    switch (token.kind) {
      case "charConstant":
      case "complex":
      case "number":
        return this.#number(token);
      case "string":
      case "rawString":
        return this.#string(token);
      default:
        this.#tokens.backup();
        return undefined;
    }
  }

  #variable(position: number, text: string): VariableNode {
    if (!this.#scope.variables.includes(text))
      throw this.#tokens.error(`undefined variable ${quoteGo(text)}`);
    return variableNode(position, text);
  }

  #parenthesized(): PipeNode {
    if (this.#parenDepth >= MAX_PAREN_DEPTH) throw this.#tokens.error("max expression depth exceeded");
    this.#parenDepth += 1;
    const pipe = this.pipeline("parenthesized pipeline", "rightParen");
    this.#parenDepth -= 1;
    return pipe;
  }

  #number(token: Token): OperandNode {
    const value = readNumber(token.value, token.kind);
    if ("problem" in value) throw this.#tokens.error(value.problem);
    const { position, value: text } = token;
    return { kind: "number", position, text, value, ideal: idealConstant(text, value) };
  }

  #string(token: Token): OperandNode {
    const value = unquoteLiteral(token.value);
    if (value === undefined) throw this.#tokens.error("invalid syntax");
    return { kind: "string", position: token.position, quoted: token.value, value };
  }
}

function variableNode(position: number, name: string): VariableNode {
  return { kind: "variable", position, name, fields: [] };
}

/** What a number is where nothing says its type: its text decides. Nothing where an int cannot hold it. */
function idealConstant(text: string, value: NumberValue): GoValue | undefined {
  if (value.complex !== undefined) return value.complex;
  const isHexInt = /^0[xX][^pP]+$/.test(text);
  if (value.float !== undefined && !isHexInt && !text.startsWith("'") && /[.eEpP]/.test(text))
    return value.float;
  return value.int === undefined ? undefined : goInt(value.int);
}
