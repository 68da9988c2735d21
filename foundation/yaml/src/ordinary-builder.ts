import type { JsonValue } from "@weir/core";
import { type MutableObject, setOwn } from "./decode-state.ts";
import { YamlError } from "./error.ts";
import { MAPPING_NODE, SCALAR_NODE, SEQUENCE_NODE, YamlNode } from "./node.ts";
import type { LoadSettings } from "./options.ts";
import { resolvePlain } from "./resolve.ts";
import { PLAIN } from "./token.ts";

/** Makes of a parsed document what is wanted of it. */
export interface Builder<Built, Mapping extends Built> {
  scalar(text: string, style: number, line: number, column: number): Built;
  mapping(style: number, line: number, column: number): Mapping;
  addEntry(mapping: Mapping, key: Built, value: Built): void;
  sequence(items: Built[], style: number, line: number, column: number): Built;
}

/** Leaves the ordinary way; the message is never seen. */
export function refuse(): never {
  throw new YamlError("yaml: not ordinary", "not ordinary");
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
