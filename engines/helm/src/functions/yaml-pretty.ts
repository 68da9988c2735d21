import type { JsonValue } from "@weir/core";
import { chargedWalk, defineFunction } from "@weir/gotemplate";
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

type OnPart = (length: number) => void;

/** Go's values as go-yaml v3 sees them, without JSON in between: integers are bigints, numbers floats. */
function yamlValue(value: GoValue, depth: number, onPart: OnPart): JsonValue {
  onPart(typeof value === "string" ? value.length : 0);
  if (depth > MAX_DEPTH) throw new GoCallError("yaml: value nests too deep");
  if (value instanceof GoInt) return value.value;
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Map) return tableOf(value, depth, onPart);
  if (value instanceof GoMap) return tableOf(value.entries, depth, onPart);
  if (value instanceof Uint8Array) return Array.from(value, BigInt);
  if (value instanceof GoSlice) return value.items.map((item) => yamlValue(item, depth + 1, onPart));
  if (Array.isArray(value)) return value.map((item) => yamlValue(item, depth + 1, onPart));
  return value instanceof GoObject ? yamlObject(value, depth, onPart) : goJsonValue(value);
}

function yamlObject(value: GoObject, depth: number, onPart: OnPart): JsonValue {
  if (value instanceof GoTime) return new YamlTimestamp(String(value.json())) as unknown as JsonValue;
  const text = value.text();
  if (text !== undefined) return typeof value.json() === "string" ? (value.json() as string) : text;
  if (value.underlying !== undefined) return yamlValue(value.underlying, depth, onPart);
  // Go's YAML writes the names of fields in lower case.
  const exported = value.fields().filter(({ name }) => /^\p{Lu}/u.test(name));
  return Object.fromEntries(
    exported.map((field) => [field.name.toLowerCase(), yamlValue(field.value, depth + 1, onPart)]),
  );
}

function tableOf(entries: ReadonlyMap<string, GoValue>, depth: number, onPart: OnPart): JsonValue {
  return Object.fromEntries(
    Array.from(entries, ([key, value]) => [key, yamlValue(value, depth + 1, onPart)]),
  );
}

/** `toYamlPretty`: as go-yaml v3 writes it, sequences indented; nothing where it cannot. */
export const yamlPrettyFunction: GoFunction = defineFunction(
  "toYamlPretty",
  ["interface {}"],
  "string",
  ([value], run) => {
    const { onPart } = chargedWalk(run);
    try {
      return emitYamlPretty(yamlValue(value, 0, onPart)).replace(/\n$/, "");
    } catch (error) {
      if (error instanceof GoCallError || error instanceof YamlError) return "";
      throw error;
    }
  },
);
