import { formatGoFloat } from "./go-float.ts";
import { isUnsigned } from "./integer.ts";
import { ALIAS_NODE, MAPPING_NODE, SCALAR_NODE, type YamlNode } from "./node.ts";
import type { YamlDialect } from "./options.ts";
import type { Resolved } from "./resolve.ts";
import { resolveScalar } from "./scalar.ts";

/** How Go's `%#v` prints what go-yaml decodes a node to; go-yaml shows keys that way in its messages. */
export function goSyntax(node: YamlNode, dialect: YamlDialect): string {
  if (node.kind === ALIAS_NODE) return goSyntax(node.target as YamlNode, dialect);
  if (node.kind === SCALAR_NODE) return goSyntaxOfScalar(node, dialect);
  if (node.kind === MAPPING_NODE) return goSyntaxOfMapping(node, dialect);
  const items = node.children.map((child) => goSyntax(child, dialect));
  return `[]interface {}{${items.join(", ")}}`;
}

function goSyntaxOfMapping(node: YamlNode, dialect: YamlDialect): string {
  const entries = new Map<string, string>();
  let onlyStrings = true;
  for (let i = 0; i < node.children.length; i += 2) {
    const key = goSyntax(node.children[i] as YamlNode, dialect);
    onlyStrings &&= key.startsWith('"');
    entries.set(key, goSyntax(node.children[i + 1] as YamlNode, dialect));
  }
  const shown = [...entries].sort(([a], [b]) => compareKeys(a, b)).map(([key, value]) => `${key}:${value}`);
  const type =
    dialect === "go-yaml-v3" && onlyStrings ? "map[string]interface {}" : "map[interface {}]interface {}";
  return `${type}{${shown.join(", ")}}`;
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
