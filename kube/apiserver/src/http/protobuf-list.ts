import { encodeProtobuf } from "@weir/builtin";
import type { JsonObject, JsonValue } from "@weir/core";

/** Bytes before a message: `k8s\0`. */
const MAGIC_BYTES = 4;
/** Field 2 of runtime.Unknown, which holds the list. */
const RAW_TAG = 0x12;
/** Its content encoding and type, both empty. */
const END = new Uint8Array([0x1a, 0x00, 0x22, 0x00]);

/**
 * A list in Kubernetes' protobuf encoding that is encoded an item at a time. Messages that are written one behind the
 * other are one message with the fields of all, so a list is its metadata and then lists of one item each.
 */
export class ProtobufList {
  readonly #types: JsonObject;
  readonly #start: Uint8Array;
  readonly #messages: Uint8Array[];
  #bytes: number;

  /** Throws `ProtobufError` for a kind that has no message. */
  constructor(types: { readonly apiVersion: string; readonly kind: string }, metadata: JsonObject) {
    this.#types = types;
    const encoded = encodeProtobuf({ ...types, metadata });
    const typesEnd = endOfField(encoded, MAGIC_BYTES);
    this.#start = encoded.subarray(0, typesEnd);
    this.#messages = [];
    this.#bytes = 0;
    this.#keep(encoded);
  }

  /** Gives how many bytes the item takes. */
  add(item: JsonValue): number {
    return this.#keep(encodeProtobuf({ ...this.#types, items: [item] }));
  }

  /** Everything, in order. */
  *parts(): Generator<Uint8Array> {
    yield this.#start;
    yield new Uint8Array([RAW_TAG, ...varint(this.#bytes)]);
    yield* this.#messages;
    yield END;
  }

  #keep(encoded: Uint8Array): number {
    const length = readVarint(encoded, this.#start.length + 1);
    const message = encoded.subarray(length.end, length.end + length.value);
    this.#messages.push(message);
    this.#bytes += message.length;
    return message.length;
  }
}

/** Where a field with a length ends that begins at an offset. */
function endOfField(bytes: Uint8Array, start: number): number {
  const { value, end } = readVarint(bytes, start + 1);
  return end + value;
}

function readVarint(bytes: Uint8Array, start: number): { readonly value: number; readonly end: number } {
  let value = 0;
  let factor = 1;
  for (let at = start; ; at++) {
    const byte = bytes[at] ?? 0;
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return { value, end: at + 1 };
    factor *= 128;
  }
}

function varint(value: number): readonly number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  bytes.push(rest);
  return bytes;
}
