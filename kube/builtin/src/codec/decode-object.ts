import type { JsonObject, JsonValue } from "@weir/core";
import { normalizeQuantity } from "./go-quantity.ts";
import type { GoField, GoStruct, GoType } from "../go-types.ts";
import { GoDecodeError } from "./go-decode-error.ts";
import { normalizeMicroTime, normalizeTime } from "./go-time.ts";

/** An object as Go holds it, written back as JSON, and the fields that Go does not know. */
export interface DecodedObject {
  readonly value: JsonObject;
  /** Paths such as `spec.template.spec.containers[0].imagex`, in the order of the body. */
  readonly unknownFields: readonly string[];
  /** Paths of lists and maps that are left out because they are empty: until it is stored, Go tells them from none. */
  readonly emptied: readonly string[];
}

/** The texts of numbers that are not written as integers: Go reads `1.0` as no integer. */
export interface NumberTexts {
  textOf(holder: object, key: string): string | undefined;
}

/**
 * Which of upstream's readers words the errors: encoding/json, or the converter of patches and applied objects, which reads
 * fields in the order of their declaration and cuts integers that are too long.
 */
export type GoReader = "json" | "converter";

type Draft = Record<string, JsonValue>;

/** What a field is left out of: `undefined` here, never in JSON. */
type Encoded = JsonValue | undefined;

/** No built-in type nests deeper than this by itself; only hostile JSONSchemaProps do. */
const MAX_DEPTH = 512;

/**
 * Reads JSON into a Go struct and writes it back: what a built-in object goes through on its way into the store.
 *
 * Unknown fields are dropped and reported, nulls and empty values vanish as `omitempty` says, quantities and times take
 * their canonical form. A value of the wrong type throws `GoDecodeError` with the reader's message.
 */
// oxlint-disable-next-line max-params -- a value by its type, and how it is read
export function decodeObject(
  struct: GoStruct,
  value: JsonObject,
  numbers?: NumberTexts,
  reader: GoReader = "json",
): DecodedObject {
  const decoder = new Decoder(numbers, reader === "converter");
  const decoded = decoder.struct(struct, value, { struct: "", fields: "", path: "", depth: 0 });
  if (decoder.mismatch !== undefined) throw decoder.mismatch;
  return {
    value: decoded,
    unknownFields: decoder.unknown,
    emptied: decoder.emptied,
  };
}

/** Where the decoder is: Go's words for it, and the path for unknown fields. */
interface Place {
  readonly struct: string;
  /** Names of fields only, `spec.template.spec.containers.name`. */
  readonly fields: string;
  /** With indices and keys. */
  readonly path: string;
  readonly depth: number;
}

class Decoder {
  readonly unknown: string[] = [];
  readonly emptied: string[] = [];
  /**
   * The first value of the wrong type. encoding/json reads on behind it, as what a type that reads itself has against its text
   * goes before; the converter stops at once.
   */
  mismatch: GoDecodeError | undefined;
  readonly #numbers: NumberTexts | undefined;
  /** What holds the value that is read now; followed only where texts of numbers are known. */
  #holder: object = {};
  #key = "";

  readonly #converts: boolean;

  constructor(numbers: NumberTexts | undefined, converts: boolean) {
    this.#numbers = numbers;
    this.#converts = converts;
  }

  /** The text of the number that is read now, where it is not written as an integer. */
  #numberText(): string | undefined {
    return this.#numbers?.textOf(this.#holder, this.#key);
  }

  #enter(holder: object, key: string): void {
    this.#holder = holder;
    this.#key = key;
  }

  // oxlint-disable-next-line complexity -- the hot loop of every body
  struct(struct: GoStruct, value: JsonObject, place: Place): JsonObject {
    if (place.depth > MAX_DEPTH) throw new GoDecodeError("exceeded max depth");
    const draft: Draft = {};
    for (const key of this.#converts ? keysAsDeclared(struct, value) : Object.keys(value)) {
      const path = place.path === "" ? key : `${place.path}.${key}`;
      const field = struct.fields.get(key);
      if (field === undefined) {
        this.unknown.push(path);
        continue;
      }
      const fields = place.fields === "" ? field.path : `${place.fields}.${field.path}`;
      if (this.#numbers !== undefined) this.#enter(value, key);
      const encoded = this.#field(field, value[key] ?? null, {
        struct: struct.name,
        fields,
        path,
        depth: place.depth + 1,
      });
      if (encoded !== undefined) draft[key] = encoded;
    }
    for (const field of struct.fields.values()) {
      if (field.omitZero || Object.hasOwn(draft, field.name)) continue;
      const zero = zeroField(field);
      if (zero !== undefined) draft[field.name] = zero;
    }
    return draft;
  }

  #field(field: GoField, value: JsonValue, place: Place): Encoded {
    const encoded = this.#value(field.type, value, place);
    // A map that is written even when it is empty comes back from the store as null; so does a list, see `settleLists`.
    if (!field.omitEmpty && encoded !== undefined && isEmptyMap(field.type, encoded)) return null;
    if (encoded === undefined || !(field.omitEmpty || field.omitZero)) return encoded;
    if (field.type.kind === "pointer" || field.type.kind === "json") return encoded;
    if (!isEmpty(encoded, field)) return encoded;
    if (typeof encoded === "object") this.emptied.push(place.path);
    return undefined;
  }

  /** `undefined` means nil or absent. */
  // oxlint-disable-next-line complexity -- one case per way in which Go holds a value
  #value(type: GoType, value: JsonValue, place: Place): Encoded {
    if (type.kind === "pointer") return value === null ? undefined : this.#value(type.item, value, place);
    if (value === null) return undefined;
    switch (type.kind) {
      case "string":
        return typeof value === "string" ? value : this.#mismatch(type, value, place);
      case "bool":
        return typeof value === "boolean" ? value : this.#mismatch(type, value, place);
      case "int":
        return this.#int(type, value, place);
      case "float":
        return this.#float(type, value, place);
      case "struct":
        if (!isObject(value)) return this.#mismatch(type, value, place);
        return this.struct(type.struct, value, place);
      case "structOr":
        return this.#structOr(type.item, value, place);
      case "list":
        if (!Array.isArray(value)) return this.#mismatch(type, value, place);
        return value.map((item: JsonValue, index) => {
          if (this.#numbers !== undefined) this.#enter(value, String(index));
          return this.#item(type.item, item, { ...place, path: `${place.path}[${index}]` });
        });
      case "map":
        return this.#map(type, value, place);
      case "json":
        return value;
      default:
        return this.#scalar(type, value, place);
    }
  }

  #structOr(item: GoType, value: JsonValue, place: Place): Encoded {
    if (isObject(value)) return this.#value(item, value, place);
    if (!Array.isArray(value)) return value;
    return value.map((each: JsonValue, index) =>
      isObject(each)
        ? (this.#value(item, each, { ...place, path: `${place.path}[${index}]` }) ?? null)
        : each,
    );
  }

  #map(type: GoType & { readonly item: GoType }, value: JsonValue, place: Place): Encoded {
    if (!isObject(value)) return this.#mismatch(type, value, place);
    const draft: Draft = {};
    for (const key of Object.keys(value)) {
      if (this.#numbers !== undefined) this.#enter(value, key);
      const encoded = this.#item(type.item, value[key] ?? null, { ...place, path: `${place.path}.${key}` });
      if (key === "__proto__")
        Object.defineProperty(draft, key, {
          value: encoded,
          enumerable: true,
          configurable: true,
          writable: true,
        });
      else draft[key] = encoded;
    }
    return draft;
  }

  /** An element of a list or map: null is the zero value. */
  #item(type: GoType, value: JsonValue, place: Place): JsonValue {
    const encoded = this.#value(type, value, { ...place, depth: place.depth + 1 });
    if (encoded !== undefined) return encoded;
    // Nil bytes among others come back from the store as empty ones.
    if (type.kind === "bytes") return "";
    return type.kind === "pointer" ? null : (zeroValue(type) ?? null);
  }

  #int(type: GoType, value: JsonValue, place: Place): Encoded {
    if (typeof value !== "number" && typeof value !== "bigint") return this.#mismatch(type, value, place);
    const text = this.#numberText();
    if (text !== undefined || (typeof value === "number" && !Number.isInteger(value)))
      return this.#mismatch(type, value, place, text ?? String(value));
    const limit = type.name.endsWith("32") ? 2n ** 31n : 2n ** 63n;
    const exact = BigInt(value);
    if (this.#converts && limit === 2n ** 31n) return Number(BigInt.asIntN(32, exact));
    if (exact >= limit || exact < -limit) return this.#mismatch(type, value, place, String(value));
    return value;
  }

  #float(type: GoType, value: JsonValue, place: Place): Encoded {
    if (typeof value !== "number" && typeof value !== "bigint") return this.#mismatch(type, value, place);
    if (Number.isFinite(Number(value))) return value;
    return this.#mismatch(type, value, place, this.#numberText() ?? String(value));
  }

  // oxlint-disable-next-line complexity -- one case per type with a form of its own
  #scalar(type: GoType, value: JsonValue, place: Place): Encoded {
    switch (type.kind) {
      case "quantity":
        return normalizeQuantity(typeof value === "number" ? (this.#numberText() ?? value) : value);
      case "intOrString":
        if (typeof value === "string") return value;
        if (typeof value === "number" && (value | 0) === value && this.#numberText() === undefined)
          return value;
        return this.#misread("int32", value, place);
      case "bytes":
        if (Array.isArray(value)) return this.#byteList(value, place);
        if (typeof value !== "string") return this.#mismatch(type, value, place);
        return this.#bytes(value);
      default: {
        if (typeof value !== "string") return this.#misread("string", value, place);
        const read = type.kind === "microTime" ? normalizeMicroTime(value) : normalizeTime(value);
        if (read.kind === "malformed") throw new GoDecodeError(read.message);
        return read.text;
      }
    }
  }

  /** Bytes may come one by one. */
  #byteList(items: readonly JsonValue[], place: Place): Encoded {
    for (const item of items) {
      const isByte = typeof item === "number" && Number.isInteger(item) && item >= 0 && item <= 255;
      if (isByte || item === null) continue;
      const number = typeof item === "number" || typeof item === "bigint" ? String(item) : undefined;
      this.#mismatch({ kind: "int", name: "uint8" }, item, place, number);
      return undefined;
    }
    return Buffer.from(items.map(Number)).toString("base64");
  }

  #bytes(value: string): string {
    try {
      return normalizeBase64(value);
    } catch (error) {
      if (!(error instanceof GoDecodeError)) throw error;
      if (this.#converts) throw new GoDecodeError(`error decoding from json: ${error.message}`);
      this.mismatch ??= error;
      return "";
    }
  }

  /** A type that reads itself wants another one; encoding/json says where, the converter does not. */
  #misread(wanted: string, value: JsonValue, place: Place): never {
    const isNumber = typeof value === "number" || typeof value === "bigint";
    const number = wanted === "int32" && isNumber ? (this.#numberText() ?? String(value)) : undefined;
    const what = number === undefined ? jsonKind(value) : `number ${number}`;
    const where = this.#converts ? "value" : `struct field ${place.struct}.${place.fields}`;
    throw new GoDecodeError(`json: cannot unmarshal ${what} into Go ${where} of type ${wanted}`);
  }

  // oxlint-disable-next-line max-params -- the number is given only where Go prints it
  #mismatch(type: GoType, value: JsonValue, place: Place, number?: string): undefined {
    if (this.#converts) throw new GoDecodeError(cannotConvert(type, value));
    const what = number === undefined ? jsonKind(value) : `number ${number}`;
    this.mismatch ??= new GoDecodeError(
      `json: cannot unmarshal ${what} into Go struct field ${place.struct}.${place.fields} of type ${type.name}`,
    );
    return undefined;
  }
}

/** The fields in the order in which the struct has them, then those that it does not know. */
function keysAsDeclared({ fields }: GoStruct, value: JsonObject): string[] {
  const known = [...fields.keys()].filter((key) => Object.hasOwn(value, key));
  return [...known, ...Object.keys(value).filter((key) => !fields.has(key))];
}

/** How the converter says that a value does not have a type. */
function cannotConvert(type: GoType, value: JsonValue): string {
  const found = goKindOf(value);
  if (type.kind === "struct") return `cannot restore struct from: ${found}`;
  if (type.kind === "map") return `cannot restore map from ${found}`;
  if (type.kind === "list" || type.kind === "bytes") return `cannot restore slice from ${found}`;
  const isNumber = found === "int64" || found === "float64";
  // Go converts an integer to a text, and any number to any other; neither is meant here.
  if (isNumber && (type.kind === "int" || (type.kind === "string" && found === "int64")))
    return `cannot convert ${found} to ${type.name}`;
  return `unrecognized type: ${kindNames[type.kind] ?? type.name}`;
}

const kindNames: Readonly<Record<string, string>> = { string: "string", bool: "bool", float: "float64" };

/** The kind of Go's value for some JSON. */
function goKindOf(value: JsonValue): string {
  if (Array.isArray(value)) return "slice";
  if (typeof value === "object") return "map";
  if (typeof value === "number") return Number.isSafeInteger(value) ? "int64" : "float64";
  if (typeof value === "bigint") return BigInt.asIntN(64, value) === value ? "int64" : "float64";
  return typeof value === "boolean" ? "bool" : typeof value;
}

/** What a field that was not given is written as; `undefined` where it is left out. */
function zeroField(field: GoField): Encoded {
  const { type } = field;
  if (type.kind === "struct") return zeroValue(type);
  if (type.kind === "time" || type.kind === "microTime") return null;
  if (field.omitEmpty) return type.kind === "intOrString" ? 0 : type.kind === "quantity" ? "0" : undefined;
  return zeroValue(type) ?? null;
}

function zeroValue(type: GoType): Encoded {
  switch (type.kind) {
    case "string":
      return "";
    case "bool":
      return false;
    case "int":
    case "float":
    case "intOrString":
      return 0;
    case "quantity":
      return "0";
    case "struct":
      return zeroStruct(type.struct);
    default:
      return undefined;
  }
}

function zeroStruct(struct: GoStruct): JsonObject {
  const draft: Draft = {};
  for (const field of struct.fields.values()) {
    if (field.omitZero) continue;
    const zero = zeroField(field);
    if (zero !== undefined) draft[field.name] = zero;
  }
  return draft;
}

function isEmptyMap(type: GoType, value: JsonValue): boolean {
  return type.kind === "map" && Object.keys(value as JsonObject).length === 0;
}

function isEmpty(value: JsonValue, field: GoField): boolean {
  if (value === false || value === 0 || value === "") return field.type.kind !== "intOrString";
  if (Array.isArray(value)) return value.length === 0;
  return field.type.kind === "map" && Object.keys(value as JsonObject).length === 0;
}

function isObject(value: JsonValue): value is JsonObject {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function jsonKind(value: JsonValue): string {
  if (Array.isArray(value)) return "array";
  return typeof value === "boolean" ? "bool" : typeof value === "bigint" ? "number" : typeof value;
}

/** Standard base64 with padding, line breaks allowed, as Go's decoder reads it; errors name its places. */
function normalizeBase64(text: string): string {
  let inQuantum = 0;
  let index = 0;
  for (; index < text.length; index += 1) {
    const char = text.charCodeAt(index);
    if (isLineBreak(char)) continue;
    if (char === PADDING) {
      checkPadding(text, index, inQuantum);
      inQuantum = 0;
      break;
    }
    if (!isBase64(char)) throw illegal(index);
    inQuantum = (inQuantum + 1) % 4;
  }
  if (inQuantum > 0) throw illegal(text.length - inQuantum);
  return Buffer.from(text, "base64").toString("base64");
}

const PADDING = 61;

function isLineBreak(char: number): boolean {
  return char === 10 || char === 13;
}

/** Padding fills the last quantum, and nothing but line breaks follows it. */
function checkPadding(text: string, start: number, inQuantum: number): void {
  if (inQuantum < 2) throw illegal(start);
  let index = skipLineBreaks(text, start + 1);
  if (inQuantum === 2) {
    if (index === text.length) throw illegal(text.length);
    if (text.charCodeAt(index) !== PADDING) throw illegal(index);
    index = skipLineBreaks(text, index + 1);
  }
  if (index < text.length) throw illegal(index);
}

function skipLineBreaks(text: string, start: number): number {
  let index = start;
  while (isLineBreak(text.charCodeAt(index))) index += 1;
  return index;
}

function isBase64(char: number): boolean {
  return (
    (char >= 65 && char <= 90) ||
    (char >= 97 && char <= 122) ||
    (char >= 48 && char <= 57) ||
    char === 43 ||
    char === 47
  );
}

function illegal(index: number): GoDecodeError {
  return new GoDecodeError(`illegal base64 data at input byte ${index}`);
}
