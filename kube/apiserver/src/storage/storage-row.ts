/** One row of the log. */
export interface LogRow {
  readonly revision: number;
  readonly createRevision: number;
  readonly key: string;
  /** Absent for a deletion. */
  readonly value: Uint8Array | undefined;
  readonly atMs: number;
}

/** Where the log of a file begins and ends, and what must lie before its beginning. */
export interface LogBounds {
  /** The newest revision that was ever given, even where its row is gone. */
  readonly revision: number;
  /** The oldest revision that can be read; rows up to it are the state there. */
  readonly compacted: number;
  /** How many rows have a revision up to `compacted`. */
  readonly rowCount: number;
  /** The sum of those rows' checksums, modulo 2^32: tells a row that is gone. */
  readonly digest: number;
  readonly opened: OpenedAs;
}

/** Whether a storage has the file open, and how it writes: known after a crash, when nobody could say goodbye. */
export const OPENED = { closed: 0, synced: 1, unsynced: 2 } as const;

export type OpenedAs = (typeof OPENED)[keyof typeof OPENED];
