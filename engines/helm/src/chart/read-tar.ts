import { ChartError } from "./chart-error.ts";

/** One entry of a tar archive as its header says. */
export interface TarEntry {
  readonly name: string;
  readonly kind: "file" | "directory" | "link" | "other";
  /** In bytes; may be more than the archive holds. */
  readonly size: number;
  /** The bytes; throws `ChartError` where the archive ends before them. */
  readonly data: () => Uint8Array;
}

const BLOCK = 512;

/** An entry that says something of the next one may be so long. */
const MAX_EXTENSION = 1024 * 1024;

/**
 * Reads the entries of a tar archive (ustar, GNU or PAX) one after the other, with their bytes in place.
 *
 * Throws `ChartError` in the words of Go's archive/tar.
 */
export function* readTar(archive: Uint8Array): Generator<TarEntry> {
  let extension: Extension = {};
  for (let at = 0; at < archive.length; ) {
    const header = archive.subarray(at, at + BLOCK);
    if (header.length < BLOCK) throw new ChartError("unexpected EOF");
    if (header.every((byte) => byte === 0)) return;
    checkSum(header);
    const size = extension.size ?? numberField(header, 124, 12);
    const start = at + BLOCK;
    const type = String.fromCharCode(header[156] ?? 0);
    at = start + Math.ceil(size / BLOCK) * BLOCK;
    const data = (): Uint8Array => bytesOf(archive, start, size);
    if (type === "x" || type === "L" || type === "K") {
      if (size > MAX_EXTENSION) throw new ChartError("archive/tar: header field too long");
      extension = extend(extension, type, data());
    } else if (type !== "g") {
      const name = extension.name ?? nameOf(header);
      extension = {};
      yield { name, kind: kindOf(type, name), size, data };
    }
  }
}

/** What a header before the entry says of it. */
interface Extension {
  readonly name?: string;
  readonly size?: number;
}

function extend(extension: Extension, type: string, data: Uint8Array): Extension {
  if (type === "x") return { ...extension, ...paxRecords(data) };
  return type === "L" ? { ...extension, name: textField(data, 0, data.length) } : extension;
}

/** `LENGTH KEY=VALUE\n` again and again. */
function paxRecords(data: Uint8Array): Extension {
  const records: { name?: string; size?: number } = {};
  for (let at = 0; at < data.length; ) {
    const space = data.indexOf(0x20, at);
    const length =
      space === -1 ? Number.NaN : Number(Buffer.from(data.subarray(at, space)).toString("latin1"));
    if (!Number.isInteger(length) || length <= space - at || at + length > data.length) throw invalidHeader();
    const record = Buffer.from(data.subarray(space + 1, at + length - 1)).toString("utf8");
    const equals = record.indexOf("=");
    if (equals <= 0) throw invalidHeader();
    const [key, value] = [record.slice(0, equals), record.slice(equals + 1)];
    if (key === "path") records.name = value;
    if (key === "size") records.size = sizeOf(value);
    at += length;
  }
  return records;
}

function sizeOf(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw invalidHeader();
  return Number(text);
}

function kindOf(type: string, name: string): TarEntry["kind"] {
  if (type === "5") return "directory";
  if (type === "1" || type === "2") return "link";
  if (type !== "0" && type !== "\0" && type !== "7") return "other";
  return name.endsWith("/") ? "directory" : "file";
}

function nameOf(header: Uint8Array): string {
  const name = textField(header, 0, 100);
  const isUstar = Buffer.from(header.subarray(257, 263)).toString("latin1") === "ustar\0";
  const prefix = isUstar ? textField(header, 345, 155) : "";
  return prefix === "" ? name : `${prefix}/${name}`;
}

function textField(bytes: Uint8Array, start: number, length: number): string {
  const field = Buffer.from(bytes.subarray(start, start + length));
  const end = field.indexOf(0);
  return field.toString("utf8", 0, end === -1 ? field.length : end);
}

/** Octal digits, or a number in base 256 where the first bit is set. */
function numberField(header: Uint8Array, start: number, length: number): number {
  const first = header[start] ?? 0;
  if (first >= 0x80) {
    let value = first & 0x7f;
    for (const byte of header.subarray(start + 1, start + length)) value = value * 256 + byte;
    if (first >= 0xc0 || !Number.isSafeInteger(value)) throw invalidHeader();
    return value;
  }
  const text = textField(header, start, length).trim();
  if (!/^[0-7]*$/.test(text)) throw invalidHeader();
  return text === "" ? 0 : Number.parseInt(text, 8);
}

/** The sum of the bytes of the header, with blanks in place of the sum; signed bytes in some old archives. */
function checkSum(header: Uint8Array): void {
  let unsigned = 0;
  let signed = 0;
  for (const [index, byte] of header.entries()) {
    const counted = index >= 148 && index < 156 ? 0x20 : byte;
    unsigned += counted;
    signed += counted > 127 ? counted - 256 : counted;
  }
  const given = numberField(header, 148, 8);
  if (given !== unsigned && given !== signed) throw invalidHeader();
}

function bytesOf(archive: Uint8Array, start: number, size: number): Uint8Array {
  if (start + size > archive.length) throw new ChartError("unexpected EOF");
  return archive.subarray(start, start + size);
}

function invalidHeader(): ChartError {
  return new ChartError("archive/tar: invalid tar header");
}
