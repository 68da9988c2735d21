import { type JsonObject, type JsonValue, parseJson } from "@weir/core";
import { message, type MessageField, messageOfKind, ProtobufError } from "./protobuf-messages.ts";
import { type WireField, WireReader } from "./wire-reader.ts";

type Draft = Record<string, JsonValue>;

const MAGIC = [0x6b, 0x38, 0x73, 0x00];
/** Messages nest as deep as JSONSchemaProps of a hostile body says. */
const MAX_DEPTH = 256;

/** True where the bytes carry the prefix of Kubernetes' protobuf encoding. */
export function isProtobuf(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, index) => bytes[index] === byte);
}

/**
 * Reads an object in Kubernetes' protobuf encoding (`k8s\0`, then runtime.Unknown) as JSON.
 *
 * What Go writes although it is empty (`""`, `0`, `false` of scalars without a pointer) is given as it stands: decoding
 * the JSON as the Go struct drops it again.
 */
export function decodeProtobuf(bytes: Uint8Array): JsonObject {
  if (!isProtobuf(bytes)) throw new ProtobufError("the body does not begin with the protobuf prefix");
  let apiVersion = "";
  let kind = "";
  let raw = new Uint8Array();
  for (const field of new WireReader(bytes.subarray(MAGIC.length)).fields()) {
    if (field.number === 1) ({ apiVersion, kind } = typeMeta(field));
    if (field.number === 2) raw = field.bytes;
  }
  const gvk = apiVersion.includes("/") ? `${apiVersion}/${kind}` : `/${apiVersion}/${kind}`;
  const name = messageOfKind(gvk);
  if (name === undefined) throw new ProtobufError(`no protobuf message is known for ${gvk}`);
  return { apiVersion, kind, ...readMessage(name, raw, 0) };
}

function typeMeta(field: WireField): { readonly apiVersion: string; readonly kind: string } {
  let apiVersion = "";
  let kind = "";
  for (const part of new WireReader(field.bytes).fields()) {
    if (part.number === 1) apiVersion = part.text();
    if (part.number === 2) kind = part.text();
  }
  return { apiVersion, kind };
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
  return raw === undefined || raw.length === 0 ? null : parseJson(Buffer.from(raw).toString("utf8"));
}

function time(bytes: Uint8Array, micro: boolean): JsonValue {
  const fields = fieldsOf(bytes);
  if (fields.size === 0) return null;
  const seconds = Number(fields.get(1)?.integer() ?? 0n);
  const stamp = new Date(seconds * 1000).toISOString().slice(0, 19);
  if (!micro) return `${stamp}Z`;
  const micros = Math.floor(Number(fields.get(2)?.integer() ?? 0n) / 1000);
  return `${stamp}.${String(micros).padStart(6, "0")}Z`;
}

function readMessage(name: string, bytes: Uint8Array, depth: number): JsonObject {
  if (depth > MAX_DEPTH) throw new ProtobufError("messages nest too deep");
  const fields = message(name);
  const draft: Draft = {};
  for (const wire of new WireReader(bytes).fields()) {
    const field = fields.get(wire.number);
    if (field === undefined) continue;
    if (field.map !== undefined) {
      addEntry(draft, field, wire, depth);
    } else if (field.repeated) {
      const list = (draft[field.name] ??= []) as JsonValue[];
      list.push(...readRepeated(field.type, wire, depth));
    } else if (field.isInline) {
      Object.assign(draft, readMessage(field.type, wire.bytes, depth + 1));
    } else {
      draft[field.name] = readValue(field.type, wire, depth);
    }
  }
  return draft;
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

function readValue(type: string, wire: WireField, depth: number): JsonValue {
  if (type === "string") return wire.text();
  if (type === "bytes") return Buffer.from(wire.bytes).toString("base64");
  if (type === "double") return wire.double();
  if (/^(u?int\d+|bool)$/.test(type)) return integer(type, wire.integer());
  const read = Object.hasOwn(special, type) ? special[type] : undefined;
  if (read !== undefined) return read(wire.bytes);
  const value = readMessage(type, wire.bytes, depth + 1);
  return unwrap(type, value);
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
    return parseJson(Buffer.from(value["raw"], "base64").toString("utf8"));
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
