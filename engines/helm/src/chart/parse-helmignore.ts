import { matchGoPath } from "@weir/text";
import { ChartError } from "./chart-error.ts";

/** Whether a path of a chart is left out; a folder that is left out takes with it all that is below. */
export type IgnoreRules = (path: string, isDirectory: boolean) => boolean;

interface Rule {
  readonly pattern: string;
  readonly isNegated: boolean;
  readonly onlyDirectories: boolean;
  /** Matched against the name alone, not against the path. */
  readonly byName: boolean;
}

/** Files of templates that begin with a dot are never taken. */
const DEFAULT_RULE = "templates/.?*";

/**
 * Reads a .helmignore: one pattern of Go's `filepath.Match` a line.
 *
 * A pattern with `!` leaves out whatever it does not match, which is what helm makes of it. Throws `ChartError` for
 * `**` and for a malformed pattern. Without a file, only the default rule holds.
 */
export function parseHelmignore(text: string | undefined): IgnoreRules {
  const lines = text === undefined ? [] : text.replace(/^\ufeff/, "").split("\n");
  const rules = [...lines, DEFAULT_RULE].flatMap(parseRule);
  return (path, isDirectory) => rules.some((rule) => leavesOut(rule, path, isDirectory));
}

function parseRule(line: string): readonly Rule[] {
  const text = line.trim();
  if (text === "" || text.startsWith("#")) return [];
  if (text.includes("**")) throw new ChartError("double-star (**) syntax is not supported");
  if (matchGoPath(text, "abc") === undefined) throw new ChartError("syntax error in pattern");
  const isNegated = text.startsWith("!");
  const positive = isNegated ? text.slice(1) : text;
  const onlyDirectories = positive.endsWith("/");
  const pattern = onlyDirectories ? positive.slice(0, -1) : positive;
  const isRooted = pattern.startsWith("/");
  return [
    {
      pattern: isRooted ? pattern.slice(1) : pattern,
      isNegated,
      onlyDirectories,
      byName: !pattern.includes("/"),
    },
  ];
}

function leavesOut(
  { pattern, isNegated, onlyDirectories, byName }: Rule,
  path: string,
  isDirectory: boolean,
): boolean {
  if (onlyDirectories && !isDirectory) return isNegated;
  const matches = matchGoPath(pattern, byName ? path.slice(path.lastIndexOf("/") + 1) : path) === true;
  return matches !== isNegated;
}
