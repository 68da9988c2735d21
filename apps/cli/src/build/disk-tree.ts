import { readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { cleanTreePath, type Tree, type TreeEntry } from "@weir/core";

/**
 * A folder of the disk as a tree, read as it is asked for. Links are followed as long as they end below the folder; what
 * leaves it names nothing. It is for a build by hand; controllers see artifacts only.
 */
export function diskTree(root: string): Tree {
  const base = realpathSync(root);
  const resolve = (path: string): string | undefined => {
    const clean = cleanTreePath(path);
    if (clean === undefined) return undefined;
    try {
      const real = realpathSync(join(base, clean));
      return real === base || real.startsWith(base === "/" ? "/" : `${base}/`) ? real : undefined;
    } catch {
      return undefined;
    }
  };
  return {
    read: (path) => {
      const real = resolve(path);
      return real !== undefined && statSync(real).isFile() ? readFileSync(real) : undefined;
    },
    list: (path) => {
      const real = resolve(path);
      return real !== undefined && statSync(real).isDirectory() ? listFolder(real) : undefined;
    },
    digest: `disk:${base}`,
  };
}

function listFolder(path: string): readonly TreeEntry[] {
  return readdirSync(path)
    .sort()
    .flatMap((name): readonly TreeEntry[] => {
      const found = statSync(join(path, name), { throwIfNoEntry: false });
      if (found?.isDirectory() === true) return [{ name, kind: "directory" }];
      return found?.isFile() === true ? [{ name, kind: "file" }] : [];
    });
}
