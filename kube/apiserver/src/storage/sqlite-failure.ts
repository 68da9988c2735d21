import { WeirError } from "@weir/core";
import {
  StorageCorruptError,
  StorageFailedError,
  StorageFullError,
  StorageLockedError,
} from "./storage-error.ts";

export const SQLITE_BUSY = 5;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_NOTADB = 26;

/** What an error of SQLite or the file system says. */
export interface Failure {
  readonly message: string;
  /** SQLite's primary result code, where it was SQLite. */
  readonly resultCode: number | undefined;
  /** The file system's code, where it was that. */
  readonly code: string | undefined;
}

export function describeFailure(error: unknown): Failure {
  if (!(error instanceof Error)) return { message: String(error), resultCode: undefined, code: undefined };
  const { errcode, code } = error as { readonly errcode?: unknown; readonly code?: unknown };
  return {
    message: error.message,
    // The primary result code is the low byte of an extended one.
    resultCode: typeof errcode === "number" ? errcode & 0xff : undefined,
    code: typeof code === "string" ? code : undefined,
  };
}

/** An error of SQLite or the file system as one of the storage's. */
export function toStorageError(path: string, error: unknown): Error {
  if (error instanceof WeirError) return error;
  const { message, resultCode, code } = describeFailure(error);
  const options = { cause: message };
  if (code === "ENOSPC" || resultCode === SQLITE_FULL) return new StorageFullError(path, options);
  if (resultCode === SQLITE_CORRUPT || resultCode === SQLITE_NOTADB) {
    return new StorageCorruptError(path, "a page cannot be read", options);
  }
  if (resultCode === SQLITE_BUSY) return new StorageLockedError(path, undefined, options);
  return new StorageFailedError(path, options);
}
