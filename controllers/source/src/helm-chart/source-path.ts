import { cleanPath, type Tree } from "@weir/core";

/** What messages call the root of a source: builds happen in memory, and no folder has this name. */
const ROOT = "$SOURCE";

/** A path of a tree with what climbs out of it cut off, as a chroot would: `../a` is `a`. */
export function pathInSource(...parts: readonly string[]): string {
  const clean = cleanPath(`/${parts.join("/")}`).replace(/^\/+/, "");
  return clean === "." ? "" : clean;
}

/** The path as messages have it. */
export function shownPath(path: string): string {
  return path === "" ? ROOT : `${ROOT}/${path}`;
}

/** What is at a path. */
export function kindAt(tree: Tree, path: string): "directory" | "file" | undefined {
  if (path === "" || tree.list(path) !== undefined) return "directory";
  return tree.read(path) === undefined ? undefined : "file";
}
