import { type JsonObject, type JsonValue, writeJson } from "@weir/core";
import { parseGoTime } from "./go-time-parts.ts";
import { message, type MessageField, messageOfKind, ProtobufError } from "./protobuf-messages.ts";
import { WireWriter } from "./wire-writer.ts";

const MAGIC = new Uint8Array([0x6b, 0x38, 0x73, 0x00]);

/**
 * Writes an object, or a list, in Kubernetes' protobuf encoding (`k8s\\0`, then runtime.Unknown).
 *
 * Throws `ProtobufError` for a kind that has no message, as custom resources have none.
 */
export function encodeProtobuf(object: JsonObject): Uint8Array {
  const apiVersion = String(object["apiVersion"] ?? "");
  const kind = String(object["kind"] ?? "");
  const gvk = apiVersion.includes("/") ? `${apiVersion}/${kind}` : `/${apiVersion}/${kind}`;
  const name = messageOfKind(gvk);
  if (name === undefined) throw new ProtobufError(`no protobuf message is known for ${gvk}`);
  const typeMeta = new WireWriter();
  typeMeta.text(1, apiVersion);
  typeMeta.text(2, kind);
  const unknown = new WireWriter();
  unknown.bytes(1, typeMeta.finish());
  unknown.bytes(2, writeMessage(name, object));
  unknown.text(3, "");
  unknown.text(4, "");
  return Buffer.concat([MAGIC, unknown.finish()]);
}

function writeMessage(name: string, object: JsonObject): Uint8Array {
  const writer = new WireWriter();
  for (const [number, field] of message(name)) {
    if (field.isInline) {
      writer.bytes(number, writeMessage(field.type, object));
      continue;
    }
    const value = Object.hasOwn(object, field.name) ? object[field.name] : undefined;
    if (value !== undefined && value !== null) writeField(writer, number, field, value);
  }
  return writer.finish();
}

// oxlint-disable-next-line max-params -- the writer, and the field with its number and value
function writeField(writer: WireWriter, number: number, field: MessageField, value: JsonValue): void {
  if (field.map !== undefined) {
    writeEntries(writer, number, field.map, value as JsonObject);
  } else if (field.repeated) {
    for (const item of Array.isArray(value) ? (value as readonly JsonValue[]) : [value])
      writeValue(writer, number, field.type, item);
  } else {
    writeValue(writer, number, field.type, value);
  }
}

/** Entries come in the order of their keys, as Go writes them. */
// oxlint-disable-next-line max-params -- the writer, and the map with its number and types
function writeEntries(
  writer: WireWriter,
  number: number,
  [keyType, valueType]: readonly [key: string, value: string],
  entries: JsonObject,
): void {
  for (const key of Object.keys(entries).sort()) {
    const entry = new WireWriter();
    writeValue(entry, 1, keyType, key);
    writeValue(entry, 2, valueType, entries[key] ?? null);
    writer.bytes(number, entry.finish());
  }
}

// oxlint-disable-next-line max-params -- the writer, and the value with its number and type
function writeValue(writer: WireWriter, number: number, type: string, value: JsonValue): void {
  switch (type) {
    case "string":
      return writer.text(number, String(value ?? ""));
    case "bytes":
      return writer.bytes(number, Buffer.from(String(value ?? ""), "base64"));
    case "double":
      return writer.double(number, Number(value));
    case "bool":
      return writer.integer(number, value === true ? 1n : 0n);
  }
  if (/^u?int\d+$/.test(type)) return writer.integer(number, BigInt(value as number | bigint));
  const write = Object.hasOwn(special, type) ? special[type] : undefined;
  if (write !== undefined) return writer.bytes(number, write(value));
  writer.bytes(number, writeMessage(type, wrap(type, value)));
}

const special: Readonly<Record<string, (value: JsonValue) => Uint8Array>> = {
  "resource.Quantity": (value) => inField(1, String(value)),
  "meta.v1.Time": time,
  "meta.v1.MicroTime": time,
  "meta.v1.FieldsV1": (value) => inField(1, writeJson(value)),
  "runtime.RawExtension": (value) => inField(1, writeJson(value)),
  "intstr.IntOrString": (value) => {
    const writer = new WireWriter();
    const isText = typeof value === "string";
    writer.integer(1, isText ? 1n : 0n);
    writer.integer(2, isText ? 0n : BigInt(value as number));
    writer.text(3, isText ? value : "");
    return writer.finish();
  },
};

function inField(number: number, text: string): Uint8Array {
  const writer = new WireWriter();
  writer.text(number, text);
  return writer.finish();
}

function time(value: JsonValue): Uint8Array {
  const { seconds, nanos } = parseGoTime(String(value));
  const writer = new WireWriter();
  writer.integer(1, seconds);
  writer.integer(2, nanos);
  return writer.finish();
}

/** What JSON writes as a plain value and protobuf as a message with one of several fields; by the end of the name. */
function wrap(type: string, value: JsonValue): JsonObject {
  switch (type.slice(type.lastIndexOf(".") + 1)) {
    case "ExtraValue":
    case "Verbs":
    case "OptionalNames":
      return { items: value };
    case "JSON":
      return { raw: Buffer.from(writeJson(value)).toString("base64") };
    case "JSONSchemaPropsOrBool":
      return typeof value === "boolean" ? { allows: value } : { allows: true, schema: value };
    case "JSONSchemaPropsOrArray":
      return Array.isArray(value) ? { jSONSchemas: value } : { schema: value };
    case "JSONSchemaPropsOrStringArray":
      return Array.isArray(value) ? { property: value } : { schema: value };
    default:
      return value as JsonObject;
  }
}
