import { closeSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { walPath } from "./inspect-file.ts";
import { RowChecksums } from "./row-checksum.ts";
import type { LogBounds, LogRow, OpenedAs } from "./storage-row.ts";
import { type Cell, type PageRow, type ReadPage, readTablePage } from "./table-page.ts";
import { readWal } from "./wal-frames.ts";

/** The pages of a file, with those of its write-ahead log over them. To be used by the holder of the lock alone. */
export class PageFile implements Disposable {
  readonly #fd: number;
  readonly #pageBytes: number;
  readonly #wal: Buffer | undefined;
  readonly #newer = new Map<number, number>();
  readonly pageCount: number;

  constructor(path: string, pageBytes: number, withWal: boolean) {
    this.#fd = openSync(path, "r+");
    this.#pageBytes = pageBytes;
    this.#wal = withWal ? readIfThere(walPath(path)) : undefined;
    const wal = this.#wal && readWal(this.#wal);
    if (wal?.pageBytes === pageBytes) {
      for (const { page, offset } of wal.frames) this.#newer.set(page, offset);
    }
    const inFile = Math.ceil(fstatSync(this.#fd).size / pageBytes);
    this.pageCount = Math.max(inFile, ...this.#newer.keys());
  }

  readonly read: ReadPage = (page) => {
    if (page < 1 || page > this.pageCount) return undefined;
    const offset = this.#newer.get(page);
    if (offset !== undefined) return this.#wal?.subarray(offset, offset + this.#pageBytes);
    // A page that is cut off is read as far as it goes: rows lie at its end, but its list of rows at its beginning.
    const bytes = Buffer.alloc(this.#pageBytes);
    readSync(this.#fd, bytes, 0, this.#pageBytes, (page - 1) * this.#pageBytes);
    return bytes;
  };

  [Symbol.dispose](): void {
    closeSync(this.#fd);
  }
}

/** The bounds of a file, where they can be read and match their checksum, and the identity of which they tell. */
export function readRawBounds(
  page: number,
  read: ReadPage,
): { readonly identity: number; readonly bounds: LogBounds } | undefined {
  const found = readTablePage(page, read);
  const row = found.kind === "leaf" ? found.rows[0] : undefined;
  if (row === undefined || row.cells.length !== 7) return undefined;
  const [, revision, compacted, rowCount, digest, opened, checksum] = row.cells;
  const bounds = {
    revision: asNumber(revision),
    compacted: asNumber(compacted),
    rowCount: asNumber(rowCount),
    digest: asNumber(digest),
    opened: asNumber(opened) as OpenedAs,
  };
  const isWhole = new RowChecksums(row.rowId).ofBounds(bounds) === checksum;
  return isWhole ? { identity: row.rowId, bounds } : undefined;
}

/** A row of the log as a page holds it, and whether it is what was written. */
export interface RawRow {
  readonly row: LogRow;
  /** `undefined` for a row of version 1, which has no checksum. */
  readonly isWhole: boolean | undefined;
}

export function toLogRow({ rowId, cells }: PageRow, checksums: RowChecksums | undefined): RawRow | undefined {
  const [, createRevision, atMs, checksum, ...rest] =
    checksums === undefined ? withoutChecksum(cells) : cells;
  const [key, value] = rest;
  if (rest.length !== 2 || typeof key !== "string") return undefined;
  if (typeof value === "string" || typeof value === "number") return undefined;
  const row = {
    revision: rowId,
    createRevision: asNumber(createRevision),
    atMs: asNumber(atMs),
    key,
    value: value ?? undefined,
  };
  return { row, isWhole: checksums && checksums.ofRow(row) === checksum };
}

function withoutChecksum(cells: readonly Cell[]): readonly Cell[] {
  return [...cells.slice(0, 3), null, ...cells.slice(3)];
}

function asNumber(cell: Cell | undefined): number {
  return typeof cell === "number" ? cell : Number.NaN;
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
