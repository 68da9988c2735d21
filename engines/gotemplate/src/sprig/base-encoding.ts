/** Base 64 and base 32 with the alphabets, the leniency and the errors of Go's packages. */
import { byteString } from "./byte-text.ts";

/** The standard base 64 of bytes. */
export function encodeBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** The bytes, or what Go says is wrong; line breaks count for nothing. */
export function decodeBase64(text: string): Uint8Array | string {
  const packed = text.replaceAll(/[\r\n]/g, "");
  if (BASE64.test(packed)) return Buffer.from(packed, "base64");
  return `illegal base64 data at input byte ${corruptBase64(byteString(text))}`;
}

/** Where Go's decoder stops, which it does with the first character, or four of them, that it cannot use. */
function corruptBase64(bytes: string): number {
  let inQuantum = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? "";
    if (byte === "\n" || byte === "\r") continue;
    if (/[A-Za-z0-9+/]/.test(byte)) inQuantum = (inQuantum + 1) % 4;
    else return byte !== "=" || inQuantum < 2 ? at : corruptPadding(bytes, at + 1, inQuantum);
  }
  return bytes.length - inQuantum;
}

function corruptPadding(bytes: string, start: number, inQuantum: number): number {
  if (inQuantum === 3) return skipLineBreaks(bytes, start);
  const second = skipLineBreaks(bytes, start);
  if (second === bytes.length) return second;
  return bytes[second] === "=" ? skipLineBreaks(bytes, second + 1) : second - 1;
}

function skipLineBreaks(bytes: string, start: number): number {
  let at = start;
  while (bytes[at] === "\n" || bytes[at] === "\r") at += 1;
  return at;
}

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** The standard base 32 of bytes. */
export function encodeBase32(bytes: Uint8Array): string {
  const out: string[] = [];
  let bits = 0;
  let count = 0;
  for (const byte of bytes) {
    bits = (bits << 8) | byte;
    for (count += 8; count >= 5; count -= 5) out.push(BASE32[(bits >> (count - 5)) & 31] ?? "");
    bits &= 0xff;
  }
  if (count > 0) out.push(BASE32[(bits << (5 - count)) & 31] ?? "");
  const text = out.join("");
  return text.padEnd(Math.ceil(text.length / 8) * 8, "=");
}

/** The bytes, or what Go says is wrong; line breaks count for nothing. */
export function decodeBase32(text: string): Uint8Array | string {
  const packed = byteString(text).replaceAll(/[\r\n]/g, "");
  const out: number[] = [];
  for (let at = 0; at < packed.length; at += 8) {
    const quantum = readQuantum(packed, at);
    if (typeof quantum === "number") return `illegal base32 data at input byte ${quantum}`;
    appendBytes(out, quantum.digits);
    if (quantum.isLast) break;
  }
  return Uint8Array.from(out);
}

interface Quantum {
  readonly digits: readonly number[];
  readonly isLast: boolean;
}

/** Up to eight digits, or where the input is corrupt. */
function readQuantum(packed: string, start: number): Quantum | number {
  const digits: number[] = [];
  while (digits.length < 8) {
    const at = start + digits.length;
    if (at === packed.length) return start;
    const byte = packed[at] ?? "";
    if (byte === "=" && digits.length >= 2 && packed.length - at <= 8) {
      return corruptPadding32(packed, at + 1, digits.length) ?? { digits, isLast: true };
    }
    const digit = BASE32.indexOf(byte);
    if (digit === -1) return at;
    digits.push(digit);
  }
  return { digits, isLast: false };
}

/** Where the padding behind `count` digits is corrupt; `rest` is behind its first sign. */
function corruptPadding32(packed: string, rest: number, count: number): number | undefined {
  if (packed.length - rest + count < 7) return packed.length;
  for (let at = rest; at < Math.min(rest + 7 - count, packed.length); at += 1) {
    if (packed[at] !== "=") return at - 1;
  }
  return count === 3 || count === 6 ? rest - 1 : undefined;
}

function appendBytes(out: number[], digits: readonly number[]): void {
  let bits = 0;
  let count = 0;
  for (const digit of digits) {
    bits = ((bits & 0xff) << 5) | digit;
    count += 5;
    if (count < 8) continue;
    count -= 8;
    out.push((bits >> count) & 0xff);
  }
}
