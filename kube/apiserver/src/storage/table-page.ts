/** A value as SQLite stores it; integers beyond a number's precision are refused with their cell. */
export type Cell = number | string | Uint8Array | null;

/** One row of a table's page. */
export interface PageRow {
  readonly rowId: number;
  readonly cells: readonly Cell[];
}

/** Gives the bytes of a page, counted from 1; `undefined` where there is none. */
export type ReadPage = (page: number) => Uint8Array | undefined;

/** A page of a table, as far as it makes sense. */
export type TablePage =
  | { readonly kind: "interior"; readonly children: readonly number[] }
  | { readonly kind: "leaf"; readonly rows: readonly PageRow[]; readonly unreadable: number }
  | { readonly kind: "other" };

const INTERIOR_TABLE = 5;
const LEAF_TABLE = 13;
const FILE_HEADER_BYTES = 100;
const SMALLEST_CELL = 4;
/** Far beyond any object: a longer one was misread. */
const LONGEST_PAYLOAD = 64 * 1024 * 1024;

/**
 * Reads one page of a table without SQLite, which gives up a whole table for one page
 * (https://sqlite.org/fileformat2.html#b_tree_pages). Whatever the bytes say, it ends and throws nothing.
 */
export function readTablePage(number: number, readPage: ReadPage): TablePage {
  const page = readPage(number);
  if (page === undefined) return { kind: "other" };
  const at = number === 1 ? FILE_HEADER_BYTES : 0;
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
  const flag = view.getUint8(at);
  if (flag !== INTERIOR_TABLE && flag !== LEAF_TABLE) return { kind: "other" };
  const pointers = at + (flag === INTERIOR_TABLE ? 12 : 8);
  const room = Math.floor((page.length - pointers) / (2 + SMALLEST_CELL));
  const count = Math.min(view.getUint16(at + 3), room);
  const offsets = Array.from({ length: count }, (_, index) => view.getUint16(pointers + 2 * index));
  if (flag === INTERIOR_TABLE) {
    const inside = offsets.filter((offset) => offset + 4 <= page.length);
    const children = inside.map((offset) => view.getUint32(offset));
    return { kind: "interior", children: [...children, view.getUint32(at + 8)] };
  }
  const rows = offsets.map((offset) => readCell(page, offset, readPage));
  const readable = rows.filter((row) => row !== undefined);
  return { kind: "leaf", rows: readable, unreadable: rows.length - readable.length };
}

function readCell(page: Uint8Array, offset: number, readPage: ReadPage): PageRow | undefined {
  const length = readVarint(page, offset);
  const rowId = length && readVarint(page, length.next);
  if (length === undefined || rowId === undefined || length.value > LONGEST_PAYLOAD) return undefined;
  const payload = readPayload(page, { from: rowId.next, length: length.value }, readPage);
  const cells = payload && readRecord(payload);
  return cells && { rowId: rowId.value, cells };
}

/** What does not fit into a page goes on in a chain of others. */
function readPayload(
  page: Uint8Array,
  { from, length }: { readonly from: number; readonly length: number },
  readPage: ReadPage,
): Uint8Array | undefined {
  const usable = page.length;
  const local = localBytes(length, usable);
  if (from + local > usable) return undefined;
  if (local === length) return page.subarray(from, from + length);
  if (from + local + 4 > usable) return undefined;
  const parts = [page.subarray(from, from + local)];
  const seen = new Set<number>();
  let next = readUint32(page, from + local);
  for (let left = length - local; left > 0; left -= usable - 4) {
    const overflow = seen.has(next) ? undefined : readPage(next);
    if (overflow === undefined) return undefined;
    seen.add(next);
    parts.push(overflow.subarray(4, 4 + Math.min(usable - 4, left)));
    next = readUint32(overflow, 0);
  }
  return Buffer.concat(parts, length);
}

function localBytes(length: number, usable: number): number {
  const most = usable - 35;
  if (length <= most) return length;
  const least = Math.floor(((usable - 12) * 32) / 255) - 23;
  const local = least + ((length - least) % (usable - 4));
  return local <= most ? local : least;
}

function readRecord(payload: Uint8Array): readonly Cell[] | undefined {
  const header = readVarint(payload, 0);
  if (header === undefined || header.value > payload.length) return undefined;
  const cells: Cell[] = [];
  let body = header.value;
  for (let at = header.next; at < header.value; ) {
    const type = readVarint(payload, at);
    if (type === undefined) return undefined;
    at = type.next;
    const cell = readValue(payload, body, type.value);
    if (cell === undefined) return undefined;
    cells.push(cell.value);
    body = cell.next;
  }
  return cells;
}

const DOUBLE = 7;
const INTEGER_BYTES: Readonly<Record<number, number>> = { 1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8 };

function readValue(
  payload: Uint8Array,
  at: number,
  type: number,
): { readonly value: Cell; readonly next: number } | undefined {
  if (type === 0) return { value: null, next: at };
  if (type === 8 || type === 9) return { value: type - 8, next: at };
  const width = INTEGER_BYTES[type];
  if (width !== undefined) {
    const value = at + width <= payload.length ? readInteger(payload, at, width) : undefined;
    return value === undefined ? undefined : { value, next: at + width };
  }
  if (type === DOUBLE && at + 8 <= payload.length) {
    const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
    return { value: view.getFloat64(at), next: at + 8 };
  }
  if (type < 12) return undefined;
  const next = at + ((type - 12) >> 1);
  if (next > payload.length) return undefined;
  const bytes = payload.subarray(at, next);
  return { value: type % 2 === 0 ? bytes : Buffer.from(bytes).toString("utf8"), next };
}

function readInteger(bytes: Uint8Array, at: number, width: number): number | undefined {
  let value = BigInt.asIntN(8, BigInt(bytes[at] as number));
  for (let offset = 1; offset < width; offset++) value = (value << 8n) | BigInt(bytes[at + offset] as number);
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : undefined;
}

function readVarint(
  bytes: Uint8Array,
  at: number,
): { readonly value: number; readonly next: number } | undefined {
  let value = 0;
  for (let index = 0; index < 8; index++) {
    const byte = bytes[at + index];
    if (byte === undefined) return undefined;
    value = value * 128 + (byte & 0x7f);
    if (!Number.isSafeInteger(value)) return undefined;
    if (byte < 0x80) return { value, next: at + index + 1 };
  }
  return undefined;
}

function readUint32(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(at);
}
