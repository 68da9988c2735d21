import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PublicPackage } from "./workspaces.ts";

/** Writes the type declarations of packages into their `dist`. Throws with the compiler's words where types are wrong. */
export function writeDeclarations(root: string, packages: readonly PublicPackage[]): void {
  const scratch = mkdtempSync(join(tmpdir(), "weir-types-"));
  try {
    compile(root, scratch);
    for (const { folder } of packages) {
      const from = join(scratch, folder, "src");
      const to = join(root, folder, "dist");
      const written = readdirSync(from, { recursive: true, encoding: "utf8" });
      for (const path of written.filter((name) => name.endsWith(".d.ts"))) rewrite(join(from, path));
      cpSync(from, to, { recursive: true, filter: (path) => !path.endsWith(".test.d.ts") });
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function compile(root: string, outDir: string): void {
  const compiler = join(root, "node_modules/.bin/tsc");
  const emit = ["--noEmit", "false", "--declaration", "--emitDeclarationOnly", "--rootDir", root];
  const args = ["-p", join(root, "tsconfig.json"), ...emit, "--outDir", outDir];
  const { status, stdout, stderr } = spawnSync(compiler, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`the types are wrong:\n${stdout}${stderr}`);
}

/** Declarations name the files that are published; sources name each other. */
function rewrite(path: string): void {
  const text = readFileSync(path, "utf8");
  writeFileSync(path, text.replaceAll(/((?:from |import\(|import )"\.{1,2}\/[^"\n]+)\.ts"/g, '$1.js"'));
}
