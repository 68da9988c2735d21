import { WeirError } from "@weir/core";
import { goStruct } from "../go-types.ts";
import { once, readTable } from "../read-table.ts";

/** A protobuf body that cannot be read. */
export class ProtobufError extends WeirError {
  override readonly name = "ProtobufError";
  readonly reason = "BadRequest";
  readonly retry = "never";
}

/** A field of a protobuf message. */
export interface MessageField {
  readonly name: string;
  readonly type: string;
  readonly repeated: boolean;
  /** Types of key and value; only of a map. */
  readonly map?: readonly [key: string, value: string];
  /** In JSON its fields stand in the message's own place: a struct that Go embeds. */
  readonly isInline: boolean;
}

/** A message by the numbers of its fields. */
export type Message = ReadonlyMap<number, MessageField>;
interface Tables {
  readonly messages: Readonly<Record<string, string>>;
  readonly kinds: Readonly<Record<string, string>>;
}

const tables = once(() => readTable<Tables>("protobuf.json"));
const messages = once(() => new Map<string, Message>());

/** The message of a kind, by `GROUP/VERSION/KIND`. */
export function messageOfKind(gvk: string): string | undefined {
  const { kinds } = tables();
  for (const key of [gvk, gvk.replace(/^\//, "")]) {
    if (Object.hasOwn(kinds, key)) return kinds[key];
  }
  // Options travel under the group of the resource they are for.
  const kind = gvk.slice(gvk.lastIndexOf("/") + 1);
  return Object.hasOwn(tables().messages, `meta.v1.${kind}`) ? `meta.v1.${kind}` : undefined;
}

/** A message by its name. */
export function message(name: string): Message {
  const known = messages().get(name);
  if (known !== undefined) return known;
  const text = tables().messages[name];
  if (text === undefined) throw new ProtobufError(`no protobuf message is named ${name}`);
  const fields = new Map<number, MessageField>();
  for (const part of text === "" ? [] : text.split(";")) {
    const [number = "", field = "", type = ""] = part.split(" ");
    fields.set(Number(number), { ...messageField(field, type), isInline: isEmbedded(name, field, type) });
  }
  messages().set(name, fields);
  return fields;
}

/** Go's struct has no field of that name, as it holds the fields of the other struct itself. */
function isEmbedded(name: string, field: string, type: string): boolean {
  const struct = goStruct(name);
  return struct !== undefined && !struct.fields.has(field) && goStruct(type) !== undefined;
}

function messageField(name: string, text: string): Omit<MessageField, "isInline"> {
  const map = /^map<([^,]+),(.+)>$/.exec(text);
  if (map !== null) return { name, type: "map", repeated: false, map: [map[1] ?? "", map[2] ?? ""] };
  const repeated = text.startsWith("[]");
  return { name, type: repeated ? text.slice(2) : text, repeated };
}
