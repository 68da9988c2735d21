/**
 * What the storage and its worker say to each other. The worker knows SQL and nothing else; the storage decides
 * revisions and conflicts, so that one message carries many writes and needs one answer.
 */
export interface OpenFile {
  readonly path: string;
  /** Largest size of the file in bytes; unlimited when absent. */
  readonly maxBytes: number | undefined;
  /** Whether a commit waits for the disk. */
  readonly fsync: boolean;
}

/** One row of the log. */
export interface LogRow {
  readonly revision: number;
  readonly createRevision: number;
  readonly key: string;
  /** Absent for a deletion. */
  readonly value: Uint8Array | undefined;
  readonly atMs: number;
}

/** Rows as they cross the thread: values lie in one buffer, which is handed over instead of copied. */
export interface PackedRows {
  readonly keys: readonly string[];
  /** Per row: revision, revision of creation, time, and length of the value or -1 for a deletion. */
  readonly numbers: Float64Array;
  readonly values: Uint8Array;
}

export type WorkerRequest =
  | { readonly kind: "commit"; readonly id: number; readonly rows: PackedRows }
  | {
      readonly kind: "compact";
      readonly id: number;
      readonly revision: number;
      readonly compacted: number;
      readonly unreachable: readonly number[];
    }
  | { readonly kind: "close"; readonly id: number };

export type WorkerReply =
  | { readonly kind: "rows"; readonly rows: PackedRows }
  | { readonly kind: "opened"; readonly revision: number; readonly compacted: number }
  | { readonly kind: "refused"; readonly refusal: Refusal }
  | { readonly kind: "done"; readonly id: number }
  | { readonly kind: "failed"; readonly id: number; readonly failure: Failure };

/** Why a file was not opened. */
export type Refusal =
  | { readonly kind: "locked"; readonly pid: number | undefined; readonly failure: Failure }
  | { readonly kind: "version"; readonly found: number; readonly supported: number }
  | { readonly kind: "failure"; readonly failure: Failure };

/** An error of SQLite or the file system, as data. */
export interface Failure {
  readonly message: string;
  /** SQLite's primary result code, where it was SQLite. */
  readonly resultCode: number | undefined;
  /** The file system's code, where it was that. */
  readonly code: string | undefined;
}

const NUMBERS_PER_ROW = 4;

export function packRows(rows: readonly LogRow[]): PackedRows {
  const numbers = new Float64Array(rows.length * NUMBERS_PER_ROW);
  const values = new Uint8Array(rows.reduce((total, row) => total + (row.value?.length ?? 0), 0));
  let offset = 0;
  rows.forEach((row, at) => {
    numbers.set([row.revision, row.createRevision, row.atMs, row.value?.length ?? -1], at * NUMBERS_PER_ROW);
    if (row.value === undefined) return;
    values.set(row.value, offset);
    offset += row.value.length;
  });
  return { keys: rows.map((row) => row.key), numbers, values };
}

/** The buffers of packed rows that are handed over to the other thread. */
export function transferOf(rows: PackedRows): ArrayBuffer[] {
  return [rows.numbers.buffer as ArrayBuffer, rows.values.buffer as ArrayBuffer];
}

/** The rows again. Values are views into the packed buffer. */
export function* unpackRows(packed: PackedRows): Generator<LogRow> {
  const { keys, numbers, values } = packed;
  let offset = 0;
  for (let at = 0; at < keys.length; at++) {
    const first = at * NUMBERS_PER_ROW;
    const length = numbers[first + 3] as number;
    yield {
      key: keys[at] as string,
      revision: numbers[first] as number,
      createRevision: numbers[first + 1] as number,
      atMs: numbers[first + 2] as number,
      value: length < 0 ? undefined : values.subarray(offset, offset + length),
    };
    offset += Math.max(0, length);
  }
}
