import { YamlBudgetError, YamlError } from "./error.ts";
import { ALIAS_NODE, MAPPING_NODE, SCALAR_NODE, SEQUENCE_NODE, YamlNode } from "./node.ts";
import type { YamlBudgets, YamlDialect } from "./options.ts";
import type { ScanState } from "./scan-state.ts";
import { peekToken, takeToken } from "./scanner.ts";
import { type Mark, syntaxError } from "./syntax-error.ts";
import * as token from "./token.ts";
import { PLAIN, type Token } from "./token.ts";

const STANDARD_HANDLES: ReadonlyArray<readonly [handle: string, prefix: string]> = [
  ["!", "!"],
  ["!!", "tag:yaml.org,2002:"],
];

/** A recursive descent over libyaml's grammar; the order in which tokens are looked at decides which error is met. */
interface ParseState {
  readonly scan: ScanState;
  readonly dialect: YamlDialect;
  readonly maxDepth: number;
  depth: number;
  readonly anchors: Map<string, YamlNode>;
  readonly tagPrefixes: Map<string, string>;
}

/** Parses the first document; what follows it is not looked at, as in go-yaml's `Unmarshal`. */
export function parseFirstDocument(scan: ScanState, budgets: Required<YamlBudgets>): YamlNode | undefined {
  const state: ParseState = {
    scan,
    dialect: scan.dialect,
    maxDepth: budgets.depth,
    depth: 0,
    anchors: new Map(),
    tagPrefixes: new Map(),
  };
  peekToken(scan);
  takeToken(scan);
  const first = peekToken(scan);
  if (first.kind === token.STREAM_END) return undefined;
  const explicit = isDocumentHead(first);
  readDirectives(state);
  if (explicit) expectDocumentStart(state);
  const root =
    explicit && isDocumentEdge(peekToken(scan)) ? emptyAt(peekToken(scan)) : parseNode(state, BLOCK);
  peekToken(scan);
  return root;
}

function isDocumentHead({ kind }: Token): boolean {
  return kind === token.VERSION_DIRECTIVE || kind === token.TAG_DIRECTIVE || kind === token.DOCUMENT_START;
}

function isDocumentEdge(at: Token): boolean {
  return isDocumentHead(at) || at.kind === token.DOCUMENT_END || at.kind === token.STREAM_END;
}

function expectDocumentStart(state: ParseState): void {
  const at = peekToken(state.scan);
  if (at.kind !== token.DOCUMENT_START) fail(state, "did not find expected <document start>", at);
  takeToken(state.scan);
}

function readDirectives(state: ParseState): void {
  let versions = 0;
  for (;;) {
    const at = peekToken(state.scan);
    if (at.kind === token.VERSION_DIRECTIVE) {
      versions += 1;
      checkVersion(state, at, versions);
    } else if (at.kind === token.TAG_DIRECTIVE) {
      if (state.tagPrefixes.has(at.value)) fail(state, "found duplicate %TAG directive", at);
      state.tagPrefixes.set(at.value, at.suffix);
    } else {
      break;
    }
    takeToken(state.scan);
  }
  for (const [handle, prefix] of STANDARD_HANDLES) {
    if (!state.tagPrefixes.has(handle)) state.tagPrefixes.set(handle, prefix);
  }
}

function checkVersion(state: ParseState, at: Token, count: number): void {
  if (count > 1) fail(state, "found duplicate %YAML directive", at);
  if (at.value !== "1.1") fail(state, "found incompatible YAML document", at);
}

function fail(state: ParseState, problem: string, at: Mark, context?: Mark): never {
  throw syntaxError(state.dialect, { from: "parser", problem, at, context });
}

function emptyAt(at: Mark): YamlNode {
  return new YamlNode(SCALAR_NODE, at.line, at.column, "", "", PLAIN);
}

/** Where a node stands, which says what may begin it. */
const FLOW = 0;
const BLOCK = 1;
const BLOCK_OR_INDENTLESS = 2;

interface Properties {
  readonly anchor: string;
  readonly tag: string;
  readonly start: Token;
}

function parseNode(state: ParseState, context: number): YamlNode {
  const { scan } = state;
  const at = peekToken(scan);
  if (at.kind === token.SCALAR) {
    takeToken(scan);
    return new YamlNode(SCALAR_NODE, at.line, at.column, at.value, "", at.style);
  }
  if (at.kind === token.ALIAS) return parseAlias(state, at);
  if (at.kind !== token.ANCHOR && at.kind !== token.TAG) return parseContent(state, context, at, undefined);
  const properties = readProperties(state, at);
  return parseContent(state, context, peekToken(scan), properties);
}

function parseAlias(state: ParseState, at: Token): YamlNode {
  const target = state.anchors.get(at.value);
  if (target === undefined) {
    const problem = `unknown anchor '${at.value}' referenced`;
    throw new YamlError(`yaml: ${problem}`, problem, { line: at.line + 1, column: at.column + 1 });
  }
  takeToken(state.scan);
  const alias = new YamlNode(ALIAS_NODE, at.line, at.column, at.value, "", PLAIN);
  alias.target = target;
  return alias;
}

function readProperties(state: ParseState, start: Token): Properties {
  const { scan } = state;
  takeToken(scan);
  const second = peekToken(scan);
  const other = start.kind === token.ANCHOR ? token.TAG : token.ANCHOR;
  const pair = second.kind === other ? [start, second] : [start];
  if (pair.length === 2) {
    takeToken(scan);
    peekToken(scan);
  }
  const anchor = pair.find(({ kind }) => kind === token.ANCHOR)?.value ?? "";
  const tag = pair.find(({ kind }) => kind === token.TAG);
  return { anchor, tag: tag === undefined ? "" : expandTag(state, tag, start), start };
}

function expandTag(state: ParseState, tag: Token, start: Token): string {
  if (tag.value === "") return tag.suffix;
  const prefix = state.tagPrefixes.get(tag.value);
  if (prefix === undefined) fail(state, "found undefined tag handle", tag, start);
  return prefix + tag.suffix;
}

function parseContent(
  state: ParseState,
  context: number,
  at: Token,
  properties: Properties | undefined,
): YamlNode {
  const start = properties?.start ?? at;
  const tag = properties?.tag ?? "";
  const collection = collectionParser(at.kind, context);
  if (collection !== undefined) {
    const node = new YamlNode(collection.kind, start.line, start.column, "", tag, collection.style);
    remember(state, properties, node);
    descend(state, at);
    node.children = collection.parse(state, at);
    state.depth -= 1;
    return node;
  }
  if (at.kind !== token.SCALAR && properties === undefined) {
    return fail(state, "did not find expected node content", at, start);
  }
  const written = at.kind === token.SCALAR;
  const node = new YamlNode(
    SCALAR_NODE,
    start.line,
    start.column,
    written ? at.value : "",
    tag,
    written ? at.style : PLAIN,
  );
  remember(state, properties, node);
  if (written) takeToken(state.scan);
  return node;
}

function remember(state: ParseState, properties: Properties | undefined, node: YamlNode): void {
  if (properties !== undefined && properties.anchor !== "") state.anchors.set(properties.anchor, node);
}

function descend(state: ParseState, at: Token): void {
  state.depth += 1;
  if (state.depth > state.maxDepth) {
    throw new YamlBudgetError("depth", `exceeded max depth of ${state.maxDepth}`, {
      line: at.line + 1,
      column: at.column + 1,
    });
  }
}

interface Collection {
  readonly kind: number;
  readonly style: number;
  readonly parse: (state: ParseState, start: Token) => YamlNode[];
}

const BLOCK_MAPPING: Collection = { kind: MAPPING_NODE, style: PLAIN, parse: parseBlockMapping };
const BLOCK_SEQUENCE: Collection = { kind: SEQUENCE_NODE, style: PLAIN, parse: parseBlockSequence };
const INDENTLESS_SEQUENCE: Collection = { kind: SEQUENCE_NODE, style: PLAIN, parse: parseIndentlessSequence };
const FLOW_MAPPING: Collection = { kind: MAPPING_NODE, style: token.FLOW, parse: parseFlowMapping };
const FLOW_SEQUENCE: Collection = { kind: SEQUENCE_NODE, style: token.FLOW, parse: parseFlowSequence };

function collectionParser(kind: number, context: number): Collection | undefined {
  if (kind === token.FLOW_SEQUENCE_START) return FLOW_SEQUENCE;
  if (kind === token.FLOW_MAPPING_START) return FLOW_MAPPING;
  if (context === FLOW) return undefined;
  if (kind === token.BLOCK_MAPPING_START) return BLOCK_MAPPING;
  if (kind === token.BLOCK_SEQUENCE_START) return BLOCK_SEQUENCE;
  return kind === token.BLOCK_ENTRY && context === BLOCK_OR_INDENTLESS ? INDENTLESS_SEQUENCE : undefined;
}

function parseBlockSequence(state: ParseState, start: Token): YamlNode[] {
  const { scan } = state;
  const items: YamlNode[] = [];
  takeToken(scan);
  for (;;) {
    const at = peekToken(scan);
    if (at.kind !== token.BLOCK_ENTRY) {
      if (at.kind !== token.BLOCK_END) fail(state, "did not find expected '-' indicator", at, start);
      takeToken(scan);
      return items;
    }
    takeToken(scan);
    const { kind } = peekToken(scan);
    const empty = kind === token.BLOCK_ENTRY || kind === token.BLOCK_END;
    items.push(empty ? emptyAt(at) : parseNode(state, BLOCK));
  }
}

/** A sequence at the indentation of the key that holds it. */
function parseIndentlessSequence(state: ParseState): YamlNode[] {
  const { scan } = state;
  const items: YamlNode[] = [];
  for (;;) {
    const at = peekToken(scan);
    if (at.kind !== token.BLOCK_ENTRY) return items;
    takeToken(scan);
    const next = peekToken(scan);
    const empty = next.kind === token.BLOCK_ENTRY || endsMappingNode(next.kind);
    items.push(empty ? emptyAt(at) : parseNode(state, BLOCK));
  }
}

function endsMappingNode(kind: number): boolean {
  return kind === token.KEY || kind === token.VALUE || kind === token.BLOCK_END;
}

function parseBlockMapping(state: ParseState, start: Token): YamlNode[] {
  const { scan } = state;
  const children: YamlNode[] = [];
  takeToken(scan);
  for (;;) {
    const at = peekToken(scan);
    if (at.kind !== token.KEY) {
      if (at.kind !== token.BLOCK_END) fail(state, "did not find expected key", at, start);
      takeToken(scan);
      return children;
    }
    children.push(parseMappingPart(state, at));
    const value = peekToken(scan);
    children.push(value.kind === token.VALUE ? parseMappingPart(state, value) : emptyAt(value));
  }
}

function parseMappingPart(state: ParseState, sign: Token): YamlNode {
  takeToken(state.scan);
  const next = peekToken(state.scan);
  return endsMappingNode(next.kind) ? emptyAt(sign) : parseNode(state, BLOCK_OR_INDENTLESS);
}

function parseFlowSequence(state: ParseState, start: Token): YamlNode[] {
  const { scan } = state;
  const items: YamlNode[] = [];
  takeToken(scan);
  for (;;) {
    let at = peekToken(scan);
    if (at.kind !== token.FLOW_SEQUENCE_END && items.length > 0) {
      if (at.kind !== token.FLOW_ENTRY) fail(state, "did not find expected ',' or ']'", at, start);
      takeToken(scan);
      at = peekToken(scan);
    }
    if (at.kind === token.FLOW_SEQUENCE_END) {
      takeToken(scan);
      return items;
    }
    items.push(at.kind === token.KEY ? parseSinglePair(state, at) : parseNode(state, FLOW));
  }
}

/** `[a: b]`: an item that is a mapping of one pair. */
function parseSinglePair(state: ParseState, at: Token): YamlNode {
  const { scan } = state;
  const pair = new YamlNode(MAPPING_NODE, at.line, at.column, "", "", PLAIN);
  descend(state, at);
  takeToken(scan);
  const first = peekToken(scan);
  let key: YamlNode;
  if (endsPair(first.kind) || first.kind === token.VALUE) {
    // libyaml drops this token, though it belongs to what follows.
    takeToken(scan);
    key = emptyAt(first);
  } else {
    key = parseNode(state, FLOW);
  }
  pair.children = [key, parsePairValue(state)];
  peekToken(scan);
  state.depth -= 1;
  return pair;
}

function endsPair(kind: number): boolean {
  return kind === token.FLOW_ENTRY || kind === token.FLOW_SEQUENCE_END;
}

function parsePairValue(state: ParseState): YamlNode {
  const { scan } = state;
  const at = peekToken(scan);
  if (at.kind !== token.VALUE) return emptyAt(at);
  takeToken(scan);
  return endsPair(peekToken(scan).kind) ? emptyAt(at) : parseNode(state, FLOW);
}

function parseFlowMapping(state: ParseState, start: Token): YamlNode[] {
  const { scan } = state;
  const children: YamlNode[] = [];
  takeToken(scan);
  for (;;) {
    let at = peekToken(scan);
    if (at.kind !== token.FLOW_MAPPING_END && children.length > 0) {
      if (at.kind !== token.FLOW_ENTRY) fail(state, "did not find expected ',' or '}'", at, start);
      takeToken(scan);
      at = peekToken(scan);
    }
    if (at.kind === token.FLOW_MAPPING_END) {
      takeToken(scan);
      return children;
    }
    pushFlowEntry(state, children, at);
  }
}

function pushFlowEntry(state: ParseState, children: YamlNode[], at: Token): void {
  const { scan } = state;
  if (at.kind !== token.KEY) {
    children.push(parseNode(state, FLOW), emptyAt(peekToken(scan)));
    return;
  }
  takeToken(scan);
  const first = peekToken(scan);
  children.push(
    first.kind === token.VALUE || endsEntry(first.kind) ? emptyAt(first) : parseNode(state, FLOW),
  );
  const value = peekToken(scan);
  if (value.kind !== token.VALUE) {
    children.push(emptyAt(value));
    return;
  }
  takeToken(scan);
  const next = peekToken(scan);
  children.push(endsEntry(next.kind) ? emptyAt(next) : parseNode(state, FLOW));
}

function endsEntry(kind: number): boolean {
  return kind === token.FLOW_ENTRY || kind === token.FLOW_MAPPING_END;
}
