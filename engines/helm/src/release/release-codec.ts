import { promisify } from "node:util";
import { gunzip, gunzipSync, gzip, gzipSync } from "node:zlib";
import { readRelease } from "./read-release.ts";
import { ReleaseRecordError } from "./release-error.ts";
import type { Release } from "./release.ts";
import { writeRelease } from "./write-release.ts";

/** A Secret holds 1 MiB; what unpacks to more than this is an attack. */
const MAX_RECORD_BYTES = 64 * 1024 * 1024;
const BEST_COMPRESSION = 9;
/** Handing so little to another thread takes longer than the work itself. */
const SMALL_BYTES = 64 * 1024;
const SMALL_RECORD_BYTES = 1024 * 1024;

const packLarge = promisify(gzip);
const unpackLarge = promisify(gunzip);

/** What `data.release` of a Secret holds: base64 of base64 of the gzipped record, as one Secret of helm has it. */
export async function encodeRelease(release: Release): Promise<string> {
  const text = writeRelease(release);
  const level = { level: BEST_COMPRESSION };
  const packed = text.length <= SMALL_BYTES ? gzipSync(text, level) : await packLarge(text, level);
  return Buffer.from(packed.toString("base64"), "latin1").toString("base64");
}

/** Reads `data.release`. Records from before helm compressed them are read, too. Throws `ReleaseRecordError`. */
export async function decodeRelease(
  data: string,
  labels: Readonly<Record<string, string>>,
): Promise<Release> {
  const bytes = Buffer.from(Buffer.from(data, "base64").toString("latin1"), "base64");
  const isPacked = bytes.length > 3 && bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 0x08;
  const text = isPacked ? await unpackRecord(bytes) : bytes;
  return readRelease(text.toString("utf8"), labels);
}

async function unpackRecord(bytes: Uint8Array): Promise<Buffer> {
  try {
    return unpackSmall(bytes) ?? (await unpackLarge(bytes, { maxOutputLength: MAX_RECORD_BYTES }));
  } catch (cause) {
    throw new ReleaseRecordError("the record of a release cannot be unpacked", { cause });
  }
}

/** Undefined for what is not small after all; another thread finds out what it is. */
function unpackSmall(bytes: Uint8Array): Buffer | undefined {
  if (bytes.length > SMALL_BYTES) return undefined;
  try {
    return gunzipSync(bytes, { maxOutputLength: SMALL_RECORD_BYTES });
  } catch {
    return undefined;
  }
}
