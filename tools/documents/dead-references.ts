import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";

/** A path, link or npm script that a document names and that does not exist. */
export interface DeadReference {
  readonly document: string;
  readonly reference: string;
}

const SKIPPED = new Set(["node_modules", "dist", ".git", "fixtures", "fleet"]);
const LINK = /\]\(([^)\s]+)\)/g;
const SCRIPT = /\bnpm run ([a-z][\w:-]*)/g;
// `apps/v1` is an API version, and no path.
const PATH =
  /`((?:\.\/)?(?!apps\/v\d)(?:foundation|kube|sdk|cluster|engines|controllers|apps|testing|examples|docs|tools|bench)\/[\w./-]+)`/g;

/** Every Markdown file of the repository. */
export function findDocuments(root: string): readonly string[] {
  const found: string[] = [];
  const walk = (directory: string): void => {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      if (entry.isDirectory() && !SKIPPED.has(entry.name)) walk(join(directory, entry.name));
      if (entry.isFile() && entry.name.endsWith(".md")) found.push(join(directory, entry.name));
    }
  };
  walk(root);
  return found;
}

/** What one document names and nobody finds. */
export function findDeadReferences(
  root: string,
  document: string,
  scripts: ReadonlySet<string>,
): readonly DeadReference[] {
  const text = readFileSync(document, "utf8");
  const name = relative(root, document).split(sep).join("/");
  const dead: string[] = [];
  for (const [, target = ""] of text.matchAll(LINK)) {
    if (/^(https?:|mailto:|#)/.test(target)) continue;
    const path = target.split("#")[0] ?? "";
    if (!existsSync(join(dirname(document), path))) dead.push(target);
  }
  for (const [, path = ""] of text.matchAll(PATH)) if (!existsSync(join(root, path))) dead.push(path);
  for (const [, script = ""] of text.matchAll(SCRIPT))
    if (!scripts.has(script)) dead.push(`npm run ${script}`);
  return dead.map((reference) => ({ document: name, reference }));
}
