import type { JsonValue } from "@weir/core";
import { type MutableObject, setOwn } from "./decode-state.ts";
import { YamlError } from "./error.ts";
import { MAPPING_NODE, SCALAR_NODE, SEQUENCE_NODE, YamlNode } from "./node.ts";
import type { LoadSettings } from "./options.ts";
import { resolvePlain } from "./resolve.ts";
import type { ScanState } from "./scan-state.ts";
import { PLAIN } from "./token.ts";

/** Makes of a parsed document what is wanted of it. */
export interface Builder<Built, Mapping extends Built> {
  scalar(text: string, style: number, line: number, column: number): Built;
  mapping(style: number, line: number, column: number): Mapping;
  addEntry(mapping: Mapping, key: Built, value: Built): void;
  sequence(items: Built[], style: number, line: number, column: number): Built;
}

/** One attempt to parse a document the ordinary way. */
export interface OrdinaryParse<Built, Mapping extends Built> {
  readonly scan: ScanState;
  readonly maxDepth: number;
  readonly builder: Builder<Built, Mapping>;
  depth: number;
}

/** Thrown again and again, because making an error costs more than many a document; nobody sees it. */
const NOT_ORDINARY = new YamlError("yaml: not ordinary", "not ordinary");

/** Leaves the ordinary way. */
export function refuse(): never {
  throw NOT_ORDINARY;
}

/** Goes one level deeper. */
export function descend<Built, Mapping extends Built>(parse: OrdinaryParse<Built, Mapping>): void {
  parse.depth += 1;
  if (parse.depth > parse.maxDepth) refuse();
}

/** Makes values. It refuses keys that are no strings, repeated keys where they are an error, and infinities. */
export function valueBuilder({ dialect, duplicateKeys }: LoadSettings): Builder<JsonValue, MutableObject> {
  const refusesRepeats = duplicateKeys === "error";
  return {
    scalar(text, style) {
      if (style !== PLAIN) return text;
      const meaning = resolvePlain(text, dialect);
      switch (meaning.kind) {
        case "null":
          return null;
        case "bool":
        case "int":
          return meaning.value;
        case "float":
          return Number.isFinite(meaning.value) ? meaning.value : refuse();
        case "timestamp":
          return dialect === "go-yaml-v3" ? meaning.value : text;
        default:
          return text;
      }
    },
    mapping: () => ({}),
    addEntry(mapping, key, value) {
      if (typeof key !== "string" || (refusesRepeats && Object.hasOwn(mapping, key))) refuse();
      setOwn(mapping, key, value);
    },
    sequence: (items) => items,
  };
}

/** A mapping node whose children are still being added. */
type GrowingMapping = YamlNode & { children: YamlNode[] };

/** Makes nodes. */
export function nodeBuilder(): Builder<YamlNode, YamlNode> {
  return {
    scalar: (text, style, line, column) => new YamlNode(SCALAR_NODE, line, column, text, "", style),
    mapping(style, line, column) {
      const node = new YamlNode(MAPPING_NODE, line, column, "", "", style);
      node.children = [];
      return node;
    },
    addEntry(mapping, key, value) {
      (mapping as GrowingMapping).children.push(key, value);
    },
    sequence(items, style, line, column) {
      const node = new YamlNode(SEQUENCE_NODE, line, column, "", "", style);
      node.children = items;
      return node;
    },
  };
}
