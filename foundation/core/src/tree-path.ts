/** The shortest path that names the same entry, by the rules of Go's `path.Clean`; `"."` for an empty result. */
export function cleanPath(path: string): string {
  if (path === "") return ".";
  const rooted = path.startsWith("/");
  const kept: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") kept.push(part);
    else if (kept.length > 0 && kept.at(-1) !== "..") kept.pop();
    else if (!rooted) kept.push("..");
  }
  if (rooted) return `/${kept.join("/")}`;
  return kept.length === 0 ? "." : kept.join("/");
}

/**
 * The clean form of a path inside a tree, `""` for the root; `undefined` for a path that leaves it or is absolute.
 *
 * `..` is taken back textually, as there are no links in a tree.
 */
export function cleanTreePath(path: string): string | undefined {
  if (isCleanTreePath(path)) return path;
  const clean = cleanPath(path);
  if (clean === ".") return "";
  if (clean === ".." || clean.startsWith("../") || clean.startsWith("/") || clean.includes("\0"))
    return undefined;
  return clean;
}

/** Paths met while a tree is walked are clean already; most of them have no dot or slash next to a slash. */
function isCleanTreePath(path: string): boolean {
  return path === "" || !/(?:^|\/)(?:\.{0,2})(?:\/|$)|\0/.test(path);
}

/** Joins a directory and a path below it, both clean; either may be the root. */
export function joinTreePath(directory: string, path: string): string {
  if (directory === "") return path;
  return path === "" ? directory : `${directory}/${path}`;
}
