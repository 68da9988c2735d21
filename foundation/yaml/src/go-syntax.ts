import { formatGoFloat } from "./go-float.ts";
import { isUnsigned } from "./integer.ts";
import { ALIAS_NODE, MAPPING_NODE, SCALAR_NODE, SEQUENCE_NODE, type YamlNode } from "./node.ts";
import type { YamlDialect } from "./options.ts";
import type { Resolved } from "./resolve.ts";
import { resolveScalar } from "./scalar.ts";
import { hasOnlyStringKeys, isMergeKey } from "./string-keys.ts";

/** How Go's `%#v` prints what go-yaml decodes a node to; go-yaml shows keys that way in its messages. */
export function goSyntax(node: YamlNode, dialect: YamlDialect): string {
  if (node.kind === ALIAS_NODE) return goSyntax(node.target as YamlNode, dialect);
  if (node.kind === SCALAR_NODE) return goSyntaxOfScalar(node, dialect);
  if (node.kind === MAPPING_NODE) return goSyntaxOfMapping(node, dialect);
  const items = node.children.map((child) => goSyntax(child, dialect));
  return `[]interface {}{${items.join(", ")}}`;
}

function goSyntaxOfMapping(node: YamlNode, dialect: YamlDialect): string {
  const shown = [...entriesOf(node, dialect)]
    .sort(([a], [b]) => compareKeys(a, b))
    .map(([key, value]) => `${key}:${value}`);
  const isStringMap = dialect === "go-yaml-v3" && hasOnlyStringKeys(node);
  return `map[${isStringMap ? "string" : "interface {}"}]interface {}{${shown.join(", ")}}`;
}

/** The mapping's keys and values, merges carried out: in version 2 the last one wins, in version 3 the mapping's own. */
function entriesOf(node: YamlNode, dialect: YamlDialect): ReadonlyMap<string, string> {
  const own: Array<readonly [string, string]> = [];
  const merged: Array<readonly [string, string]> = [];
  for (let i = 0; i < node.children.length; i += 2) {
    const key = node.children[i] as YamlNode;
    const value = node.children[i + 1] as YamlNode;
    if (isMergeKey(key)) (dialect === "go-yaml-v2" ? own : merged).push(...mergedEntries(value, dialect));
    else own.push([goSyntax(key, dialect), goSyntax(value, dialect)]);
  }
  return new Map([...merged, ...own]);
}

/** Backwards, so that the first mapping of a list wins. */
function mergedEntries(node: YamlNode, dialect: YamlDialect): ReadonlyArray<readonly [string, string]> {
  const mappings = node.kind === SEQUENCE_NODE ? [...node.children].reverse() : [node];
  return mappings.flatMap((mapping) => [...entriesOf(mapping.target ?? mapping, dialect)]);
}

/** Go prints maps sorted: numbers by value, strings by bytes. */
function compareKeys(a: string, b: string): number {
  const numbers = Number(a) - Number(b);
  if (!Number.isNaN(numbers)) return numbers;
  return a < b ? -1 : 1;
}

/** `%#v` of a scalar. */
export function goSyntaxOfScalar(node: YamlNode, dialect: YamlDialect): string {
  const meaning = resolveScalar(node, dialect);
  return meaning.kind === "string" || meaning.kind === "timestamp"
    ? quoteGo(node.value)
    : goSyntaxOfValue(meaning);
}

function goSyntaxOfValue(meaning: Resolved): string {
  switch (meaning.kind) {
    case "bool":
      return String(meaning.value);
    case "int":
      return isUnsigned(meaning.value) ? `0x${meaning.value.toString(16)}` : String(meaning.value);
    case "float":
      return goFloat(meaning.value);
    case "binary":
      return quoteGo(meaning.value);
    default:
      return "interface {}(nil)";
  }
}

function goFloat(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (Number.isFinite(value)) return formatGoFloat(value);
  return value > 0 ? "+Inf" : "-Inf";
}

const SHORT_ESCAPES: ReadonlyMap<string, string> = new Map([
  ["\x07", "\\a"],
  ["\b", "\\b"],
  ["\f", "\\f"],
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
  ["\v", "\\v"],
  ["\\", "\\\\"],
  ['"', '\\"'],
]);

/** What `strconv.IsPrint` lets through: letters, marks, numbers, punctuation, symbols and the ASCII space. */
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

/** Quotes a string as Go's `%q` does. */
export function quoteGo(text: string): string {
  let quoted = '"';
  for (const character of text) {
    const short = SHORT_ESCAPES.get(character);
    if (short !== undefined) quoted += short;
    else if (PRINTABLE.test(character)) quoted += character;
    else quoted += escapeCode(character.codePointAt(0) ?? 0);
  }
  return `${quoted}"`;
}

function escapeCode(code: number): string {
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, "0")}`;
  return code < 0x10000
    ? `\\u${code.toString(16).padStart(4, "0")}`
    : `\\U${code.toString(16).padStart(8, "0")}`;
}
