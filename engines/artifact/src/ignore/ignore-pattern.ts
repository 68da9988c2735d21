import { matchGoPath } from "@weir/text";

/** What one pattern says of one path. */
export type IgnoreVerdict = "exclude" | "include" | "no-match";

/** One line of a `.sourceignore`, bound to the directory that it was read in. */
export interface IgnorePattern {
  readonly domain: readonly string[];
  readonly segments: readonly string[];
  readonly isInclusion: boolean;
  readonly isDirectoryOnly: boolean;
  readonly isGlob: boolean;
}

/**
 * Parses ignore text: gitignore syntax as Flux's sourceignore reads it (go-git's gitignore, not git's own: `a//b`, `**a`
 * and patterns below an excluded directory behave as there). `domain` are the segments of the directory it lies in.
 */
export function parseIgnore(text: string, domain: readonly string[] = []): readonly IgnorePattern[] {
  return text
    .split("\n")
    .map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line))
    .filter((line) => !line.startsWith("#") && line.trim() !== "")
    .map((line) => parsePattern(line, domain));
}

function parsePattern(line: string, domain: readonly string[]): IgnorePattern {
  const isInclusion = line.startsWith("!");
  let pattern = isInclusion ? line.slice(1) : line;
  if (!pattern.endsWith("\\ ")) pattern = pattern.replace(/ +$/, "");
  const isDirectoryOnly = pattern.endsWith("/");
  if (isDirectoryOnly) pattern = pattern.slice(0, -1);
  return {
    domain,
    segments: pattern.split("/"),
    isInclusion,
    isDirectoryOnly,
    isGlob: pattern.includes("/"),
  };
}

/** Whether the patterns leave a path out; the last one that matches decides. Parents are not looked at. */
export function isIgnored(
  patterns: readonly IgnorePattern[],
  path: readonly string[],
  isDirectory: boolean,
): boolean {
  for (let index = patterns.length - 1; index >= 0; index -= 1) {
    const pattern = patterns[index];
    if (pattern === undefined) continue;
    const verdict = matchPattern(pattern, path, isDirectory);
    if (verdict !== "no-match") return verdict === "exclude";
  }
  return false;
}

function matchPattern(pattern: IgnorePattern, path: readonly string[], isDirectory: boolean): IgnoreVerdict {
  if (path.length <= pattern.domain.length) return "no-match";
  if (pattern.domain.some((segment, index) => path[index] !== segment)) return "no-match";
  const local = path.slice(pattern.domain.length);
  const matches = pattern.isGlob
    ? matchGlob(pattern, local, isDirectory)
    : matchName(pattern, local, isDirectory);
  if (!matches) return "no-match";
  return pattern.isInclusion ? "include" : "exclude";
}

/** A pattern without a slash names any segment of the path. */
function matchName(pattern: IgnorePattern, path: readonly string[], isDirectory: boolean): boolean {
  const name = pattern.segments[0] ?? "";
  for (const [index, segment] of path.entries()) {
    const matches = matchGoPath(name, segment);
    if (matches === undefined) return false;
    if (!matches) continue;
    return !(pattern.isDirectoryOnly && !isDirectory && index === path.length - 1);
  }
  return false;
}

/** How far an anchored pattern got along a path. */
interface GlobProgress {
  readonly rest: readonly string[];
  readonly matched: boolean;
  readonly canSkip: boolean;
}

/** A pattern with a slash is anchored; `**` skips segments up to the next match and never looks back. */
function matchGlob(pattern: IgnorePattern, path: readonly string[], isDirectory: boolean): boolean {
  const segments = pattern.segments.at(-1) === "**" ? pattern.segments.slice(0, -1) : pattern.segments;
  let progress: GlobProgress | undefined = { rest: path, matched: false, canSkip: false };
  for (const segment of segments) {
    progress = consumeSegment(segment, progress);
    if (progress === undefined) return false;
  }
  return progress.matched && !(pattern.isDirectoryOnly && !isDirectory && progress.rest.length === 0);
}

function consumeSegment(segment: string, progress: GlobProgress): GlobProgress | undefined {
  if (segment === "" || segment === "**") return { ...progress, canSkip: segment === "**" };
  if (segment.includes("**") || progress.rest.length === 0) return undefined;
  const found = findSegment(segment, progress.rest, progress.canSkip);
  if (found === undefined || (found < 0 && !progress.canSkip)) return undefined;
  const matched = found >= 0;
  return { rest: matched ? progress.rest.slice(found + 1) : [], matched, canSkip: false };
}

/** Index of the segment that matches (only the first may, unless skipping), -1 for none, undefined for a bad pattern. */
function findSegment(pattern: string, path: readonly string[], canSkip: boolean): number | undefined {
  const candidates = canSkip ? path : path.slice(0, 1);
  for (const [index, segment] of candidates.entries()) {
    const matches = matchGoPath(pattern, segment);
    if (matches === undefined) return undefined;
    if (matches) return index;
  }
  return -1;
}
