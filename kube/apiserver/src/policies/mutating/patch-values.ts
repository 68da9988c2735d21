import {
  CelDuration,
  CelMap,
  CelObject,
  CelTimestamp,
  CelUint,
  type CelValue,
  isList,
  madeMessage,
} from "@weir/cel";
import type { JsonValue } from "@weir/core";
import { type ConfigurationValue, ForeignValue } from "@weir/objects";
import { quoteGoRune } from "@weir/text";

/** What an expression made cannot be used; the message is the API server's. */
export type Unusable = { readonly kind: "unusable"; readonly problem: string };

type Configuration = { readonly [field: string]: ConfigurationValue };

/**
 * Each object that an expression makes is of the type named by the path to it; gives what is not, a line each. Lists and maps
 * on the way do not count.
 */
export function misnamedTypes(value: CelValue, path = "Object"): readonly string[] {
  const made = madeMessage(value);
  if (made !== undefined && value instanceof CelObject) {
    const below = [...made.fields].flatMap(([name, field]) => misnamedTypes(field, `${path}.${name}`));
    if (value.typeName === path) return below;
    const expected = `expected ${JSON.stringify(path)}, which matches field name path from root Object type`;
    return [`unexpected type name ${JSON.stringify(value.typeName)}, ${expected}`, ...below];
  }
  if (isList(value)) return value.flatMap((item) => misnamedTypes(item, path));
  if (value instanceof CelMap && !value.isJson)
    return [...value.entries()].flatMap(([, item]) => misnamedTypes(item, path));
  return [];
}

/** The object that an expression made as a partial object to merge. */
export function configurationOf(value: CelValue): Configuration | Unusable {
  const fields = madeMessage(value)?.fields ?? new Map<string, CelValue>();
  const configuration: Record<string, ConfigurationValue> = Object.create(null);
  for (const [name, field] of fields) {
    const converted = fieldOf(field);
    if (isUnusable(converted))
      return unusable(`fail to convert field ${JSON.stringify(name)}: ${converted.problem}`);
    configuration[name] = converted;
  }
  return configuration;
}

export function isUnusable(value: unknown): value is Unusable {
  return (
    typeof value === "object" &&
    value !== null &&
    (value as { kind?: unknown }).kind === UNUSABLE.kind &&
    "problem" in value
  );
}

const UNUSABLE = { kind: "unusable" } as const;

function unusable(problem: string): Unusable {
  return { kind: "unusable", problem };
}

/** A field's value: of lists and maps the parts are taken as they are. */
function fieldOf(value: CelValue): ConfigurationValue | Unusable {
  if (isList(value)) return value.map(nativeOf);
  if (!(value instanceof CelMap)) return nativeOf(value);
  if (value.isJson) return jsonOf(value);
  const converted: Record<string, ConfigurationValue> = Object.create(null);
  for (const [key, item] of value.entries()) {
    if (typeof key !== "string")
      return unusable(`map key ${keyText(key)} is of type types.${goTypeOf(key)}, not string`);
    converted[key] = nativeOf(item);
  }
  return converted;
}

/** What Go holds of a value: plain data of what JSON knows, and things of its own of the rest. */
function nativeOf(value: CelValue): ConfigurationValue {
  if (value === null) return new ForeignValue("structpb.NullValue", "NULL_VALUE", "0");
  if (value instanceof CelUint)
    return new ForeignValue("uint64", String(value.value), `0x${value.value.toString(16)}`);
  if (madeMessage(value) !== undefined) {
    const made = configurationOf(value);
    return isUnusable(made) ? new ForeignValue("*types.Err", made.problem) : made;
  }
  if (value instanceof CelMap && !value.isJson)
    return new ForeignValue("map[ref.Val]ref.Val", goMapText(value));
  return jsonOf(value);
}

/** A value as JSON: whole numbers beyond 2⁵³ are texts. */
export function jsonOf(value: CelValue): JsonValue {
  if (value === null || typeof value === "boolean" || typeof value === "number" || typeof value === "string")
    return value;
  if (typeof value === "bigint") return wholeNumber(value);
  if (value instanceof CelUint) return wholeNumber(value.value);
  if (isList(value)) return value.map(jsonOf);
  if (value instanceof CelMap)
    return Object.fromEntries([...value.entries()].map(([key, item]) => [String(jsonOf(key)), jsonOf(item)]));
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  return otherJson(value);
}

function otherJson(value: CelValue): JsonValue {
  if (value instanceof CelTimestamp) return new Date(Number(value.nanoseconds / 1_000_000n)).toISOString();
  if (value instanceof CelDuration) return `${Number(value.nanoseconds) / 1e9}s`;
  const made = madeMessage(value);
  if (made === undefined) return String(value);
  return Object.fromEntries([...made.fields].map(([name, field]) => [name, jsonOf(field)]));
}

function wholeNumber(value: bigint): JsonValue {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}

/** A made object as the value of a JSON patch; gives why it cannot be one. */
export function patchValueOf(value: CelValue): JsonValue | Unusable {
  if (madeMessage(value) === undefined) return jsonOf(value);
  const made = configurationOf(value);
  if (isUnusable(made)) return made;
  return plainOf(made);
}

function plainOf(value: ConfigurationValue): JsonValue | Unusable {
  if (value instanceof ForeignValue) {
    if (value.typeName === "uint64") return Number(value.text);
    return unusable(`proto: invalid type: ${value.typeName}`);
  }
  if (value === null || typeof value !== "object") return value as JsonValue;
  if (Array.isArray(value)) return plainList(value as readonly ConfigurationValue[]);
  const plain: Record<string, JsonValue> = {};
  for (const [name, field] of Object.entries(value as Configuration)) {
    const converted = plainOf(field);
    if (isUnusable(converted)) return converted;
    plain[name] = converted;
  }
  return plain;
}

function plainList(items: readonly ConfigurationValue[]): JsonValue | Unusable {
  const plain: JsonValue[] = [];
  for (const item of items) {
    const converted = plainOf(item);
    if (isUnusable(converted)) return converted;
    plain.push(converted);
  }
  return plain;
}

/** A key as Go's `%q` writes it, which takes numbers for characters. */
function keyText(key: CelValue): string {
  if (typeof key === "bigint") return quoteGoRune(Number(key));
  if (key instanceof CelUint) return quoteGoRune(Number(key.value));
  return `%!q(types.Bool=${String(key)})`;
}

function goTypeOf(key: CelValue): string {
  if (typeof key === "bigint") return "Int";
  return key instanceof CelUint ? "Uint" : "Bool";
}

/** A map of CEL's values as Go's `%v` writes it. */
function goMapText(map: CelMap): string {
  const entries = [...map.entries()].map(([key, value]) => `${celText(key)}:${celText(value)}`);
  return `map[${entries.sort().join(" ")}]`;
}

/** A value as cel-go writes it. */
function celText(value: CelValue): string {
  if (isList(value)) return `[${value.map(celText).join(", ")}]`;
  if (value instanceof CelMap)
    return `{${[...value.entries()].map(([key, item]) => `${celText(key)}: ${celText(item)}`).join(", ")}}`;
  return value === null ? "NULL_VALUE" : String(jsonOf(value));
}
