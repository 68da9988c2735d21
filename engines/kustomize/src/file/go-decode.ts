import type { JsonObject, JsonValue } from "@weir/core";
import { KustomizeError } from "../error.ts";

/** A Go type as far as encoding/json's strict decoding and its messages depend on it. */
export type GoType = (
  | { readonly kind: "string" | "bool" | "int" | "int64" | "any" }
  | { readonly kind: "list"; readonly of: GoType }
  | { readonly kind: "map"; readonly of: GoType }
  | { readonly kind: "struct"; readonly name: string; readonly fields: Readonly<Record<string, GoType>> }
) & {
  /** What messages call the type, where that is not what it is made of. */
  readonly shown?: string;
  /** The embedded structs that a field belongs to, outermost first: messages name them. */
  readonly via?: readonly string[];
};

export const goString: GoType = { kind: "string" };
/** Anything. */
export const goAny: GoType = { kind: "any" };
export const goBool: GoType = { kind: "bool" };
export const goInt: GoType = { kind: "int" };
export const goInt64: GoType = { kind: "int64" };
export const goStrings: GoType = { kind: "list", of: goString };
export const goStringMap: GoType = { kind: "map", of: goString };

export function goList(of: GoType): GoType {
  return { kind: "list", of };
}

/** What the name of a list of pointers starts with; null in such a list stays null. */
const POINTERS = "[]*";

/** A list of pointers, as messages show it. */
export function goPointers(name: string, of: GoType): GoType {
  return { kind: "list", of, shown: `${POINTERS}types.${name}` };
}

/** The fields of a struct that is embedded in another one. */
export function goEmbedded<Fields extends Readonly<Record<string, GoType>>>(
  name: string,
  fields: Fields,
): { readonly [Field in keyof Fields]: GoType } {
  const embedded = (type: GoType): GoType => ({ ...type, via: [name, ...(type.via ?? [])] });
  const entries = Object.entries(fields).map(([field, type]): [string, GoType] => [field, embedded(type)]);
  return Object.fromEntries<GoType>(entries) as { readonly [Field in keyof Fields]: GoType };
}

/** A list under a name of its own, as messages show it. */
export function goNamedList(shown: string, of: GoType): GoType {
  return { kind: "list", of, shown };
}

export function goStruct(name: string, fields: Readonly<Record<string, GoType>>): GoType {
  return { kind: "struct", name, fields };
}

function typeName(type: GoType): string {
  if (type.shown !== undefined) return type.shown;
  switch (type.kind) {
    case "list":
      return `[]${typeName(type.of)}`;
    case "map":
      return `map[string]${typeName(type.of)}`;
    case "struct":
      return `types.${type.name}`;
    default:
      return type.kind;
  }
}

/** What messages of encoding/json call a value. */
export function jsonKind(value: JsonValue): string {
  if (Array.isArray(value)) return "array";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "bigint") return "number";
  return typeof value;
}

interface Decoding {
  readonly isStrict: boolean;
  /** Whether numbers and booleans become text where text is wanted. */
  converts: boolean;
  readonly path: string[];
  structName: string;
  error: string | undefined;
}

/**
 * Decodes JSON into the fields of a Go struct: keys match without regard to case, null leaves a field unset.
 *
 * Throws the message of the first problem in the sorted order of keys, as encoding/json does; unknown fields are a
 * problem when `isStrict`.
 */
export function goDecode(value: JsonValue, type: GoType, isStrict: boolean): JsonValue | undefined {
  return decode(value, type, { isStrict, converts: false, path: [], structName: "", error: undefined });
}

/**
 * Decodes what was YAML as `sigs.k8s.io/yaml` does: as `goDecode`, but numbers and booleans become text where a field
 * wants it. Fields of embedded structs are left out of that, as upstream looks their types up in the wrong place.
 */
export function goDecodeYaml(value: JsonValue, type: GoType, isStrict: boolean): JsonValue | undefined {
  return decode(value, type, { isStrict, converts: true, path: [], structName: "", error: undefined });
}

function decode(value: JsonValue, type: GoType, decoding: Decoding): JsonValue | undefined {
  const result = decodeValue(value, type, decoding);
  if (decoding.error !== undefined) throw new KustomizeError(`json: ${decoding.error}`);
  return result;
}

// oxlint-disable-next-line complexity -- one case for each kind of Go type
function decodeValue(value: JsonValue, type: GoType, decoding: Decoding): JsonValue | undefined {
  if (value === null) return undefined;
  switch (type.kind) {
    case "struct":
      return isObject(value) ? decodeStruct(value, type, decoding) : mismatch(value, type, decoding);
    case "map":
      return isObject(value) ? decodeMap(value, type.of, decoding) : mismatch(value, type, decoding);
    case "list":
      return Array.isArray(value) ? decodeList(value, type, decoding) : mismatch(value, type, decoding);
    case "string":
      return typeof value === "string" ? value : decodeText(value, type, decoding);
    case "bool":
      return typeof value === "boolean" ? value : mismatch(value, type, decoding);
    case "any":
      return value;
    default:
      return decodeInteger(value, type, decoding);
  }
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function decodeInteger(value: JsonValue, type: GoType, decoding: Decoding): JsonValue | undefined {
  if (typeof value === "bigint" || (typeof value === "number" && Number.isInteger(value))) return value;
  if (typeof value === "number") return problem(`number ${value}`, type, decoding);
  return mismatch(value, type, decoding);
}

function decodeText(value: JsonValue, type: GoType, decoding: Decoding): JsonValue | undefined {
  const isScalar = typeof value === "number" || typeof value === "bigint" || typeof value === "boolean";
  return decoding.converts && isScalar ? String(value) : mismatch(value, type, decoding);
}

function mismatch(value: JsonValue, type: GoType, decoding: Decoding): undefined {
  return problem(jsonKind(value), type, decoding);
}

function problem(what: string, type: GoType, decoding: Decoding): undefined {
  const { path, structName } = decoding;
  const place = structName === "" ? "Go value" : `Go struct field ${structName}.${path.join(".")}`;
  decoding.error ??= `cannot unmarshal ${what} into ${place} of type ${typeName(type)}`;
  return undefined;
}

type GoList = Extract<GoType, { readonly kind: "list" }>;

function decodeList(value: readonly JsonValue[], type: GoList, decoding: Decoding): JsonValue {
  const { of, shown = "" } = type;
  const isStruct = of.kind === "struct" && !shown.startsWith(POINTERS);
  const zero: JsonValue = of.kind === "string" ? "" : isStruct ? {} : null;
  return value.map((item) => decodeValue(item, of, decoding) ?? zero);
}

function decodeMap(value: JsonObject, of: GoType, decoding: Decoding): JsonValue {
  const entries: [string, JsonValue][] = [];
  for (const key of Object.keys(value).sort()) {
    entries.push([key, decodeValue(value[key] ?? null, of, decoding) ?? ""]);
  }
  return Object.fromEntries(entries);
}

type GoStruct = Extract<GoType, { readonly kind: "struct" }>;

function decodeStruct(value: JsonObject, type: GoStruct, decoding: Decoding): JsonValue {
  const result: Record<string, JsonValue> = {};
  const outerName = decoding.structName;
  for (const key of Object.keys(value).sort()) {
    const field = fieldNamed(type, key);
    if (field === undefined) {
      if (decoding.isStrict) decoding.error ??= `unknown field ${JSON.stringify(key)}`;
      continue;
    }
    const fieldType = type.fields[field];
    if (fieldType === undefined) continue;
    decoding.structName = type.name;
    const { via = [] } = fieldType;
    const { converts } = decoding;
    const depth = decoding.path.length;
    decoding.path.push(...via, field);
    decoding.converts = converts && via.length === 0;
    const decoded = decodeValue(value[key] ?? null, fieldType, decoding);
    decoding.converts = converts;
    decoding.path.length = depth;
    if (decoded !== undefined) result[field] = decoded;
  }
  decoding.structName = outerName;
  return result;
}

function fieldNamed(type: GoStruct, key: string): string | undefined {
  if (Object.hasOwn(type.fields, key)) return key;
  const folded = key.toLowerCase();
  return Object.keys(type.fields).find((field) => field.toLowerCase() === folded);
}
