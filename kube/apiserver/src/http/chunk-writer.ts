import { spliceText, splicedSize } from "../resources/splice-text.ts";
import type { StoredObject } from "../resources/object-store.ts";

/** A piece of an answer is about this long: short to make and to hold, long enough to be sent in few steps. */
export const CHUNK_BYTES = 128 * 1024;
/** A UTF-16 code unit is at most so many bytes of UTF-8. */
const LONGEST_UNIT = 3;

/** Collects text and stored objects into pieces of bytes. */
export class ChunkWriter {
  #chunk: Buffer;
  #length = 0;
  #full: Uint8Array[] = [];

  /** The first piece has room for so many bytes, where that is less than the usual length. */
  constructor(firstBytes: number = CHUNK_BYTES) {
    this.#chunk = Buffer.allocUnsafe(Math.min(firstBytes, CHUNK_BYTES));
  }

  text(text: string): void {
    const most = text.length * LONGEST_UNIT;
    const bytes = most <= CHUNK_BYTES ? most : Buffer.byteLength(text);
    this.#reserve(bytes);
    this.#length += this.#chunk.write(text, this.#length, "utf8");
  }

  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#chunk.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** An object behind what `headOfText` gives. */
  stored(head: Uint8Array, stored: StoredObject): void {
    this.#reserve(splicedSize(head, stored));
    this.#length = spliceText(this.#chunk, this.#length, head, stored);
  }

  /** The pieces that are full by now; they are not given again. */
  take(): readonly Uint8Array[] {
    const full = this.#full;
    if (full.length > 0) this.#full = [];
    return full;
  }

  /** What was not taken yet, to the last byte; nothing may be written after. */
  end(): readonly Uint8Array[] {
    if (this.#length > 0) this.#full.push(this.#chunk.subarray(0, this.#length));
    return this.take();
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#chunk.length) return;
    if (this.#length > 0) this.#full.push(this.#chunk.subarray(0, this.#length));
    this.#chunk = Buffer.allocUnsafeSlow(Math.max(bytes, CHUNK_BYTES));
    this.#length = 0;
  }
}
