import {
  COLON,
  COMMA,
  DASH,
  DOUBLE_QUOTE,
  isBlankOrEnd,
  isBreak,
  LEFT_BRACE,
  LEFT_BRACKET,
  LF,
  NEXT_LINE,
  RIGHT_BRACE,
  RIGHT_BRACKET,
  SINGLE_QUOTE,
  SPACE,
} from "./character.ts";
import { descend, type OrdinaryParse, refuse } from "./ordinary-builder.ts";
import { atDocumentIndicator, endOfPlainLine } from "./scan-plain.ts";
import { scanQuoted } from "./scan-quoted.ts";
import type { ScanState } from "./scan-state.ts";
import { FLOW, PLAIN } from "./token.ts";

/** Whether a collection in brackets begins with the character. */
export function beginsFlow(code: number): boolean {
  return code === LEFT_BRACKET || code === LEFT_BRACE;
}

/**
 * A collection in brackets, JSON included: complete pairs, plain scalars that end on their line, no comments.
 *
 * The position is then after the closing bracket.
 */
export function parseFlow<Built, Mapping extends Built>(parse: OrdinaryParse<Built, Mapping>): Built {
  const isSequence = parse.scan.text.charCodeAt(parse.scan.position) === LEFT_BRACKET;
  descend(parse);
  const built = isSequence ? parseFlowSequence(parse) : parseFlowMapping(parse);
  parse.depth -= 1;
  return built;
}

function parseFlowSequence<Built, Mapping extends Built>(parse: OrdinaryParse<Built, Mapping>): Built {
  const { scan, builder } = parse;
  const { line, column } = scan;
  const items: Built[] = [];
  scan.position += 1;
  while (!atFlowEnd(scan, RIGHT_BRACKET)) {
    items.push(parseFlowNode(parse));
    toNextItem(scan, RIGHT_BRACKET);
  }
  scan.position += 1;
  return builder.sequence(items, FLOW, line, column);
}

function parseFlowMapping<Built, Mapping extends Built>(parse: OrdinaryParse<Built, Mapping>): Built {
  const { scan, builder } = parse;
  const mapping = builder.mapping(FLOW, scan.line, scan.column);
  scan.position += 1;
  while (!atFlowEnd(scan, RIGHT_BRACE)) {
    const key = parseFlowKey(parse);
    toFlowContent(scan);
    builder.addEntry(mapping, key, parseFlowNode(parse));
    toNextItem(scan, RIGHT_BRACE);
  }
  scan.position += 1;
  return mapping;
}

/** Steps over spaces and line feeds. A line of a document's end or of a directive is not ordinary here. */
function toFlowContent(scan: ScanState): void {
  const { text } = scan;
  for (;;) {
    const code = text.charCodeAt(scan.position);
    if (code === SPACE) {
      scan.position += 1;
    } else if (code === LF) {
      scan.skipBreak();
      if (atDocumentIndicator(scan)) refuse();
    } else {
      return;
    }
  }
}

function atFlowEnd(scan: ScanState, closing: number): boolean {
  toFlowContent(scan);
  return scan.text.charCodeAt(scan.position) === closing;
}

/** After an item: a comma, or the end that the caller meets again. */
function toNextItem(scan: ScanState, closing: number): void {
  toFlowContent(scan);
  const code = scan.text.charCodeAt(scan.position);
  if (code === COMMA) scan.position += 1;
  else if (code !== closing) refuse();
}

/** Shorter than the limit of a simple key. */
const LONGEST_KEY = 1000;

/** A key and its colon. */
function parseFlowKey<Built, Mapping extends Built>(parse: OrdinaryParse<Built, Mapping>): Built {
  const { scan } = parse;
  const { position, line } = scan;
  if (beginsFlow(scan.text.charCodeAt(position))) refuse();
  const key = parseFlowScalar(parse);
  while (scan.text.charCodeAt(scan.position) === SPACE) scan.position += 1;
  const isSimple = scan.line === line && scan.position - position < LONGEST_KEY;
  if (!isSimple || scan.text.charCodeAt(scan.position) !== COLON) refuse();
  scan.position += 1;
  return key;
}

function parseFlowNode<Built, Mapping extends Built>(parse: OrdinaryParse<Built, Mapping>): Built {
  return beginsFlow(parse.scan.text.charCodeAt(parse.scan.position))
    ? parseFlow(parse)
    : parseFlowScalar(parse);
}

function parseFlowScalar<Built, Mapping extends Built>(parse: OrdinaryParse<Built, Mapping>): Built {
  const { scan, builder } = parse;
  const { text, position, line, column } = scan;
  const code = text.charCodeAt(position);
  if (code === DOUBLE_QUOTE || code === SINGLE_QUOTE) {
    const { value, style } = scanQuoted(scan, code === SINGLE_QUOTE);
    return builder.scalar(value, style, line, column);
  }
  if (!mayStartFlowPlain(text, position)) refuse();
  const end = endOfPlainLine(text, position, true);
  scan.position = end;
  while (text.charCodeAt(scan.position) === SPACE) scan.position += 1;
  // A scalar that ends with its line may go on in the next one.
  if (end === position || isBlankOrEnd(text.charCodeAt(scan.position))) refuse();
  return builder.scalar(text.slice(position, end), PLAIN, line, column);
}

/** Without `<`, which may begin a merge key. */
const FLOW_PLAIN_START = /[\w./$+~(=;^\\-]/;

function mayStartFlowPlain(text: string, position: number): boolean {
  const code = text.charCodeAt(position);
  if (code >= 0x80) return code !== NEXT_LINE && !isBreak(code);
  if (code === DASH && isBlankOrEnd(text.charCodeAt(position + 1))) return false;
  return FLOW_PLAIN_START.test(text.charAt(position));
}
