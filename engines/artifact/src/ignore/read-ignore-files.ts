import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { defaultPatterns, versionControlPatterns } from "./default-patterns.ts";
import { type IgnorePattern, isIgnored, parseIgnore } from "./ignore-pattern.ts";

/** The name of the file that says what an artifact leaves out. */
const IGNORE_FILE = ".sourceignore";

/**
 * The patterns that shape an artifact of a directory, in Flux's order: version control's files, the `.sourceignore` of
 * every directory that is not left out itself (scoped to it), then `specIgnore`, which wins. Where neither of the two
 * yields a pattern, the defaults for media, CI and tools' files apply.
 */
export async function readIgnorePatterns(
  root: string,
  specIgnore?: string,
): Promise<readonly IgnorePattern[]> {
  const base = versionControlPatterns();
  const fromFiles = await readDirectory(root, [], base);
  const fromSpec = specIgnore === undefined ? [] : parseIgnore(specIgnore);
  if (fromFiles.length === 0 && fromSpec.length === 0) return [...base, ...defaultPatterns()];
  return [...base, ...fromFiles, ...fromSpec];
}

async function readDirectory(
  root: string,
  domain: readonly string[],
  inherited: readonly IgnorePattern[],
): Promise<readonly IgnorePattern[]> {
  const entries = await readdir(join(root, ...domain), { withFileTypes: true });
  const found: IgnorePattern[] = [];
  if (entries.some((entry) => entry.name === IGNORE_FILE && entry.isFile())) {
    found.push(...parseIgnore(await readFile(join(root, ...domain, IGNORE_FILE), "utf8"), domain));
  }
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (!entry.isDirectory()) continue;
    const path = [...domain, entry.name];
    if (isIgnored([...inherited, ...found], path, true)) continue;
    found.push(...(await readDirectory(root, path, [...inherited, ...found])));
  }
  return found;
}
