import { WeirError } from "@weir/core";

/** What was to be DER is none. */
export class DerError extends WeirError {
  override readonly name = "DerError";
  readonly reason = "InvalidDer";
  readonly retry = "never";
}

/** One value of DER: its tag, its content, and all of it. */
export interface DerValue {
  readonly tag: number;
  readonly content: Uint8Array;
  readonly whole: Uint8Array;
}

/** Reads values of DER one after the other; throws `DerError` where there is none. */
export class DerReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** The next value, which has to be of the tag where one is given. */
  next(tag?: number): DerValue {
    const start = this.#at;
    const found = this.#byte();
    const length = this.#length();
    const end = this.#at + length;
    if (end > this.#bytes.length || (tag !== undefined && found !== tag))
      throw new DerError("malformed certificate request");
    const content = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return { tag: found, content, whole: this.#bytes.subarray(start, end) };
  }

  /** The values within the next one. */
  within(tag?: number): DerReader {
    return new DerReader(this.next(tag).content);
  }

  #byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new DerError("malformed certificate request");
    this.#at += 1;
    return byte;
  }

  #length(): number {
    const first = this.#byte();
    if (first < 0x80) return first;
    const count = first & 0x7f;
    if (count === 0 || count > 4) throw new DerError("malformed certificate request");
    let length = 0;
    for (let index = 0; index < count; index += 1) length = length * 256 + this.#byte();
    return length;
  }
}

/** An object identifier as numbers with dots. */
export function derIdentifier({ content }: DerValue): string {
  const parts: number[] = [];
  let value = 0;
  for (const byte of content) {
    value = value * 128 + (byte & 0x7f);
    if ((byte & 0x80) !== 0) continue;
    if (parts.length === 0) {
      const first = Math.min(Math.floor(value / 40), 2);
      parts.push(first, value - first * 40);
    } else parts.push(value);
    value = 0;
  }
  return parts.join(".");
}
