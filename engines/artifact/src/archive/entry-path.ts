import { UnsafeArchiveError } from "../artifact-error.ts";

const LONGEST_PATH = 4096;
const DEEPEST_PATH = 128;

/**
 * The path of an archive's entry as a tree names it, or a refusal.
 *
 * Refused are absolute paths, drive letters, backslashes that a Windows reader would take for separators, `..`, control
 * characters (a NUL hides in PAX headers), and paths beyond 4096 bytes or 128 levels. `./a//b/` is `a/b`.
 */
export function entryPath(name: string): string {
  if (name.length > LONGEST_PATH)
    throw new UnsafeArchiveError("too-deep", name.slice(0, 80), "its path is too long");
  if (hasControlCharacter(name))
    throw new UnsafeArchiveError("control-character", name, "control character in its path");
  if (name.startsWith("/") || /^[A-Za-z]:[\\/]/.test(name) || name.startsWith("\\")) {
    throw new UnsafeArchiveError("absolute-path", name, "its path is absolute");
  }
  const segments = name.split("/").filter((segment) => segment !== "" && segment !== ".");
  if (segments.includes("..") || name.split(/[\\/]/).includes("..")) {
    throw new UnsafeArchiveError("escaping-path", name, "its path leaves the archive");
  }
  if (segments.length > DEEPEST_PATH) throw new UnsafeArchiveError("too-deep", name, "its path is too deep");
  return segments.join("/");
}

function hasControlCharacter(name: string): boolean {
  for (let index = 0; index < name.length; index += 1) {
    const code = name.charCodeAt(index);
    if (code < 0x20 || code === 0x7f) return true;
  }
  return false;
}
