import { crc32, inflateRawSync } from "node:zlib";

// Records of a zip file, by their signatures (APPNOTE 4.3).
const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const LOCAL_ENTRY = 0x04034b50;
const STORED = 0;
const DEFLATED = 8;
const LARGEST_COMMENT = 0xffff;

/**
 * The content of one file of a zip archive; `undefined` where it has none of that name. Throws where the archive is
 * damaged, or where the file is larger than `limit` bytes.
 */
export function readZipEntry(archive: Uint8Array, name: string, limit: number): Uint8Array | undefined {
  const view = Buffer.from(archive.buffer, archive.byteOffset, archive.byteLength);
  const end = findEndOfDirectory(view);
  let offset = view.readUInt32LE(end + 16);
  for (let rest = view.readUInt16LE(end + 10); rest > 0; rest -= 1) {
    if (view.readUInt32LE(offset) !== DIRECTORY_ENTRY) throw new RangeError("the zip's directory is damaged");
    const nameLength = view.readUInt16LE(offset + 28);
    const entry = view.toString("utf8", offset + 46, offset + 46 + nameLength);
    if (entry === name) return readContent(view, offset, limit);
    offset += 46 + nameLength + view.readUInt16LE(offset + 30) + view.readUInt16LE(offset + 32);
  }
  return undefined;
}

/** The record stands last, before a comment of unknown length. */
function findEndOfDirectory(view: Buffer): number {
  const first = Math.max(0, view.length - 22 - LARGEST_COMMENT);
  for (let offset = view.length - 22; offset >= first; offset -= 1) {
    if (view.readUInt32LE(offset) === END_OF_DIRECTORY) return offset;
  }
  throw new RangeError("this is no zip archive");
}

function readContent(view: Buffer, entry: number, limit: number): Uint8Array {
  const method = view.readUInt16LE(entry + 10);
  const checksum = view.readUInt32LE(entry + 16);
  const packedSize = view.readUInt32LE(entry + 20);
  const local = view.readUInt32LE(entry + 42);
  if (view.readUInt32LE(local) !== LOCAL_ENTRY) throw new RangeError("the zip's directory points nowhere");
  const start = local + 30 + view.readUInt16LE(local + 26) + view.readUInt16LE(local + 28);
  const packed = view.subarray(start, start + packedSize);
  const content = unpack(packed, method, limit);
  if (crc32(content) !== checksum) throw new RangeError("a file of the zip is damaged");
  return content;
}

function unpack(packed: Buffer, method: number, limit: number): Uint8Array {
  if (method === STORED && packed.length <= limit) return packed;
  if (method === DEFLATED) return inflateRawSync(packed, { maxOutputLength: limit });
  throw new RangeError(
    method === STORED ? "a file of the zip is too large" : `zip method ${method} is not known`,
  );
}
