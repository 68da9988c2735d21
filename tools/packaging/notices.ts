import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}

/** Writes whose code a bundle holds, and under which terms, as the licences of most ask for. */
export function writeNotices(root: string, modules: readonly string[], dist: string): void {
  const folders = new Set(modules.flatMap((id) => packageFolderOf(root, id) ?? []));
  const notices = [...folders].sort().map(noticeOf);
  writeFileSync(join(dist, "NOTICES.txt"), notices.join(`\n${"-".repeat(80)}\n\n`));
}

/** The folder in `node_modules` that a module belongs to; undefined for one of this repository. */
function packageFolderOf(root: string, id: string): string | undefined {
  const found = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id);
  const folder = found?.[1];
  return folder !== undefined && folder.startsWith(root) && existsSync(join(folder, "package.json"))
    ? folder
    : undefined;
}

function noticeOf(folder: string): string {
  const {
    name,
    version,
    license = "",
  } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
  const files = globSync("{LICENSE,LICENCE,COPYING,NOTICE}*", { cwd: folder, exclude: ["*.md.*"] }).sort();
  const terms = files.map((file) => readFileSync(join(folder, file), "utf8").trim());
  return `${[`${name} ${version} (${license})`, ...terms].join("\n\n")}\n`;
}
