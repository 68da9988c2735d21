import { compareUtf8, type JsonValue } from "@weir/core";
import { quoteGo } from "@weir/text";
import {
  formatGoFloat32,
  loadYaml,
  MAPPING_NODE,
  parseYamlNode,
  resolvePlain,
  SCALAR_NODE,
  SEQUENCE_NODE,
  YamlError,
  type YamlNode,
} from "@weir/yaml";
import { ChartError } from "./chart-error.ts";
import type { GoShape, GoStructShape } from "./go-shape.ts";
import { jsonKind } from "./json-kind.ts";
import { rfc3339Problem } from "./rfc3339-problem.ts";

/** A decoded struct: fields that were not given are absent, null items of lists of structs are null. */
export type Decoded = ReadonlyMap<string, DecodedValue>;

/** What a field of a decoded struct holds; raw JSON where Go has an `interface{}`. */
export type DecodedValue =
  | string
  | boolean
  | null
  | Decoded
  | readonly DecodedValue[]
  | { readonly raw: readonly JsonValue[] };

/**
 * Decodes YAML into a Go struct as sigs.k8s.io/yaml does: numbers and booleans become text where text is wanted, names
 * of fields are matched without regard to case, and what is decoded over an earlier value changes only what it names.
 *
 * Throws a `ChartError` with Go's text; of several wrong types, the first counts.
 */
export function decodeGoStruct(
  text: Uint8Array | string,
  shape: GoStructShape,
  base: Decoded = new Map(),
  options: DecodeOptions = {},
): Decoded {
  const value = load(text, options);
  // What decodes null keeps its value.
  if (value === null) return base;
  const decoder = new Decoder(text, options.isStrict ?? false);
  const decoded = decoder.struct(shape, value, base, { struct: undefined, path: [], place: [] });
  if (decoder.problem === undefined) return decoded;
  throw new ChartError(`error unmarshaling JSON: while decoding JSON: ${decoder.problem}`);
}

/** How YAML is decoded. */
export interface DecodeOptions {
  /** Refuses fields that the struct has not, and keys that come twice. */
  readonly isStrict?: boolean;
  /** Length of the text; 64 MiB by default. */
  readonly maxBytes?: number;
}

/** The same for JSON as encoding/json decodes it: text is wanted where text is wanted, unknown fields are left out. */
export function decodeGoJson(value: JsonValue, shape: GoStructShape): Decoded {
  if (value === null) return new Map();
  const decoder = new Decoder(undefined, false);
  const decoded = decoder.struct(shape, value, new Map(), { struct: undefined, path: [], place: [] });
  if (decoder.problem === undefined) return decoded;
  throw new ChartError(decoder.problem);
}

function load(text: Uint8Array | string, { isStrict = false, maxBytes }: DecodeOptions): JsonValue {
  try {
    const budgets = maxBytes === undefined ? {} : { budgets: { size: maxBytes } };
    return loadYaml(text, { strict: isStrict, ...budgets });
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw new ChartError(`error converting YAML to JSON: ${error.message}`);
  }
}

/** Where a value stands: by the names of Go, for errors, and by the keys of the text. */
interface Place {
  readonly struct: string | undefined;
  readonly path: readonly string[];
  readonly place: readonly (string | number)[];
}

class Decoder {
  problem: string | undefined;
  /** Without a text, what is decoded is JSON. */
  readonly #text: Uint8Array | string | undefined;
  readonly #isStrict: boolean;
  #root: YamlNode | undefined;

  constructor(text: Uint8Array | string | undefined, isStrict: boolean) {
    this.#text = text;
    this.#isStrict = isStrict;
  }

  struct(shape: GoStructShape, value: JsonValue, base: Decoded, at: Place): Decoded {
    if (!isTable(value)) {
      this.#wrongType(value, shape.type, at);
      return base;
    }
    const decoded = new Map(base);
    // sigs.k8s.io/yaml decodes JSON that it wrote itself, with sorted keys.
    for (const key of Object.keys(value).sort(compareUtf8)) {
      const name = fieldNamed(shape, key);
      const field = name === undefined ? undefined : shape.fields.get(name);
      if (name === undefined || field === undefined) {
        if (this.#isStrict) this.problem ??= `json: unknown field ${quoteGo(key)}`;
        continue;
      }
      const inner = { struct: shape.name, path: [...at.path, name], place: [...at.place, key] };
      this.#field({ decoded, name, field }, value[key] ?? null, inner);
    }
    return decoded;
  }

  #field(
    { decoded, name, field }: { decoded: Map<string, DecodedValue>; name: string; field: GoShape },
    value: JsonValue,
    at: Place,
  ): void {
    if (value === null) {
      if (field.kind !== "string" && field.kind !== "bool" && field.kind !== "time") decoded.delete(name);
      return;
    }
    const result = this.#value(field, value, decoded.get(name), at);
    if (result !== undefined) decoded.set(name, result);
  }

  /** Undefined where the type is wrong. */
  // oxlint-disable-next-line complexity -- one case for each kind of type
  #value(
    shape: GoShape,
    value: JsonValue,
    base: DecodedValue | undefined,
    at: Place,
  ): DecodedValue | undefined {
    switch (shape.kind) {
      case "string":
        return this.#string(value, at);
      case "bool":
        return typeof value === "boolean" ? value : this.#wrongType(value, "bool", at);
      case "time":
        return this.#time(value);
      case "any-list":
        if (isList(value)) return { raw: value };
        return this.#wrongType(value, "[]interface {}", at);
      case "any-map":
        if (isTable(value)) return { raw: [value] };
        return this.#wrongType(value, "map[string]interface {}", at);
      case "map":
        return this.#map(shape, value, at);
      case "string-map":
        return this.#stringMap(value, base, at);
      case "struct":
        return this.struct(shape, value, base instanceof Map ? base : new Map(), at);
      default:
        return this.#list(shape, value, Array.isArray(base) ? (base as readonly DecodedValue[]) : [], at);
    }
  }

  #list(
    { of, type }: { readonly of: GoShape; readonly type: string },
    value: JsonValue,
    base: readonly DecodedValue[],
    at: Place,
  ): DecodedValue | undefined {
    if (!isList(value)) return this.#wrongType(value, type, at);
    return value.map((item, index) => {
      const empty = of.kind === "string" ? "" : null;
      // Go decodes into the items that the list had.
      const before = base[index] ?? empty;
      if (item === null) return of.kind === "string" ? before : null;
      const place = { ...at, place: [...at.place, index] };
      return this.#value(of, item, before ?? undefined, place) ?? empty;
    });
  }

  #map(
    { of, type }: { readonly of: GoShape; readonly type: string },
    value: JsonValue,
    at: Place,
  ): DecodedValue | undefined {
    if (!isTable(value)) return this.#wrongType(value, type, at);
    const map = new Map<string, DecodedValue>();
    for (const key of Object.keys(value).sort(compareUtf8)) {
      const item = value[key] ?? null;
      const place = { ...at, place: [...at.place, key] };
      map.set(key, item === null ? null : (this.#value(of, item, undefined, place) ?? null));
    }
    return map;
  }

  #stringMap(value: JsonValue, base: DecodedValue | undefined, at: Place): DecodedValue | undefined {
    if (!isTable(value)) return this.#wrongType(value, "map[string]string", at);
    const map = new Map(base instanceof Map ? (base as Decoded) : []);
    for (const key of Object.keys(value).sort(compareUtf8)) {
      const item = value[key] ?? null;
      map.set(key, item === null ? "" : (this.#string(item, { ...at, place: [...at.place, key] }) ?? ""));
    }
    return map;
  }

  #string(value: JsonValue, at: Place): string | undefined {
    if (typeof value === "string") return value;
    if (this.#text === undefined) return this.#wrongType(value, "string", at);
    if (typeof value === "boolean" || typeof value === "bigint") return String(value);
    if (typeof value !== "number") return this.#wrongType(value, "string", at);
    return Number.isInteger(value) && !this.#isFloat(at.place) ? String(value) : formatGoFloat32(value);
  }

  /** Whether a whole number was written as a float, which prints in another way. */
  #isFloat(place: Place["place"]): boolean {
    this.#root ??= parseYamlNode(this.#text ?? "");
    let node = this.#root;
    for (const key of place) {
      const target = node?.target ?? node;
      node = typeof key === "number" ? itemOf(target, key) : entryOf(target, key);
    }
    const scalar = node?.target ?? node;
    if (scalar?.kind !== SCALAR_NODE) return false;
    return resolvePlain(scalar.value, "go-yaml-v2").kind === "float";
  }

  #time(value: JsonValue): string | undefined {
    if (typeof value !== "string") {
      this.problem ??= "Time.UnmarshalJSON: input is not a JSON string";
      return undefined;
    }
    const problem = rfc3339Problem(value);
    if (problem === undefined) return value;
    this.problem ??= problem;
    return undefined;
  }

  #wrongType(value: JsonValue, type: string, { struct, path }: Place): undefined {
    const where = struct === undefined ? "Go value" : `Go struct field ${[struct, ...path].join(".")}`;
    this.problem ??= `json: cannot unmarshal ${jsonKind(value)} into ${where} of type ${type}`;
    return undefined;
  }
}

function fieldNamed(shape: GoStructShape, key: string): string | undefined {
  if (shape.fields.has(key)) return key;
  const folded = key.toLowerCase();
  return shape.fields.keys().find((name) => name.toLowerCase() === folded);
}

function entryOf(node: YamlNode | undefined, key: string): YamlNode | undefined {
  if (node?.kind !== MAPPING_NODE) return undefined;
  let found: YamlNode | undefined;
  for (let index = 0; index < node.children.length; index += 2) {
    if (node.children[index]?.value === key) found = node.children[index + 1];
  }
  return found;
}

function itemOf(node: YamlNode | undefined, index: number): YamlNode | undefined {
  return node?.kind === SEQUENCE_NODE ? node.children[index] : undefined;
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function isTable(value: JsonValue): value is { readonly [key: string]: JsonValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
