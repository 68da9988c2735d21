import { readdirSync, readFileSync, realpathSync, type Stats, statSync } from "node:fs";
import { join } from "node:path";
import type { Tree, TreeEntry } from "@weir/core";

/** Larger files are in no chart: Helm takes 5 MiB. */
const MOST_FILE_BYTES = 64 * 1024 * 1024;

/**
 * The folder of a chart on the disk, read as it is asked for. Links are followed wherever they lead, as helm does for a
 * chart that a person names; a link to a folder that it lies in is left out.
 */
export function chartFolder(root: string): Tree {
  return {
    digest: `disk:${root}`,
    read: (path) => {
      const full = join(root, path);
      const found = stats(full);
      return found?.isFile() === true && found.size <= MOST_FILE_BYTES ? readFileSync(full) : undefined;
    },
    list: (path) =>
      stats(join(root, path))?.isDirectory() === true ? listFolder(join(root, path)) : undefined,
  };
}

function stats(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    // A file in place of a folder, or links in a circle.
    return undefined;
  }
}

function listFolder(folder: string): readonly TreeEntry[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((left, right) => (left.name < right.name ? -1 : 1))
    .flatMap((entry): readonly TreeEntry[] => {
      if (entry.isFile()) return [{ name: entry.name, kind: "file" }];
      if (entry.isDirectory()) return [{ name: entry.name, kind: "directory" }];
      return entry.isSymbolicLink() ? linked(folder, entry.name) : [];
    });
}

function linked(folder: string, name: string): readonly TreeEntry[] {
  const path = join(folder, name);
  const found = stats(path);
  if (found?.isFile() === true) return [{ name, kind: "file" }];
  if (found?.isDirectory() !== true) return [];
  const target = realpathSync(path);
  return `${realpathSync(folder)}/`.startsWith(`${target}/`) ? [] : [{ name, kind: "directory" }];
}
