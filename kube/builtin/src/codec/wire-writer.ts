const VARINT = 0;
const DOUBLE = 1;
const DELIMITED = 2;

/** Writes the fields of one protobuf message. */
export class WireWriter {
  readonly #parts: Uint8Array[] = [];

  text(number: number, text: string): void {
    this.bytes(number, Buffer.from(text, "utf8"));
  }

  /** Bytes, or another message. */
  bytes(number: number, bytes: Uint8Array): void {
    this.#tag(number, DELIMITED);
    this.#varint(BigInt(bytes.length));
    this.#parts.push(bytes);
  }

  /** A varint; a negative one takes ten bytes. */
  integer(number: number, value: bigint): void {
    this.#tag(number, VARINT);
    this.#varint(BigInt.asUintN(64, value));
  }

  double(number: number, value: number): void {
    this.#tag(number, DOUBLE);
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleLE(value);
    this.#parts.push(bytes);
  }

  finish(): Uint8Array {
    return Buffer.concat(this.#parts);
  }

  #tag(number: number, wireType: number): void {
    this.#varint(BigInt(number * 8 + wireType));
  }

  #varint(value: bigint): void {
    const bytes: number[] = [];
    let rest = value;
    while (rest >= 0x80n) {
      bytes.push(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    bytes.push(Number(rest));
    this.#parts.push(Uint8Array.from(bytes));
  }
}
