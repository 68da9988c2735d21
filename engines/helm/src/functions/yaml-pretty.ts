import type { JsonValue } from "@weir/core";
import { defineFunction } from "@weir/gotemplate";
import {
  GoCallError,
  type GoFunction,
  GoInt,
  goJsonValue,
  GoMap,
  GoObject,
  GoSlice,
  GoTime,
  type GoValue,
} from "@weir/text";
import { emitYamlPretty, YamlError, YamlTimestamp } from "@weir/yaml";

const MAX_DEPTH = 1000;

/** Go's values as go-yaml v3 sees them, without JSON in between: integers are bigints, numbers floats. */
function yamlValue(value: GoValue, depth: number): JsonValue {
  if (depth > MAX_DEPTH) throw new GoCallError("yaml: value nests too deep");
  if (value instanceof GoInt) return value.value;
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Map) return tableOf(value, depth);
  if (value instanceof GoMap) return tableOf(value.entries, depth);
  if (value instanceof Uint8Array) return Array.from(value, BigInt);
  if (value instanceof GoSlice) return value.items.map((item) => yamlValue(item, depth + 1));
  if (Array.isArray(value)) return value.map((item) => yamlValue(item, depth + 1));
  return value instanceof GoObject ? yamlObject(value, depth) : goJsonValue(value);
}

function yamlObject(value: GoObject, depth: number): JsonValue {
  if (value instanceof GoTime) return new YamlTimestamp(String(value.json())) as unknown as JsonValue;
  const text = value.text();
  if (text !== undefined) return typeof value.json() === "string" ? (value.json() as string) : text;
  if (value.underlying !== undefined) return yamlValue(value.underlying, depth);
  // Go's YAML writes the names of fields in lower case.
  const exported = value.fields().filter(({ name }) => /^\p{Lu}/u.test(name));
  return Object.fromEntries(
    exported.map((field) => [field.name.toLowerCase(), yamlValue(field.value, depth + 1)]),
  );
}

function tableOf(entries: ReadonlyMap<string, GoValue>, depth: number): JsonValue {
  return Object.fromEntries(Array.from(entries, ([key, value]) => [key, yamlValue(value, depth + 1)]));
}

/** `toYamlPretty`: as go-yaml v3 writes it, sequences indented; nothing where it cannot. */
export const yamlPrettyFunction: GoFunction = defineFunction(
  "toYamlPretty",
  ["interface {}"],
  "string",
  ([value]) => {
    try {
      return emitYamlPretty(yamlValue(value, 0)).replace(/\n$/, "");
    } catch (error) {
      if (error instanceof GoCallError || error instanceof YamlError) return "";
      throw error;
    }
  },
);
