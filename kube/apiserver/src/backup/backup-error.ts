import { WeirError } from "@weir/core";

/** Where in an export something is wrong. */
export interface ImportPlace {
  /** Counts from 1. */
  readonly document: number;
  /** In the whole text, from 1; where it is known. */
  readonly line: number | undefined;
  /** `metadata.uid`; the whole document where it is absent. */
  readonly field: string | undefined;
}

/** An export cannot be imported: nothing was written. */
export class InvalidExportError extends WeirError {
  override readonly name = "InvalidExportError";
  readonly reason = "InvalidExport";
  readonly retry = "never";
  readonly document: number;
  readonly line: number | undefined;
  readonly field: string | undefined;
  /** What is wrong, as a clause. */
  readonly problem: string;

  constructor(place: ImportPlace, problem: string, options?: { readonly cause?: unknown }) {
    const line = place.line === undefined ? "" : ` (line ${place.line})`;
    const field = place.field === undefined ? "" : `${place.field} `;
    super(`cannot import document ${place.document}${line}: ${field}${problem}`, options);
    this.document = place.document;
    this.line = place.line;
    this.field = place.field;
    this.problem = problem;
  }
}

/** An export is larger than may be imported: nothing was written. */
export class ImportBudgetError extends WeirError {
  override readonly name = "ImportBudgetError";
  readonly reason = "ImportTooLarge";
  readonly retry = "never";
  readonly budget: "bytes" | "documents" | "document-bytes";
  readonly limit: number;

  constructor(budget: ImportBudgetError["budget"], limit: number) {
    const unit = { bytes: "bytes", documents: "documents", "document-bytes": "bytes in one document" }[
      budget
    ];
    super(`cannot import more than ${limit} ${unit}`);
    this.budget = budget;
    this.limit = limit;
  }
}

/** Objects are imported into an empty storage only: they would take the place of others. Nothing was written. */
export class StorageNotEmptyError extends WeirError {
  override readonly name = "StorageNotEmptyError";
  readonly reason = "StorageNotEmpty";
  readonly retry = "never";
  readonly keys: number;

  constructor(keys: number) {
    super(`cannot import into a storage that holds ${keys} keys`);
    this.keys = keys;
  }
}

/** Writing failed half-way: the storage holds a part and is of no use. */
export class ImportInterruptedError extends WeirError {
  override readonly name = "ImportInterruptedError";
  readonly reason = "ImportInterrupted";
  readonly retry = "never";
  readonly written: number;
  readonly total: number;

  constructor(written: number, total: number, options: { readonly cause: unknown }) {
    super(`import ended after ${written} of ${total} objects; start again with an empty storage`, options);
    this.written = written;
    this.total = total;
  }
}
