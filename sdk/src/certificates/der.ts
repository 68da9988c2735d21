/** The parts of ASN.1's distinguished encoding that a certificate is made of. */

const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectId: 0x06,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** Any value by its tag. */
export function tagged(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((total, part) => total + part.length, 0);
  return Buffer.concat([Buffer.from([tag, ...lengthOctets(length)]), ...parts]);
}

export function sequence(...parts: readonly Uint8Array[]): Uint8Array {
  return tagged(TAG.sequence, ...parts);
}

export function set(...parts: readonly Uint8Array[]): Uint8Array {
  return tagged(TAG.set, ...parts);
}

/** An unsigned integer from its bytes. */
export function integer(bytes: Uint8Array): Uint8Array {
  const first = bytes[0] ?? 0;
  return tagged(TAG.integer, first >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);
}

export function boolean(value: boolean): Uint8Array {
  return tagged(TAG.boolean, Buffer.from([value ? 0xff : 0x00]));
}

export function octetString(bytes: Uint8Array): Uint8Array {
  return tagged(TAG.octetString, bytes);
}

/** A bit string; `unused` bits at its end do not count. */
export function bitString(bytes: Uint8Array, unused = 0): Uint8Array {
  return tagged(TAG.bitString, Buffer.from([unused]), bytes);
}

export function utf8String(text: string): Uint8Array {
  return tagged(TAG.utf8String, Buffer.from(text, "utf8"));
}

/** An object identifier in dotted form. */
export function objectId(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...others] = dotted.split(".").map(Number);
  return tagged(TAG.objectId, Buffer.from([first * 40 + second, ...others.flatMap(base128)]));
}

/** A time, in whole seconds; in the short form until 2049, as certificates must have it. */
export function time(ms: number): Uint8Array {
  const digits = `${new Date(ms).toISOString().replace(/[-:T]/g, "").slice(0, 14)}Z`;
  const isShort = digits < "2050";
  const text = isShort ? digits.slice(2) : digits;
  return tagged(isShort ? TAG.utcTime : TAG.generalizedTime, Buffer.from(text, "latin1"));
}

function base128(value: number): readonly number[] {
  const octets = [value & 0x7f];
  for (let rest = value >> 7; rest > 0; rest >>= 7) octets.unshift((rest & 0x7f) | 0x80);
  return octets;
}

function lengthOctets(length: number): readonly number[] {
  if (length < 0x80) return [length];
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest >>= 8) octets.unshift(rest & 0xff);
  return [0x80 | octets.length, ...octets];
}
