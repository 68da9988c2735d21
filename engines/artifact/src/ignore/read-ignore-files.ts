import { compareUtf8, type Tree } from "@weir/core";
import { folderSource, type PackSource, treeSource } from "../archive/pack.ts";
import { defaultPatterns, versionControlPatterns } from "./default-patterns.ts";
import { type IgnorePattern, isIgnored, parseIgnore } from "./ignore-pattern.ts";

/** The name of the file that says what an artifact leaves out. */
const IGNORE_FILE = ".sourceignore";

/**
 * The patterns that shape an artifact of a folder or a tree, in Flux's order: version control's files, the `.sourceignore` of
 * every directory that is not left out itself (scoped to it), then `specIgnore`, which wins. Where neither of the two
 * yields a pattern, the defaults for media, CI and tools' files apply.
 */
export async function readIgnorePatterns(
  root: string | Tree,
  specIgnore?: string,
): Promise<readonly IgnorePattern[]> {
  const base = versionControlPatterns();
  const source = typeof root === "string" ? folderSource(root) : treeSource(root);
  const fromFiles = await readDirectory(source, [], base);
  const fromSpec = specIgnore === undefined ? [] : parseIgnore(specIgnore);
  if (fromFiles.length === 0 && fromSpec.length === 0) return [...base, ...defaultPatterns()];
  return [...base, ...fromFiles, ...fromSpec];
}

async function readDirectory(
  source: PackSource,
  domain: readonly string[],
  inherited: readonly IgnorePattern[],
): Promise<readonly IgnorePattern[]> {
  const entries = await source.list(domain);
  const found: IgnorePattern[] = [];
  if (entries.some(({ name, kind }) => name === IGNORE_FILE && kind === "file")) {
    const { bytes } = await source.read([...domain, IGNORE_FILE]);
    found.push(...parseIgnore(Buffer.from(bytes).toString("utf8"), domain));
  }
  for (const { name, kind } of entries.toSorted((a, b) => compareUtf8(a.name, b.name))) {
    if (kind !== "directory") continue;
    const path = [...domain, name];
    if (isIgnored([...inherited, ...found], path, true)) continue;
    found.push(...(await readDirectory(source, path, [...inherited, ...found])));
  }
  return found;
}
