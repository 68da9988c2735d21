import { ROOT_PAGES } from "./log-schema.ts";
import { type PageFile, toLogRow } from "./raw-log.ts";
import type { RowChecksums } from "./row-checksum.ts";
import type { LogRow } from "./storage-row.ts";
import { type ReadPage, readTablePage, type TablePage } from "./table-page.ts";

/** What could be found of a log in the pages of a damaged file. */
export interface FoundRows {
  /** Rows that are what was written, by revision. */
  readonly rows: ReadonlyMap<number, LogRow>;
  /** Revisions of rows on pages that nothing points to. */
  readonly orphans: ReadonlySet<number>;
  /** Revisions whose row is not what was written, with the key as far as it can be read. */
  readonly broken: ReadonlyMap<number, string | undefined>;
  readonly damagedPages: readonly number[];
}

const AT_FREE_PAGES = 32;

/**
 * Finds all rows that are left: first by the pages that point to others, then, where one of those is damaged, on every page
 * that neither is one of them nor is free. A free page may hold rows that were deleted.
 */
export function findRows(pages: PageFile, checksums: RowChecksums | undefined): FoundRows {
  const search = new RowSearch(pages, checksums);
  search.walk();
  if (search.damagedPages.length > 0) search.lookEverywhere();
  for (const revision of search.rows.keys()) search.broken.delete(revision);
  return search;
}

class RowSearch implements FoundRows {
  readonly rows = new Map<number, LogRow>();
  readonly orphans = new Set<number>();
  readonly broken = new Map<number, string | undefined>();
  readonly damagedPages: number[] = [];
  readonly #pages: PageFile;
  readonly #checksums: RowChecksums | undefined;
  readonly #seen = new Set<number>([1, ROOT_PAGES.schemaVersion, ROOT_PAGES.bounds]);

  constructor(pages: PageFile, checksums: RowChecksums | undefined) {
    this.#pages = pages;
    this.#checksums = checksums;
  }

  walk(): void {
    const waiting: number[] = [ROOT_PAGES.log];
    for (let number = waiting.pop(); number !== undefined; number = waiting.pop()) {
      if (this.#seen.has(number)) continue;
      this.#seen.add(number);
      const page = readTablePage(number, this.#pages.read);
      if (page.kind === "interior") waiting.push(...page.children);
      else if (page.kind === "other") this.damagedPages.push(number);
      else this.#take(number, page, false);
    }
  }

  lookEverywhere(): void {
    const free = freePages(this.#pages.read, this.#pages.pageCount);
    for (let number = 1; number <= this.#pages.pageCount; number++) {
      if (this.#seen.has(number) || free.has(number)) continue;
      const page = readTablePage(number, this.#pages.read);
      if (page.kind === "leaf") this.#take(number, page, true);
    }
  }

  #take(number: number, page: TablePage & { readonly kind: "leaf" }, isOrphan: boolean): void {
    const isHollow = page.rows.length === 0 && number !== ROOT_PAGES.log;
    if (!isOrphan && (page.unreadable > 0 || isHollow)) this.damagedPages.push(number);
    for (const found of page.rows) {
      const raw = toLogRow(found, this.#checksums);
      if (raw !== undefined && raw.isWhole !== false) this.#keep(raw.row, isOrphan);
      else if (!isOrphan) this.broken.set(found.rowId, raw?.row.key);
    }
  }

  #keep(row: LogRow, isOrphan: boolean): void {
    if (this.rows.has(row.revision)) return;
    this.rows.set(row.revision, row);
    if (isOrphan) this.orphans.add(row.revision);
  }
}

/** The pages that SQLite has set aside; as many as can be found. */
function freePages(read: ReadPage, pageCount: number): ReadonlySet<number> {
  const free = new Set<number>();
  const header = read(1);
  let trunk = header === undefined ? 0 : numberAt(header, AT_FREE_PAGES);
  while (trunk > 0 && trunk <= pageCount && !free.has(trunk)) {
    free.add(trunk);
    const page = read(trunk);
    if (page === undefined) break;
    const count = Math.min(numberAt(page, 4), page.length / 4 - 2);
    for (let at = 0; at < count; at++) free.add(numberAt(page, 8 + 4 * at));
    trunk = numberAt(page, 0);
  }
  return free;
}

function numberAt(page: Uint8Array, offset: number): number {
  return new DataView(page.buffer, page.byteOffset, page.byteLength).getUint32(offset);
}
