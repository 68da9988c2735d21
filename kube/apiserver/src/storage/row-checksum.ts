import { crc32 } from "node:zlib";
import type { LogBounds, LogRow } from "./storage-row.ts";

/**
 * Checksums of what a file holds, for SQLite sees a broken page but not a flipped bit of a value.
 *
 * They begin with the file's identity, so that a row of another file does not pass for one of this.
 */
export class RowChecksums {
  readonly #identity: number;
  readonly #numbers = new Float64Array(5);
  readonly #bytes = new Uint8Array(this.#numbers.buffer);

  constructor(identity: number) {
    this.#identity = identity;
  }

  ofRow({ revision, createRevision, atMs, key, value }: LogRow): number {
    this.#set(revision, createRevision, atMs, value === undefined ? -1 : value.length, 0);
    const head = crc32(key, crc32(this.#bytes, this.#identity));
    return value === undefined ? head : crc32(value, head);
  }

  ofBounds({ revision, compacted, rowCount, digest, opened }: LogBounds): number {
    this.#set(revision, compacted, rowCount, digest, opened);
    return crc32(this.#bytes, this.#identity);
  }

  // oxlint-disable-next-line max-params -- five numbers into five places, on the path of every write
  #set(first: number, second: number, third: number, fourth: number, fifth: number): void {
    const numbers = this.#numbers;
    numbers[0] = first;
    numbers[1] = second;
    numbers[2] = third;
    numbers[3] = fourth;
    numbers[4] = fifth;
  }
}

/** Adds a row's checksum to a digest, or takes it out. */
export function addToDigest(digest: number, checksum: number, sign: 1 | -1 = 1): number {
  return (digest + sign * checksum) >>> 0;
}
