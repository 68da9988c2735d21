import { gunzipSync } from "node:zlib";
import { cleanPath } from "@weir/core";
import { quoteGo } from "@weir/text";
import type { ChartFile } from "./chart.ts";
import { ChartBudgetError, ChartError } from "./chart-error.ts";
import { readTar, type TarEntry } from "./read-tar.ts";
import { withoutMark } from "./without-mark.ts";

/** How much a chart may hold, in bytes. */
export interface ChartLimits {
  /** An archive as it is, compressed. Default 10 MiB, Flux's limit. */
  readonly archive?: number;
  /** One file. Default 5 MiB, helm's limit. */
  readonly file?: number;
  /** All files of all archives within each other. Default 100 MiB; helm allows that to each archive. */
  readonly unpacked?: number;
}

const MIB = 1024 * 1024;

/** What is left of the limits while one chart is read. */
export class ChartBudget {
  readonly archive: number;
  readonly file: number;
  readonly unpacked: number;
  #remaining: number;

  constructor({ archive = 10 * MIB, file = 5 * MIB, unpacked = 100 * MIB }: ChartLimits = {}) {
    this.archive = archive;
    this.file = file;
    this.unpacked = unpacked;
    this.#remaining = unpacked;
  }

  /** Throws `ChartError` in helm's words where a file is too much. */
  take(name: string, size: number): void {
    if (size > this.#remaining) throw this.tooLarge();
    if (size > this.file) {
      throw new ChartError(
        `decompressed chart file ${quoteGo(name)} is larger than the maximum file size ${this.file}`,
      );
    }
    this.#remaining -= size;
    if (this.#remaining <= 0) throw this.tooLarge();
  }

  tooLarge(): ChartError {
    return new ChartError(`decompressed chart is larger than the maximum size ${this.unpacked}`);
  }
}

/** An archive does not even begin as one. */
export class GzipHeaderError extends ChartError {
  constructor() {
    super("gzip: invalid header");
  }
}

/**
 * Unpacks the archive of a chart: its files by their paths below the one folder that the archive holds.
 *
 * Nothing may lie outside that folder and nothing may be a link. Throws `ChartError` in helm's words.
 */
export function unpackArchive(archive: Uint8Array, budget: ChartBudget): readonly ChartFile[] {
  if (archive.length > budget.archive) {
    throw new ChartBudgetError(
      "size",
      `chart archive of ${archive.length} bytes is larger than the maximum size ${budget.archive}`,
    );
  }
  const files: ChartFile[] = [];
  for (const entry of readTar(gunzip(archive, budget))) {
    if (entry.kind === "directory") continue;
    const name = pathOf(entry.name);
    if (entry.kind !== "file")
      throw new ChartError(`chart illegally contains a link or device: ${quoteGo(entry.name)}`);
    budget.take(entry.name, entry.size);
    files.push({ name, data: ownBytes(entry) });
  }
  if (files.length === 0) throw new ChartError("no files in chart archive");
  return files;
}

/** A copy, so that one file that is kept does not keep the whole archive. */
function ownBytes(entry: TarEntry): Uint8Array {
  return Uint8Array.from(withoutMark(entry.data()));
}

/** Headers and padding of the files come on top of the bytes that count. */
const TAR_OVERHEAD = 64 * MIB;

const GZIP_HEADER = 10;

function gunzip(archive: Uint8Array, budget: ChartBudget): Uint8Array {
  if (archive.length === 0) throw new ChartError("EOF");
  if (archive.length < GZIP_HEADER) throw new ChartError("unexpected EOF");
  if (archive[0] !== 0x1f || archive[1] !== 0x8b || archive[2] !== 8) throw new GzipHeaderError();
  try {
    return gunzipSync(archive, { maxOutputLength: budget.unpacked + TAR_OVERHEAD });
  } catch (error) {
    throw gunzipError((error as NodeJS.ErrnoException).code, budget);
  }
}

function gunzipError(code: string | undefined, budget: ChartBudget): ChartError {
  if (code === "ERR_BUFFER_TOO_LARGE") return budget.tooLarge();
  return new ChartError(code === "Z_BUF_ERROR" ? "unexpected EOF" : "gzip: invalid checksum");
}

/** The path below the archive's folder, by the rules that helm checks in this order. */
function pathOf(full: string): string {
  const delimiter = full.includes("\\") ? "\\" : "/";
  const [folder, ...rest] = full.split(delimiter);
  const below = rest.join("/");
  if (below.startsWith("/")) throw new ChartError("chart illegally contains absolute paths");
  const name = cleanPath(below);
  if (name === ".") {
    throw new ChartError(`chart illegally contains content outside the base directory: ${quoteGo(full)}`);
  }
  if (name.startsWith("..")) throw new ChartError("chart illegally references parent directory");
  if (/^[a-zA-Z]:\//.test(name)) throw new ChartError("chart contains illegally named files");
  if (folder === "Chart.yaml") throw new ChartError("chart yaml not in base directory");
  return name;
}
