import {
  DASH,
  DOUBLE_QUOTE,
  GREATER,
  HASH,
  isBlankOrEnd,
  isBreak,
  LF,
  NUL,
  PIPE,
  SINGLE_QUOTE,
  SPACE,
} from "./character.ts";
import { YamlError } from "./error.ts";
import { type Builder, descend, type OrdinaryParse, refuse } from "./ordinary-builder.ts";
import { beginsFlow, parseFlow } from "./parse-ordinary-flow.ts";
import { scanBlockScalar } from "./scan-block-scalar.ts";
import { atDocumentIndicator, endOfPlainLine, scanPlain } from "./scan-plain.ts";
import { scanQuoted } from "./scan-quoted.ts";
import type { ScanState } from "./scan-state.ts";
import { DOUBLE_QUOTED, PLAIN, SINGLE_QUOTED } from "./token.ts";

/** A document that `parseOrdinary` could parse. */
export interface OrdinaryDocument<Built> {
  readonly root: Built;
}

/**
 * Parses a document of the kind that tools and people write most, several times faster than by tokens.
 *
 * Ordinary is: block mappings and sequences with simple keys, scalars of every style, comments, flow collections of
 * complete pairs.
 * Whatever else is met, every error included, makes it `undefined`, and the caller takes the exact way; so this one may
 * refuse anything but must never read what that one would read differently.
 */
export function parseOrdinary<Built, Mapping extends Built>(
  scan: ScanState,
  maxDepth: number,
  builder: Builder<Built, Mapping>,
): OrdinaryDocument<Built> | undefined {
  // A byte order mark moves the columns of its line.
  if (scan.position !== 0) return undefined;
  try {
    return parseDocument({ scan, maxDepth, builder, depth: 0 });
  } catch (error) {
    if (error instanceof YamlError) return undefined;
    throw error;
  }
}

function parseDocument<Built, Mapping extends Built>(
  parse: OrdinaryParse<Built, Mapping>,
): OrdinaryDocument<Built> | undefined {
  const { scan } = parse;
  toContent(scan);
  if (atDocumentIndicator(scan)) {
    if (!scan.text.startsWith("---\n", scan.position)) return undefined;
    scan.position += 3;
    toContent(scan);
    if (atDocumentIndicator(scan)) return undefined;
  }
  const root = parseRoot(parse);
  return root === undefined || !isAtEnd(scan) ? undefined : { root };
}

function parseRoot<Built, Mapping extends Built>(parse: OrdinaryParse<Built, Mapping>): Built | undefined {
  const { scan } = parse;
  if (!beginsFlow(scan.text.charCodeAt(scan.position))) return parseCollection(parse, scan.column);
  const root = parseFlow(parse);
  toContent(scan);
  return root;
}

/** Whether nothing follows that would be looked at: version 3 looks beyond the document's end, version 2 does not. */
function isAtEnd(scan: ScanState): boolean {
  if (scan.text.charCodeAt(scan.position) === NUL) return true;
  return scan.dialect === "go-yaml-v2" && atDocumentIndicator(scan);
}

/** Steps over spaces, comments and line feeds to what comes next. The end of the text begins a line, as in go-yaml. */
function toContent(scan: ScanState): void {
  const { text } = scan;
  for (;;) {
    let { position } = scan;
    while (text.charCodeAt(position) === SPACE) position += 1;
    scan.position = position;
    if (text.charCodeAt(position) === HASH) scan.skipToBreak();
    const code = text.charCodeAt(scan.position);
    if (code !== LF && code !== NUL) return;
    if (code === LF) scan.position += 1;
    else if (scan.column === 0) return;
    scan.line += 1;
    scan.lineStart = scan.position;
  }
}

/** Steps over what may follow a value on its line, and then to the next content, which so begins its line. */
function endValue(scan: ScanState): void {
  const { text } = scan;
  let { position } = scan;
  while (text.charCodeAt(position) === SPACE) position += 1;
  const code = text.charCodeAt(position);
  if (code !== LF && code !== HASH && code !== NUL) refuse();
  scan.position = position;
  toContent(scan);
}

/** A block collection at the position; `undefined` where none begins there. */
function parseCollection<Built, Mapping extends Built>(
  parse: OrdinaryParse<Built, Mapping>,
  column: number,
): Built | undefined {
  const { scan } = parse;
  if (atEntry(scan)) return parseSequence(parse, column);
  const keyEnd = endOfKey(scan);
  return keyEnd === -1 ? undefined : parseMapping(parse, column, keyEnd);
}

function atEntry({ text, position }: ScanState): boolean {
  return text.charCodeAt(position) === DASH && isBlankOrEnd(text.charCodeAt(position + 1));
}

// oxlint-disable no-control-regex -- a quoted key with a control character is not ordinary
/** Plain: letters, digits and `_./$-`, not starting with what could be a number. Quoted: ASCII without escapes. */
const KEY = /(?:[A-Za-z_/$][\w./$-]*|"[^"\\\0-\x1f\x7f-\uffff]*"|'[^'\0-\x1f\x7f-\uffff]*')(?=:[ \n\0])/y;
// oxlint-enable no-control-regex

/** Shorter than the limit of a simple key. */
const LONGEST_KEY = 1000;

/** Where the key at the position ends, or -1. */
function endOfKey({ text, position }: ScanState): number {
  KEY.lastIndex = position;
  return KEY.test(text) && KEY.lastIndex - position < LONGEST_KEY ? KEY.lastIndex : -1;
}

function parseMapping<Built, Mapping extends Built>(
  parse: OrdinaryParse<Built, Mapping>,
  indent: number,
  firstKeyEnd: number,
): Built {
  const { scan, builder } = parse;
  const mapping = builder.mapping(PLAIN, scan.line, indent);
  descend(parse);
  for (let keyEnd = firstKeyEnd; ; ) {
    const key = takeKey(parse, keyEnd);
    builder.addEntry(mapping, key, parseMappingValue(parse, indent));
    if (scan.column !== indent || isAtEnd(scan)) break;
    keyEnd = endOfKey(scan);
    if (keyEnd === -1) refuse();
  }
  if (scan.column > indent) refuse();
  parse.depth -= 1;
  return mapping;
}

/** Leaves the position at the colon. */
function takeKey<Built, Mapping extends Built>(parse: OrdinaryParse<Built, Mapping>, end: number): Built {
  const { scan, builder } = parse;
  const { text, position, line, column } = scan;
  scan.position = end;
  const first = text.charCodeAt(position);
  if (first === DOUBLE_QUOTE)
    return builder.scalar(text.slice(position + 1, end - 1), DOUBLE_QUOTED, line, column);
  if (first === SINGLE_QUOTE)
    return builder.scalar(text.slice(position + 1, end - 1), SINGLE_QUOTED, line, column);
  return builder.scalar(text.slice(position, end), PLAIN, line, column);
}

function parseMappingValue<Built, Mapping extends Built>(
  parse: OrdinaryParse<Built, Mapping>,
  indent: number,
): Built {
  const { scan, builder } = parse;
  const { line, column } = scan;
  scan.position += 1;
  const value = parseInlineScalar(parse, indent);
  if (value !== undefined) return value;
  if (scan.column > indent) return parseCollection(parse, scan.column) ?? parseFlowOnLine(parse);
  if (scan.column === indent && atEntry(scan)) return parseSequence(parse, indent);
  return builder.scalar("", PLAIN, line, column);
}

/** A flow collection that stands on a line below its key or dash. */
function parseFlowOnLine<Built, Mapping extends Built>(parse: OrdinaryParse<Built, Mapping>): Built {
  const { scan } = parse;
  if (!beginsFlow(scan.text.charCodeAt(scan.position))) refuse();
  const collection = parseFlow(parse);
  endValue(scan);
  return collection;
}

function parseSequence<Built, Mapping extends Built>(
  parse: OrdinaryParse<Built, Mapping>,
  indent: number,
): Built {
  const { scan, builder } = parse;
  const { line } = scan;
  const items: Built[] = [];
  descend(parse);
  do items.push(parseItem(parse, indent));
  while (scan.column === indent && atEntry(scan));
  if (scan.column > indent) refuse();
  parse.depth -= 1;
  return builder.sequence(items, PLAIN, line, indent);
}

function parseItem<Built, Mapping extends Built>(
  parse: OrdinaryParse<Built, Mapping>,
  indent: number,
): Built {
  const { scan, builder } = parse;
  const { line } = scan;
  scan.position += 1;
  skipSpaces(scan);
  // What stands on the line of the dash may be a collection, which a mapping's value may not.
  const isApart = scan.column > indent + 1;
  const collection = isApart ? parseCollection(parse, scan.column) : undefined;
  if (collection !== undefined) return collection;
  const value = parseInlineScalar(parse, indent);
  if (value !== undefined) return value;
  if (scan.column > indent && scan.line > line) {
    return parseCollection(parse, scan.column) ?? parseFlowOnLine(parse);
  }
  return builder.scalar("", PLAIN, line, indent);
}

function skipSpaces(scan: ScanState): void {
  const { text } = scan;
  let { position } = scan;
  while (text.charCodeAt(position) === SPACE) position += 1;
  scan.position = position;
}

/**
 * The scalar or empty collection on the line of its key or dash; the position is then at the next content.
 *
 * `undefined` where the line has none: the position is then at the first content of a later line.
 */
function parseInlineScalar<Built, Mapping extends Built>(
  parse: OrdinaryParse<Built, Mapping>,
  indent: number,
): Built | undefined {
  const { scan, builder } = parse;
  skipSpaces(scan);
  const code = scan.text.charCodeAt(scan.position);
  const { line, column } = scan;
  scan.indent = indent;
  switch (code) {
    case LF:
    case HASH:
    case NUL:
      toContent(scan);
      return undefined;
    case DOUBLE_QUOTE:
    case SINGLE_QUOTE: {
      const { value, style } = scanQuoted(scan, code === SINGLE_QUOTE);
      endValue(scan);
      return builder.scalar(value, style, line, column);
    }
    case PIPE:
    case GREATER: {
      const { value, style } = scanBlockScalar(scan, code === PIPE);
      toContent(scan);
      return builder.scalar(value, style, line, column);
    }
    default:
      return parsePlainOrFlow(parse, indent, code);
  }
}

/** What a plain scalar starts with here; digits and signs as well, as its meaning is resolved. */
const PLAIN_START = /[\w./$+~(<=;^\\-]/;

function parsePlainOrFlow<Built, Mapping extends Built>(
  parse: OrdinaryParse<Built, Mapping>,
  indent: number,
  code: number,
): Built {
  const { scan, builder } = parse;
  if (beginsFlow(code)) {
    const collection = parseFlow(parse);
    endValue(scan);
    return collection;
  }
  const { line, column } = scan;
  const mayStart = code < 0x80 ? PLAIN_START.test(String.fromCharCode(code)) : !isBreak(code);
  if (!mayStart || atEntry(scan)) refuse();
  return builder.scalar(takePlain(scan, indent), PLAIN, line, column);
}

/** The text of a plain scalar. One that ends with its line, as nearly all do, needs no folding. */
function takePlain(scan: ScanState, indent: number): string {
  const { text, position } = scan;
  const end = endOfPlainLine(text, position, false);
  const code = text.charCodeAt(end);
  if (code === NUL || (code === LF && beginsOutside(text, end + 1, indent))) {
    scan.position = end;
    toContent(scan);
    return text.slice(position, end);
  }
  scan.simpleKeyAllowed = false;
  const { value } = scanPlain(scan);
  if (scan.simpleKeyAllowed) toContent(scan);
  else endValue(scan);
  return value;
}

/** Whether the line has content at most at the indentation, so that it does not continue a scalar. */
function beginsOutside(text: string, lineStart: number, indent: number): boolean {
  let position = lineStart;
  while (text.charCodeAt(position) === SPACE) position += 1;
  return position - lineStart <= indent && text.charCodeAt(position) > SPACE;
}
