import { WeirError } from "@weir/core";

/** Bytes that end in the middle of a field, or hold a field that protobuf does not have; worded as gogo/protobuf does. */
export class WireFormatError extends WeirError {
  override readonly name = "WireFormatError";
  readonly reason = "BadRequest";
  readonly retry = "never";
}

/** How a field's value stands on the wire. */
export const wireTypes = { varint: 0, fixed64: 1, bytes: 2, groupStart: 3, groupEnd: 4, fixed32: 5 } as const;

/** One field as it stands on the wire. */
export interface WireField {
  readonly number: number;
  readonly wireType: number;
  /** The bytes of a length-delimited field or of a fixed one; empty for others. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  text(): string;
  /** A varint as a signed 64-bit integer. */
  integer(): bigint;
  double(): number;
  /** The integers of a packed list. */
  packed(): readonly bigint[];
}

/** Is told of a field before its value is read. */
export type CheckField = (number: number, wireType: number) => void;

const EMPTY = new Uint8Array();
const UNKNOWN_MESSAGE = "message";

/** Reads the fields of one protobuf message; `name` is the message's in errors. */
export class WireReader {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #name: string;
  #at = 0;

  constructor(bytes: Uint8Array, name = UNKNOWN_MESSAGE) {
    this.#bytes = bytes as Uint8Array<ArrayBuffer>;
    this.#name = name;
  }

  /**
   * Every field; groups, which nothing of Kubernetes has, are left out. `check` is told of each field before its value is
   * read, and may throw.
   */
  *fields(check?: CheckField): Generator<WireField> {
    while (this.#at < this.#bytes.length) {
      const field = this.#next(check);
      if (field !== undefined) yield field;
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
    throw new WireFormatError("proto: integer overflow");
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

  #delimited(): Uint8Array<ArrayBuffer> {
    const length = BigInt.asIntN(64, this.varint());
    if (length < 0n) throw new WireFormatError("proto: negative length found during unmarshaling");
    return this.#take(Number(length));
  }

  #next(check: CheckField | undefined): WireField | undefined {
    const tag = BigInt.asUintN(64, this.varint());
    const wireType = Number(tag & 7n);
    const number = Number(BigInt.asIntN(32, tag >> 3n));
    if (wireType === wireTypes.groupEnd)
      throw new WireFormatError(`proto: ${this.#name}: wiretype end group for non-group`);
    if (number <= 0)
      throw new WireFormatError(`proto: ${this.#name}: illegal tag ${number} (wire type ${wireType})`);
    check?.(number, wireType);
    switch (wireType) {
      case wireTypes.varint:
        return wireField(number, wireType, EMPTY, this.varint());
      case wireTypes.fixed64:
        return wireField(number, wireType, this.#take(8), 0n);
      case wireTypes.bytes:
        return wireField(number, wireType, this.#delimited(), 0n);
      case wireTypes.groupStart:
        this.#skipGroup();
        return undefined;
      case wireTypes.fixed32:
        return wireField(number, wireType, this.#take(4), 0n);
      default:
        throw new WireFormatError(`proto: illegal wireType ${wireType}`);
    }
  }

  /** Behind the end of the group that has just begun; groups nest without being held. */
  #skipGroup(): void {
    for (let depth = 1; depth > 0; ) {
      const wireType = Number(this.varint() & 7n);
      if (wireType === wireTypes.groupStart) depth += 1;
      else if (wireType === wireTypes.groupEnd) depth -= 1;
      else if (wireType === wireTypes.varint) this.varint();
      else if (wireType === wireTypes.fixed64) this.#take(8);
      else if (wireType === wireTypes.bytes) this.#delimited();
      else if (wireType === wireTypes.fixed32) this.#take(4);
      else throw new WireFormatError(`proto: illegal wireType ${wireType}`);
    }
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
