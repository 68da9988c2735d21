import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";

/** A source file of the repository with its text. */
export interface SourceFile {
  /** Relative to the repository, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly isTest: boolean;
  readonly isGenerated: boolean;
}

const SKIPPED = new Set(["node_modules", "dist", "fixtures", "coverage", ".git"]);

/** Every TypeScript file under a folder of the repository. */
export function readSourceFiles(root: string, folder: string): readonly SourceFile[] {
  const found: SourceFile[] = [];
  const walk = (directory: string): void => {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      const path = join(directory, entry.name);
      if (entry.isDirectory() && !SKIPPED.has(entry.name)) walk(path);
      if (entry.isFile() && /\.(ts|mts|mjs)$/.test(entry.name)) found.push(readSourceFile(root, path));
    }
  };
  walk(join(root, folder));
  return found;
}

function readSourceFile(root: string, absolute: string): SourceFile {
  const path = relative(root, absolute).split(sep).join("/");
  return {
    path,
    text: readFileSync(absolute, "utf8"),
    isTest: path.endsWith(".test.ts") || /\/(test|suites)\//.test(path),
    isGenerated: path.includes("/generated/"),
  };
}

const IMPORT =
  /(?:^|[\n;}])\s*(?:import|export)\b[^"'`;]*?\bfrom\s*["']([^"']+)["']|\bimport\s*\(?\s*["']([^"']+)["']/g;

/** The specifiers that a file imports. */
export function importsOf(text: string): readonly string[] {
  return [...withoutComments(text).matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? "");
}

/** The text with comments blanked out, so that a rule does not trip over prose. */
export function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|[^:"'`])\/\/.*$/gm, "$1");
}
