import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The compiler's exit code where it found errors and wrote all the same; the gate of types tells of these. */
const WRITTEN_WITH_ERRORS = 2;

/** Type declarations in a folder of their own, laid out as the repository is. */
export interface EmittedDeclarations extends Disposable {
  readonly folder: string;
}

/**
 * Writes the declarations of packages as the compiler sees them, with docstrings, without checking bodies.
 *
 * Sources are named as roots, because the compiler writes nothing of what it reaches through `node_modules`.
 */
export function emitDeclarations(root: string, folders: readonly string[]): EmittedDeclarations {
  const folder = mkdtempSync(join(tmpdir(), "weir-api-"));
  const emitted: EmittedDeclarations = {
    folder,
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
  const config = {
    extends: join(root, "tsconfig.base.json"),
    compilerOptions: {
      noEmit: false,
      declaration: true,
      emitDeclarationOnly: true,
      noCheck: true,
      rootDir: root,
      outDir: folder,
      typeRoots: [join(root, "node_modules/@types")],
    },
    include: folders.map((path) => join(root, path, "src")),
    exclude: [join(root, "**/*.test.ts")],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  const compiler = join(root, "node_modules/.bin/tsc");
  // How many threads a machine has must not show in the order of what is inferred.
  const args = ["-p", folder, "--singleThreaded"];
  const { status, stdout, stderr } = spawnSync(compiler, args, { encoding: "utf8" });
  if (status === 0 || status === WRITTEN_WITH_ERRORS) return emitted;
  emitted[Symbol.dispose]();
  throw new Error(`the compiler wrote no declarations:\n${stdout}${stderr}`);
}
