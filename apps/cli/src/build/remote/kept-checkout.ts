import { createHash } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { joinTreePath, type TreeEntry } from "@weir/core";
import type { DiskTree } from "../disk-tree.ts";
import { type Entry, LinkResolver } from "../link-resolver.ts";
import { DamagedCheckoutError } from "./remote-error.ts";

/*
 * A checkout is kept as one file, so that it is there whole or not at all, and whoever has it open reads on while another
 * process takes it away: the bytes of all its files, then what they are as JSON, the length of that, its digest and a
 * mark. Links are kept as what they say, never made.
 */

/** What says which checkout it is: a commit has the same files wherever it is asked for, but not for everybody. */
export interface CheckoutKey {
  /** Without a user. */
  readonly url: string;
  readonly commit: string;
  readonly hasSubmodules: boolean;
}

/** A file, a folder or a link of a checkout; the bytes of a file lie at an offset of the kept file. */
export type KeptEntry =
  | { readonly kind: "directory" }
  | { readonly kind: "link"; readonly target: string }
  | { readonly kind: "file"; readonly offset: number; readonly size: number; readonly sha256: string };

const VERSION = 1;
const MARK = "weirkept";
const LENGTH_BYTES = 8;
const DIGEST_BYTES = 32;
const TRAILER_BYTES = LENGTH_BYTES + DIGEST_BYTES + MARK.length;
const MOST_INDEX_BYTES = 64 * 1024 * 1024;

/** What comes behind the bytes of the files. */
export function formatIndex(key: CheckoutKey, entries: ReadonlyMap<string, KeptEntry>): Uint8Array {
  const index = Buffer.from(JSON.stringify({ version: VERSION, ...key, entries: [...entries] }), "utf8");
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeBigUInt64BE(BigInt(index.length));
  return Buffer.concat([index, length, digestOf(index), Buffer.from(MARK, "latin1")]);
}

function digestOf(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest();
}

/** A kept checkout that is open. */
export class KeptCheckout implements Disposable {
  readonly tree: DiskTree;
  readonly #file: number;

  private constructor(file: number, tree: DiskTree) {
    this.#file = file;
    this.tree = tree;
  }

  /**
   * Opens what is kept at a path; `undefined` where there is nothing, or nothing that can be read.
   *
   * Reading a file of the tree throws `DamagedCheckoutError` where it is not what it was, and says so first.
   */
  static open(path: string, key: CheckoutKey, damaged: () => void): KeptCheckout | undefined {
    let file: number;
    try {
      file = openSync(path, "r");
    } catch {
      return undefined;
    }
    const entries = readEntries(file, key);
    if (entries !== undefined) return new KeptCheckout(file, keptTree({ file, key, entries, damaged }));
    closeSync(file);
    return undefined;
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }
}

function readEntries(file: number, key: CheckoutKey): ReadonlyMap<string, KeptEntry> | undefined {
  try {
    const { size } = fstatSync(file);
    const trailer = readAt(file, size - TRAILER_BYTES, TRAILER_BYTES);
    const length = Number(trailer?.readBigUInt64BE() ?? 0n);
    const isMarked = trailer?.subarray(-MARK.length).toString("latin1") === MARK;
    if (!isMarked || length > MOST_INDEX_BYTES) return undefined;
    const index = readAt(file, size - TRAILER_BYTES - length, length);
    const digest = trailer.subarray(LENGTH_BYTES, LENGTH_BYTES + DIGEST_BYTES);
    if (index === undefined || !digestOf(index).equals(digest)) return undefined;
    return entriesOf(JSON.parse(index.toString("utf8")) as Partial<Index>, key);
  } catch {
    return undefined;
  }
}

/** What an index holds; that it is as it was written is shown by its digest. */
interface Index extends CheckoutKey {
  readonly version: number;
  readonly entries: readonly (readonly [string, KeptEntry])[];
}

function entriesOf(index: Partial<Index>, key: CheckoutKey): ReadonlyMap<string, KeptEntry> | undefined {
  const { version, url, commit, hasSubmodules, entries } = index;
  const isSame = url === key.url && commit === key.commit && hasSubmodules === key.hasSubmodules;
  return version === VERSION && isSame && entries !== undefined ? new Map(entries) : undefined;
}

function readAt(file: number, offset: number, size: number): Buffer | undefined {
  if (offset < 0) return undefined;
  const bytes = Buffer.allocUnsafe(size);
  for (let at = 0; at < size; ) {
    const count = readSync(file, bytes, at, size - at, offset + at);
    if (count === 0) return undefined;
    at += count;
  }
  return bytes;
}

interface TreeSource {
  readonly file: number;
  readonly key: CheckoutKey;
  readonly entries: ReadonlyMap<string, KeptEntry>;
  readonly damaged: () => void;
}

/** The files as a tree whose links end in it, as those of a checkout on the disk do. */
function keptTree({ file, key, entries, damaged }: TreeSource): DiskTree {
  const folders = foldersOf(entries);
  const root = `/${key.commit}`;
  const links = new LinkResolver(root, (path) => lookedAt(entries.get(path)));
  const read = (path: string): Uint8Array | undefined => {
    const found = links.resolve(path);
    const entry = found?.kind === "file" ? entries.get(found.path) : undefined;
    if (entry?.kind !== "file") return undefined;
    const bytes = readAt(file, entry.offset, entry.size);
    if (bytes !== undefined && digestOf(bytes).toString("hex") === entry.sha256) return bytes;
    damaged();
    throw new DamagedCheckoutError(key.url, path);
  };
  const list = (path: string): readonly TreeEntry[] | undefined => {
    const found = links.resolve(path);
    if (found?.kind !== "directory") return undefined;
    const folder = found.path === "." ? "" : found.path;
    return (folders.get(folder) ?? []).flatMap((name): readonly TreeEntry[] => {
      const child = links.resolve(joinTreePath(folder, name));
      if (child?.kind === "directory") return [{ name, kind: "directory" }];
      return child?.kind === "file" ? [{ name, kind: "file" }] : [];
    });
  };
  const resolveLinks: DiskTree["resolveLinks"] = (path) => links.resolve(path) ?? { kind: "outside", path };
  return { read, list, resolveLinks, digest: `git:${key.commit}:${key.hasSubmodules}` };
}

function lookedAt(entry: KeptEntry | undefined): Entry {
  return entry?.kind === "link" ? { target: entry.target } : entry?.kind;
}

/** The names in each folder, in order. */
function foldersOf(entries: ReadonlyMap<string, KeptEntry>): ReadonlyMap<string, readonly string[]> {
  const folders = new Map<string, string[]>();
  for (const path of entries.keys()) {
    const slash = path.lastIndexOf("/");
    const folder = slash === -1 ? "" : path.slice(0, slash);
    const name = path.slice(slash + 1);
    const names = folders.get(folder);
    if (names === undefined) folders.set(folder, [name]);
    else names.push(name);
  }
  for (const names of folders.values()) names.sort();
  return folders;
}
