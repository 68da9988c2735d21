import { JsonDepthError, type JsonObject, JsonSyntaxError, type JsonValue, parseJson } from "@weir/core";
import { message, type MessageField, messageOfKind, ProtobufError } from "./protobuf-messages.ts";
import { type CheckField, type WireField, WireFormatError, WireReader, wireTypes } from "./wire-reader.ts";

type Draft = Record<string, JsonValue>;

const MAGIC = [0x6b, 0x38, 0x73, 0x00];
/** Messages nest as deep as JSONSchemaProps of a hostile body says. */
const MAX_DEPTH = 256;

/** True where the bytes carry the prefix of Kubernetes' protobuf encoding. */
export function isProtobuf(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, index) => bytes[index] === byte);
}

/** What a body in Kubernetes' protobuf encoding says it holds, and the bytes of that. */
export interface ProtobufEnvelope {
  /** `""` where the body names none, or one that is no group version. */
  readonly apiVersion: string;
  readonly kind: string;
  readonly raw: Uint8Array;
}

/** Reads what is around an object: `k8s\0`, then runtime.Unknown. Throws `ProtobufError` or `WireFormatError`. */
export function readProtobufEnvelope(bytes: Uint8Array): ProtobufEnvelope {
  if (bytes.length === 0) throw new ProtobufError("empty data");
  if (!isProtobuf(bytes)) {
    throw new ProtobufError(
      "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]",
    );
  }
  if (bytes.length === MAGIC.length) throw new ProtobufError("empty body");
  let types = { apiVersion: "", kind: "" };
  let raw: Uint8Array = new Uint8Array();
  const check: CheckField = (number, wireType) => {
    if (number <= LAST_ENVELOPE_FIELD && wireType !== wireTypes.bytes)
      throw wrongWireType(wireType, envelopeFields[number - 1] ?? "");
  };
  for (const field of new WireReader(bytes.subarray(MAGIC.length), "Unknown").fields(check)) {
    if (field.number === 1) types = typeMeta(field);
    if (field.number === 2) raw = field.bytes;
  }
  return { ...types, raw };
}

const envelopeFields = ["TypeMeta", "Raw", "ContentEncoding", "ContentType"];
const LAST_ENVELOPE_FIELD = envelopeFields.length;

/**
 * Reads an object in Kubernetes' protobuf encoding (`k8s\0`, then runtime.Unknown) as JSON.
 *
 * What Go writes although it is empty (`""`, `0`, `false` of scalars without a pointer) is given as it stands: decoding
 * the JSON as the Go struct drops it again. Throws `ProtobufError` or `WireFormatError`, with the words of Go's decoder.
 */
export function decodeProtobuf(bytes: Uint8Array): JsonObject {
  const { apiVersion, kind, raw } = readProtobufEnvelope(bytes);
  const object = decodeProtobufObject(apiVersion, kind, raw);
  if (object === undefined) throw new ProtobufError(`no protobuf message is known for ${apiVersion} ${kind}`);
  return object;
}

/** Reads the bytes of an object that is within an envelope; `undefined` where no such kind has a protobuf message. */
export function decodeProtobufObject(
  apiVersion: string,
  kind: string,
  raw: Uint8Array,
): JsonObject | undefined {
  const name = messageOfKind(apiVersion.includes("/") ? `${apiVersion}/${kind}` : `/${apiVersion}/${kind}`);
  return name === undefined ? undefined : { apiVersion, kind, ...readMessage(name, raw, 0, {}) };
}

function typeMeta(field: WireField): { readonly apiVersion: string; readonly kind: string } {
  let apiVersion = "";
  let kind = "";
  for (const part of new WireReader(field.bytes, "TypeMeta").fields()) {
    if (part.number === 1) apiVersion = part.text();
    if (part.number === 2) kind = part.text();
  }
  return { apiVersion: apiVersion.split("/").length > 2 ? "" : apiVersion, kind };
}

function wrongWireType(wireType: number, field: string): WireFormatError {
  const name = `${field.charAt(0).toUpperCase()}${field.slice(1)}`;
  return new WireFormatError(`proto: wrong wireType = ${wireType} for field ${name}`);
}

/** How values of a type stand on the wire. */
function wireTypeOf(type: string): number {
  if (type === "double") return wireTypes.fixed64;
  return /^(u?int\d+|bool)$/.test(type) ? wireTypes.varint : wireTypes.bytes;
}

const special: Readonly<Record<string, (bytes: Uint8Array) => JsonValue>> = {
  "resource.Quantity": (bytes) => fieldsOf(bytes).get(1)?.text() ?? "0",
  "meta.v1.Time": (bytes) => time(bytes, false),
  "meta.v1.MicroTime": (bytes) => time(bytes, true),
  "meta.v1.FieldsV1": (bytes) => rawJson(bytes),
  "runtime.RawExtension": (bytes) => rawJson(bytes),
  "intstr.IntOrString": (bytes) => {
    const fields = fieldsOf(bytes);
    return fields.get(1)?.integer() === 1n
      ? (fields.get(3)?.text() ?? "")
      : Number(fields.get(2)?.integer() ?? 0n);
  },
};

function fieldsOf(bytes: Uint8Array): ReadonlyMap<number, WireField> {
  return new Map([...new WireReader(bytes).fields()].map((field) => [field.number, field]));
}

function rawJson(bytes: Uint8Array): JsonValue {
  const raw = fieldsOf(bytes).get(1)?.bytes;
  return raw === undefined || raw.length === 0 ? null : embeddedJson(raw);
}

function embeddedJson(raw: Uint8Array): JsonValue {
  try {
    return parseJson(Buffer.from(raw).toString("utf8"));
  } catch (cause) {
    if (cause instanceof JsonSyntaxError || cause instanceof JsonDepthError)
      throw new ProtobufError(cause.message, { cause });
    throw cause;
  }
}

function time(bytes: Uint8Array, micro: boolean): JsonValue {
  const fields = fieldsOf(bytes);
  if (fields.size === 0) return null;
  const seconds = Number(fields.get(1)?.integer() ?? 0n);
  if (seconds < FIRST_SECOND || seconds > LAST_SECOND)
    throw new ProtobufError("Time.MarshalJSON: year outside of range [0,9999]");
  const stamp = new Date(seconds * 1000).toISOString().slice(0, 19);
  if (!micro) return `${stamp}Z`;
  const micros = Math.floor(Number(fields.get(2)?.integer() ?? 0n) / 1000);
  return `${stamp}.${String(micros).padStart(6, "0")}Z`;
}

/** The years 0 to 9999, which JSON can tell. */
const FIRST_SECOND = Date.UTC(1, 0, 1) / 1000 - 1900 * 366 * 86_400;
const LAST_SECOND = Date.UTC(9999, 11, 31, 23, 59, 59) / 1000;

/** Reads fields into a message; what comes twice is merged, as protobuf says. */
// oxlint-disable-next-line max-params -- what is read, how deep, and into what
function readMessage(name: string, bytes: Uint8Array, depth: number, draft: Draft): Draft {
  if (depth > MAX_DEPTH) throw new ProtobufError("messages nest too deep");
  const fields = message(name);
  const check: CheckField = (number, wireType) => {
    const field = fields.get(number);
    if (field !== undefined && !isWireTypeOf(field, wireType)) throw wrongWireType(wireType, field.name);
  };
  for (const wire of new WireReader(bytes, name.slice(name.lastIndexOf(".") + 1)).fields(check)) {
    const field = fields.get(wire.number);
    if (field !== undefined) readField(draft, { field, wire, depth });
  }
  return draft;
}

function isWireTypeOf({ map, repeated, type }: MessageField, wireType: number): boolean {
  const expected = map === undefined ? wireTypeOf(type) : wireTypes.bytes;
  return wireType === expected || (repeated && wireType === wireTypes.bytes);
}

function readField(
  draft: Draft,
  { field, wire, depth }: { readonly field: MessageField; readonly wire: WireField; readonly depth: number },
): void {
  if (field.map !== undefined) {
    addEntry(draft, field, wire, depth);
  } else if (field.repeated) {
    const list = (draft[field.name] ??= []) as JsonValue[];
    for (const item of readRepeated(field.type, wire, depth)) list.push(item);
  } else if (field.isInline) {
    readMessage(field.type, wire.bytes, depth + 1, draft);
  } else {
    draft[field.name] = readValue(field.type, wire, depth, draft[field.name]);
  }
}

function addEntry(draft: Draft, field: MessageField, wire: WireField, depth: number): void {
  const [keyType = "string", valueType = "string"] = field.map ?? [];
  const entry = fieldsOf(wire.bytes);
  const key = entry.get(1);
  const value = entry.get(2);
  const target = (draft[field.name] ??= {}) as Draft;
  const name = key === undefined ? "" : String(readValue(keyType, key, depth + 1));
  const read = value === undefined ? emptyValue(valueType) : readValue(valueType, value, depth + 1);
  Object.defineProperty(target, name, { value: read, enumerable: true, configurable: true, writable: true });
}

function emptyValue(type: string): JsonValue {
  if (type === "string" || type === "bytes") return "";
  if (type === "bool") return false;
  return /^u?int/.test(type) ? 0 : null;
}

function readRepeated(type: string, wire: WireField, depth: number): readonly JsonValue[] {
  if (wire.wireType === 2 && /^(u?int|bool)/.test(type))
    return wire.packed().map((value) => integer(type, value));
  return [readValue(type, wire, depth)];
}

/** `before` is what an earlier field of the same number gave. */
// oxlint-disable-next-line max-params -- what is read, how deep, and what it is merged into
function readValue(type: string, wire: WireField, depth: number, before?: JsonValue): JsonValue {
  if (type === "string") return wire.text();
  if (type === "bytes") return Buffer.from(wire.bytes).toString("base64");
  if (type === "double") return wire.double();
  if (/^(u?int\d+|bool)$/.test(type)) return integer(type, wire.integer());
  const read = Object.hasOwn(special, type) ? special[type] : undefined;
  if (read !== undefined) return read(wire.bytes);
  const into = isPlainMessage(type) && isDraft(before) ? { ...before } : {};
  return unwrap(type, readMessage(type, wire.bytes, depth + 1, into));
}

/** True of a message that JSON holds as an object with its fields. */
function isPlainMessage(type: string): boolean {
  const name = type.slice(type.lastIndexOf(".") + 1);
  return name !== "JSON" && !Object.hasOwn(wrappers, name);
}

function isDraft(value: JsonValue | undefined): value is JsonObject {
  return value !== undefined && value !== null && typeof value === "object" && !Array.isArray(value);
}

/** Messages that stand for a plain list, or for one of several plain values, in JSON; by the end of their name. */
const wrappers: Readonly<Record<string, readonly string[]>> = {
  ExtraValue: ["items"],
  Verbs: ["items"],
  OptionalNames: ["items"],
  JSONSchemaPropsOrBool: ["schema", "allows"],
  JSONSchemaPropsOrArray: ["schema", "jSONSchemas"],
  JSONSchemaPropsOrStringArray: ["schema", "property"],
};

function unwrap(type: string, value: JsonObject): JsonValue {
  const name = type.slice(type.lastIndexOf(".") + 1);
  if (name === "JSON" && typeof value["raw"] === "string") {
    return embeddedJson(Buffer.from(value["raw"], "base64"));
  }
  const fields = Object.hasOwn(wrappers, name) ? wrappers[name] : undefined;
  if (fields === undefined) return value;
  const found = fields.find((field) => Object.hasOwn(value, field));
  return found === undefined ? null : (value[found] ?? null);
}

function integer(type: string, value: bigint): JsonValue {
  if (type === "bool") return value !== 0n;
  return BigInt.asIntN(53, value) === value ? Number(value) : value;
}
