import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Writable } from "node:stream";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { compareUtf8, type Tree } from "@weir/core";
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

/** An entry that may be packed: links, devices and the like are none. */
export interface PackEntry {
  readonly name: string;
  readonly kind: "file" | "directory";
}

/** A file as it is packed. */
export interface PackFile {
  readonly bytes: Uint8Array;
  readonly isExecutable: boolean;
}

/** What is packed, wherever it lies: a folder of a disk, or a tree in memory. Paths are segments below its root. */
export interface PackSource {
  /** The entries of a directory, in any order. */
  list(path: readonly string[]): Promise<readonly PackEntry[]>;
  read(path: readonly string[]): Promise<PackFile>;
}

/** A folder of a disk as something to pack; its links are left out. */
export function folderSource(directory: string): PackSource {
  return {
    list: async (path) => {
      const entries = await readdir(join(directory, ...path), { withFileTypes: true });
      return entries
        .filter((entry) => entry.isDirectory() || entry.isFile())
        .map((entry) => ({ name: entry.name, kind: entry.isDirectory() ? "directory" : "file" }));
    },
    read: async (path) => {
      const absolute = join(directory, ...path);
      const { mode } = await stat(absolute);
      return { bytes: await readFile(absolute), isExecutable: (mode & 0o111) !== 0 };
    },
  };
}

/** A tree in memory as something to pack; it knows no modes, so no file of it is executable. */
export function treeSource(tree: Tree): PackSource {
  return {
    list: async (path) => tree.list(path.join("/")) ?? [],
    read: async (path) => ({ bytes: tree.read(path.join("/")) ?? new Uint8Array(), isExecutable: false }),
  };
}

/** Packs a folder, as `packSource` does. */
export function packDirectory(
  directory: string,
  sink: Writable,
  options: PackOptions,
): Promise<PackedArchive> {
  return packSource(folderSource(directory), sink, options);
}

/**
 * Packs what there is as Flux's artifacts are: directories and regular files only, owners and times zeroed, modes 0600,
 * 0700 for executables and 0750 for directories, entries in name order. The same files give the same bytes. Files come
 * relative to the root; what the patterns ignore is left out.
 */
export async function packSource(
  source: PackSource,
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
  const fill = addDirectory(tar, source, [], options).then(
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
  source: PackSource,
  path: readonly string[],
  options: PackOptions,
): Promise<void> {
  const entries = await source.list(path);
  for (const entry of entries.toSorted((a, b) => compareUtf8(a.name, b.name))) {
    options.signal?.throwIfAborted();
    const child = [...path, entry.name];
    const isDirectory = entry.kind === "directory";
    if (isIgnored(options.patterns, child, isDirectory)) continue;
    if (isDirectory) {
      await addEntry(tar, { name: `${child.join("/")}/`, type: "directory", mode: 0o750, size: 0 });
      await addDirectory(tar, source, child, options);
    } else {
      await addFile(tar, child, await source.read(child));
    }
  }
}

async function addFile(
  tar: TarPack,
  path: readonly string[],
  { bytes, isExecutable }: PackFile,
): Promise<void> {
  const header = {
    name: path.join("/"),
    type: "file" as const,
    mode: isExecutable ? 0o700 : 0o600,
    size: bytes.byteLength,
  };
  await addEntry(tar, header, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
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
