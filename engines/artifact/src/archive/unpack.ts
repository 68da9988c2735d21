import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { memoryTree, type Tree } from "@weir/core";
import { extract, type Header } from "tar-stream";
import { UnsafeArchiveError } from "../artifact-error.ts";
import { entryPath } from "./entry-path.ts";

/** How much an archive may unpack to. */
export interface UnpackBudget {
  /** Bytes of all files together; 256 MiB by default. */
  readonly maxBytes?: number;
  /** Files and directories; 100,000 by default. */
  readonly maxEntries?: number;
  /** Unpacked bytes per packed byte once 8 MiB were unpacked; 200 by default. */
  readonly maxRatio?: number;
  /** Leaves symbolic links out where they would end the unpacking, as Flux does with layers of registries. */
  readonly skipsSymlinks?: boolean;
}

const DEFAULT_BUDGET = {
  maxBytes: 256 * 1024 * 1024,
  maxEntries: 100_000,
  maxRatio: 200,
  skipsSymlinks: false,
};
const RATIO_FLOOR_BYTES = 8 * 1024 * 1024;
const HEADER_BYTES = 1024;

const inflate = promisify(gunzip);

/**
 * Unpacks a `.tar.gz` into a tree in memory: directories and regular files only, nothing touches a disk.
 *
 * Links, devices and FIFOs, paths that leave the tree, entries that repeat or collide by case or Unicode form, and
 * archives beyond the budget are refused with `UnsafeArchiveError`, as is anything that does not decode to its end.
 */
export async function unpackArchive(
  archive: Uint8Array,
  budget: UnpackBudget = {},
  signal?: AbortSignal,
): Promise<Tree> {
  const limits = { ...DEFAULT_BUDGET, ...budget };
  const tar = await inflateWithin(archive, limits);
  signal?.throwIfAborted();
  const reader = new ArchiveReader(limits);
  const entries = extract();
  entries.end(tar);
  try {
    for await (const entry of entries) {
      signal?.throwIfAborted();
      reader.begin(entry.header);
      const chunks: Buffer[] = [];
      for await (const chunk of entry) chunks.push(chunk as Buffer);
      reader.take(entry.header, chunks.length === 1 ? (chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(chunks));
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof UnsafeArchiveError) throw error;
    throw new UnsafeArchiveError("corrupt", "", "it does not decode as a tar", { cause: error });
  }
  return memoryTree(reader.files, reader.directories);
}

/** Headers count too: the bound is on all that comes out of the decompression, before any of it is looked at. */
async function inflateWithin(archive: Uint8Array, limits: Required<UnpackBudget>): Promise<Buffer> {
  const byRatio = Math.max(RATIO_FLOOR_BYTES, archive.byteLength * limits.maxRatio);
  const most = Math.min(byRatio, limits.maxBytes + limits.maxEntries * HEADER_BYTES);
  try {
    return await inflate(archive, { maxOutputLength: most });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") {
      throw new UnsafeArchiveError("too-large", "", `it unpacks to more than ${most} bytes`, {
        cause: error,
      });
    }
    throw new UnsafeArchiveError("corrupt", "", "it does not decode as gzip", { cause: error });
  }
}

/** Collects the entries of one archive under its budget. */
class ArchiveReader {
  readonly files = new Map<string, Uint8Array>();
  readonly directories = new Set<string>();
  readonly #folded = new Map<string, string>();
  readonly #budget: Required<UnpackBudget>;
  #bytes = 0;
  #entries = 0;

  constructor(budget: Required<UnpackBudget>) {
    this.#budget = budget;
  }

  /** Refuses an entry by its header alone, before its content is read. */
  begin(header: Header): void {
    this.#entries += 1;
    if (this.#entries > this.#budget.maxEntries) {
      throw new UnsafeArchiveError(
        "too-many-entries",
        "",
        `it has more than ${this.#budget.maxEntries} entries`,
      );
    }
    const { size = 0 } = header;
    if (!Number.isSafeInteger(size) || size < 0) {
      throw new UnsafeArchiveError("corrupt", header.name, "its size is no number");
    }
    this.#bytes += size;
    if (this.#bytes > this.#budget.maxBytes) {
      throw new UnsafeArchiveError(
        "too-large",
        header.name,
        `the files exceed ${this.#budget.maxBytes} bytes`,
      );
    }
  }

  take(header: Header, content: Uint8Array): void {
    if (header.type === "symlink" && this.#budget.skipsSymlinks) return;
    const path = entryPath(header.name);
    if (header.type === "directory") return this.#addDirectory(path);
    if (header.type !== "file" && header.type !== "contiguous-file") {
      throw new UnsafeArchiveError(
        "unsupported-type",
        header.name,
        `unsupported file type ${String(header.type)}`,
      );
    }
    if (content.byteLength !== (header.size ?? 0)) {
      throw new UnsafeArchiveError("corrupt", header.name, "it is cut short");
    }
    this.#addFile(path, content);
  }

  #addDirectory(path: string): void {
    if (path === "") return;
    if (this.files.has(path))
      throw new UnsafeArchiveError("duplicate-entry", path, "it is a file and a directory");
    this.#claim(path);
    this.directories.add(path);
  }

  #addFile(path: string, content: Uint8Array): void {
    if (path === "" || this.files.has(path) || this.directories.has(path)) {
      throw new UnsafeArchiveError("duplicate-entry", path, "it appears twice");
    }
    this.#claim(path);
    this.files.set(path, content);
  }

  /** Two names that a case-insensitive or normalising file system takes for one are refused. */
  #claim(path: string): void {
    const folded = path.normalize("NFC").toLowerCase();
    const other = this.#folded.get(folded);
    if (other !== undefined && other !== path) {
      throw new UnsafeArchiveError("colliding-entry", path, `it collides with ${JSON.stringify(other)}`);
    }
    this.#folded.set(folded, path);
  }
}
