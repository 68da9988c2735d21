import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Writable } from "node:stream";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { pack } from "tar-stream";
import { type IgnorePattern, isIgnored } from "../ignore/ignore-pattern.ts";

/** What was packed. */
export interface PackedArchive {
  /** `sha256:…` of the compressed bytes. */
  readonly digest: string;
  readonly size: number;
}

/** Options of packing. */
export interface PackOptions {
  readonly patterns: readonly IgnorePattern[];
  readonly signal?: AbortSignal;
}

type TarPack = ReturnType<typeof pack>;

/**
 * Packs a directory as Flux's artifacts are: directories and regular files only (links are dropped), owners and times
 * zeroed, modes 0600, 0700 for executables and 0750 for directories, entries in name order. The same tree gives the same
 * bytes. Files come relative to the directory; what the patterns ignore is left out.
 */
export async function packDirectory(
  directory: string,
  sink: Writable,
  options: PackOptions,
): Promise<PackedArchive> {
  const tar = pack();
  const meter = new DigestMeter();
  const done = pipeline(
    tar,
    createGzip({ level: 6 }),
    meter.stream,
    sink,
    options.signal === undefined ? {} : { signal: options.signal },
  );
  const fill = addDirectory(tar, directory, [], options).then(
    () => tar.finalize(),
    (error: unknown) => {
      tar.destroy(error as Error);
      throw error;
    },
  );
  await Promise.all([fill, done]);
  return meter.result();
}

class DigestMeter {
  readonly #hash = createHash("sha256");
  #size = 0;
  readonly stream = new Transform({
    transform: (chunk: Buffer, _encoding, callback) => {
      this.#hash.update(chunk);
      this.#size += chunk.byteLength;
      callback(null, chunk);
    },
  });

  result(): PackedArchive {
    return { digest: `sha256:${this.#hash.digest("hex")}`, size: this.#size };
  }
}

async function addDirectory(
  tar: TarPack,
  root: string,
  path: readonly string[],
  options: PackOptions,
): Promise<void> {
  const entries = await readdir(join(root, ...path), { withFileTypes: true });
  entries.sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
  for (const entry of entries) {
    options.signal?.throwIfAborted();
    const child = [...path, entry.name];
    if (!entry.isDirectory() && !entry.isFile()) continue;
    if (isIgnored(options.patterns, child, entry.isDirectory())) continue;
    if (entry.isDirectory()) {
      await addEntry(tar, { name: `${child.join("/")}/`, type: "directory", mode: 0o750, size: 0 });
      await addDirectory(tar, root, child, options);
    } else {
      await addFile(tar, root, child);
    }
  }
}

async function addFile(tar: TarPack, root: string, path: readonly string[]): Promise<void> {
  const absolute = join(root, ...path);
  const { mode } = await stat(absolute);
  const bytes = await readFile(absolute);
  const isExecutable = (mode & 0o111) !== 0;
  const header = {
    name: path.join("/"),
    type: "file" as const,
    mode: isExecutable ? 0o700 : 0o600,
    size: bytes.byteLength,
  };
  await addEntry(tar, header, bytes);
}

interface EntryHeader {
  readonly name: string;
  readonly type: "file" | "directory";
  readonly mode: number;
  readonly size: number;
}

function addEntry(tar: TarPack, header: EntryHeader, bytes?: Buffer): Promise<void> {
  const full = { ...header, uid: 0, gid: 0, uname: "", gname: "", mtime: new Date(0) };
  return new Promise((resolve, reject) => {
    const settle = (error?: Error | null): void => (error ? reject(error) : resolve());
    if (bytes === undefined) tar.entry(full, settle);
    else tar.entry(full, bytes, settle);
  });
}
