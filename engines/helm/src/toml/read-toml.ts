import { GoSlice, type GoValue, utf8Bytes } from "@weir/text";

import { TomlError } from "./toml-error.ts";
import { TomlReader } from "./toml-reader.ts";
import { TableList, type TomlNode, type TomlTable } from "./toml-tables.ts";

/**
 * Reads TOML as BurntSushi's decoder does into a map: integers are int64, tables in double brackets a slice of maps.
 * Throws a `TomlError` in its words.
 */
export function readToml(text: string): Map<string, GoValue> {
  const plain = text.replace(/^(?:\udcff\udcfe|\udcfe\udcff|\ufeff)/, "");
  if (utf8Bytes(plain.slice(0, 6)).subarray(0, 6).includes(0)) {
    throw new TomlError(
      "toml: line 1: files cannot contain NULL bytes; probably using UTF-16; TOML files must be UTF-8",
    );
  }
  return mapOf(new TomlReader(plain).read());
}

function mapOf(table: TomlTable): Map<string, GoValue> {
  return new Map(Array.from(table, ([key, node]) => [key, valueOf(node)]));
}

function valueOf(node: TomlNode): GoValue {
  if (node instanceof Map) return mapOf(node);
  if (node instanceof TableList) return new GoSlice("map[string]interface {}", node.items.map(mapOf));
  return Array.isArray(node) ? (node as readonly TomlNode[]).map(valueOf) : (node as GoValue);
}
