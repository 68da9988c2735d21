import { WeirError } from "@weir/core";

/** Bytes that end in the middle of a field, or hold a field that protobuf does not have. */
export class WireFormatError extends WeirError {
  override readonly name = "WireFormatError";
  readonly reason = "BadRequest";
  readonly retry = "never";
}

/** One field as it stands on the wire. */
export interface WireField {
  readonly number: number;
  readonly wireType: number;
  /** The bytes of a length-delimited field; empty for others. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  text(): string;
  /** A varint as a signed 64-bit integer. */
  integer(): bigint;
  double(): number;
  /** The integers of a packed list. */
  packed(): readonly bigint[];
}

/** Reads the fields of one protobuf message. */
export class WireReader {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes as Uint8Array<ArrayBuffer>;
  }

  *fields(): Generator<WireField> {
    while (this.#at < this.#bytes.length) {
      const tag = Number(this.varint());
      const number = Math.floor(tag / 8);
      yield this.#field(number, tag % 8);
    }
  }

  /** An unsigned varint, at most ten bytes long. */
  varint(): bigint {
    let value = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.#byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return BigInt(value);
    }
    let long = BigInt(value);
    for (let shift = 28n; shift < 70n; shift += 7n) {
      const byte = this.#byte();
      long |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, long);
    }
    throw new WireFormatError("integer overflow");
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  #byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new WireFormatError("unexpected EOF");
    this.#at += 1;
    return byte;
  }

  #take(length: number): Uint8Array<ArrayBuffer> {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new WireFormatError("unexpected EOF");
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }

  #field(number: number, wireType: number): WireField {
    if (number === 0) throw new WireFormatError("illegal tag 0");
    if (wireType === 0) return wireField(number, wireType, new Uint8Array(), this.varint());
    if (wireType === 1) return wireField(number, wireType, this.#take(8), 0n);
    if (wireType === 5) return wireField(number, wireType, this.#take(4), 0n);
    if (wireType === 2) return wireField(number, wireType, this.#take(Number(this.varint())), 0n);
    throw new WireFormatError(`illegal wireType ${wireType}`);
  }
}

// oxlint-disable-next-line max-params -- the parts of one field
function wireField(
  number: number,
  wireType: number,
  bytes: Uint8Array<ArrayBuffer>,
  varint: bigint,
): WireField {
  return {
    number,
    wireType,
    bytes,
    text: () => Buffer.from(bytes).toString("utf8"),
    integer: () => BigInt.asIntN(64, varint),
    double: () => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getFloat64(0, true),
    packed: () => {
      const reader = new WireReader(bytes);
      const values: bigint[] = [];
      while (!reader.done) values.push(BigInt.asIntN(64, reader.varint()));
      return values;
    },
  };
}
