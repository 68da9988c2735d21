import { readFileSync } from "node:fs";
import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { buffer } from "node:stream/consumers";
import { PassThrough } from "node:stream";
import { folderSource, packSource, type PackSource, parseIgnore } from "@weir/artifact";
import { CommandError } from "../cli-error.ts";
import type { PackFlags } from "./artifact-flags.ts";

/** What flux leaves out unless told otherwise: the files of version control, media and archives. */
const IGNORED = [
  ".git/",
  ".gitignore",
  ".gitmodules",
  ".gitattributes",
  "*.jpg",
  "*.jpeg",
  "*.gif",
  "*.png",
  "*.wmv",
  "*.flv",
  "*.tar.gz",
  "*.zip",
];
/** The name of what came by standard input. */
const STDIN_FILE = "stdin.yaml";

/** What is to be packed, found. */
export interface PackTarget {
  /** As messages name it. */
  readonly path: string;
  /** Packs it; the same files give the same bytes. */
  pack(signal: AbortSignal): Promise<Uint8Array>;
}

/** Finds the folder, the file or the text that is to be packed. Throws a `CommandError` where there is none. */
export async function openPackTarget(flags: PackFlags, workingDirectory: string): Promise<PackTarget> {
  const { path = "", ignorePaths = IGNORED, addIgnorePaths = [] } = flags;
  if (path === "") throw new CommandError("InvalidPath", 'invalid path ""');
  const source = await sourceOf(path, resolve(workingDirectory, path), flags.resolveSymlinks);
  const patterns = parseIgnore([...ignorePaths, ...addIgnorePaths].join("\n"));
  return {
    path,
    pack: async (signal) => {
      const sink = new PassThrough();
      const [bytes] = await Promise.all([buffer(sink), packSource(source, sink, { patterns, signal })]);
      return bytes;
    },
  };
}

async function sourceOf(path: string, absolute: string, resolvesSymlinks: boolean): Promise<PackSource> {
  if (path === "-") return fileSource(STDIN_FILE, async () => standardInput());
  const found = await stat(absolute).catch(() => undefined);
  if (found === undefined || !(found.isDirectory() || found.isFile())) {
    const problem = found === undefined ? `: stat ${path}: no such file or directory` : "";
    throw new CommandError(
      "InvalidPath",
      `invalid path '${path}', must point to an existing directory or file${problem}`,
    );
  }
  if (found.isFile()) return fileSource(basename(absolute), () => readFile(absolute));
  return resolvesSymlinks ? resolvedSource(absolute) : folderSource(absolute);
}

function standardInput(): Uint8Array {
  return Buffer.from(readFileSync(0, "utf8").replace(/[\r\n]+$/, ""));
}

/** A file alone, as a folder that holds it. */
function fileSource(name: string, read: () => Promise<Uint8Array>): PackSource {
  return {
    list: async (path) => (path.length === 0 ? [{ name, kind: "file" }] : []),
    read: async () => ({ bytes: await read(), isExecutable: false }),
  };
}

/** A folder with what its symbolic links point to in their place; one that points to a folder above it is empty. */
function resolvedSource(root: string): PackSource {
  return {
    list: async (path) => {
      if (await isOwnAncestor(root, path)) return [];
      const names = await readdir(join(root, ...path));
      const entries = await Promise.all(
        names.map(async (name) => {
          const found = await stat(join(root, ...path, name));
          if (found.isDirectory()) return [{ name, kind: "directory" as const }];
          return found.isFile() ? [{ name, kind: "file" as const }] : [];
        }),
      );
      return entries.flat();
    },
    read: (path) => folderSource(root).read(path),
  };
}

async function isOwnAncestor(root: string, path: readonly string[]): Promise<boolean> {
  const own = await realpath(join(root, ...path));
  for (let depth = 0; depth < path.length; depth += 1) {
    if ((await realpath(join(root, ...path.slice(0, depth)))) === own) return true;
  }
  return false;
}
