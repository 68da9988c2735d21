import { cpSync, existsSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { rolldown, type InputOptions, type OutputChunk, type Plugin } from "rolldown";
import { asciiOnly } from "./ascii.ts";
import { lazyRequires } from "./lazy-requires.ts";
import type { PublicPackage } from "./workspaces.ts";
import { workerModules } from "./worker-modules.ts";

/** What a bundle was made of. */
export interface Bundle {
  /** Absolute paths of the modules that it holds. */
  readonly modules: readonly string[];
}

/** Node's modules that take time and memory to load, and that many commands do without. */
const HEAVY_BUILTINS: ReadonlySet<string> = new Set([
  "node:child_process",
  "node:crypto",
  "node:dns",
  "node:fs/promises",
  "node:http",
  "node:http2",
  "node:https",
  "node:net",
  "node:os",
  "node:readline",
  "node:sqlite",
  "node:stream",
  "node:stream/promises",
  "node:tls",
  "node:v8",
  "node:worker_threads",
  "node:zlib",
]);

/** Large, and needed only where a pattern is more than a name. */
const REGEX_CHUNK = "regex";

/**
 * Files of a program that hold what is used together: each file that is loaded costs as much as many lines of code.
 *
 * A group takes what its modules import as well, unless a group of higher priority has it: so no two files need each
 * other, and none is loaded half.
 */
const GROUPS = [
  { name: REGEX_CHUNK, test: /node_modules\/re2js\//, priority: 3 },
  {
    name: "build",
    test: /\/cli\/src\/(?:build\/(?:plain-build|run-build)|cli-error|environment)\.ts$/,
    priority: 2,
  },
  { name: "program", test: /\/cli\/src\/run-program\.ts$/, priority: 1 },
];

const isRepositorySource = (id: string): boolean => !id.includes("node_modules");

const common = (root: string): InputOptions => ({
  cwd: root,
  platform: "node",
  resolve: { conditionNames: ["@weir/source", "node", "import", "default"] },
  // Importing a file of this repository does nothing, but for the entry points, which are kept anyway.
  treeshake: { moduleSideEffects: (id) => !isRepositorySource(id) },
  onLog: (level, log, report) => {
    // Others' code: nothing here can be done about it.
    if (log.code !== "EVAL" && log.code !== "CIRCULAR_DEPENDENCY") report(level, log);
  },
});

/** Writes `dist` of a library: a file for each entry point, everything that it depends on left outside. */
export async function bundleLibrary(root: string, { folder, entries }: PublicPackage): Promise<void> {
  const dist = join(root, folder, "dist");
  rmSync(dist, { recursive: true, force: true });
  await using bundle = await rolldown({
    ...common(root),
    input: Object.fromEntries(entries.map(({ name, source }) => [name, source])),
    external: (id) => !id.startsWith(".") && !id.startsWith("/"),
    plugins: [workerModules(".js")],
  });
  await bundle.write({
    dir: dist,
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: "[name]-[hash].js",
    comments: false,
  });
  copyTables(join(root, folder, "src"), dist);
}

/**
 * Writes the `dist` of a program: CommonJS with everything in it, so that it starts as fast as Node can start anything.
 *
 * An ES module that imports `node:fs` makes Node load its promises and its streams as well, which a CommonJS one does not.
 */
export async function bundleProgram(
  root: string,
  folder: string,
  inputs: Readonly<Record<string, string>>,
): Promise<Bundle> {
  const dist = join(root, folder, "dist");
  rmSync(dist, { recursive: true, force: true });
  await using bundle = await rolldown({
    ...common(root),
    input: inputs,
    plugins: [workerModules(".cjs"), programPlugin(), asciiOnly()],
  });
  const { output } = await bundle.write({
    dir: dist,
    format: "cjs",
    entryFileNames: "[name].cjs",
    chunkFileNames: "[name]-[hash].cjs",
    comments: false,
    minify: { compress: true, mangle: false, codegen: true },
    topLevelVar: true,
    codeSplitting: { groups: GROUPS },
  });
  const chunks = output.filter((part): part is OutputChunk => part.type === "chunk");
  refuseCycles(chunks);
  refuseSharedEntries(chunks, new Set(Object.keys(inputs)));
  const modules = [...new Set(chunks.flatMap(({ moduleIds }) => moduleIds))].sort();
  for (const source of sourceFoldersOf(modules)) copyTables(source, dist);
  return { modules };
}

function programPlugin(): Plugin {
  return lazyRequires((module) => HEAVY_BUILTINS.has(module) || module.startsWith(`./${REGEX_CHUNK}`));
}

/** Files that load each other find each other half loaded: a class then extends nothing. */
function refuseCycles(chunks: readonly OutputChunk[]): void {
  const left = new Map(chunks.map(({ fileName, imports }) => [fileName, imports]));
  for (let before = -1; before !== left.size; ) {
    before = left.size;
    for (const [name, imports] of left) if (!imports.some((other) => left.has(other))) left.delete(name);
  }
  if (left.size > 0) throw new Error(`files load each other: ${[...left.keys()].join(", ")}`);
}

/** A worker thread that loaded the program's entry point for some function in it would run the program. */
function refuseSharedEntries(chunks: readonly OutputChunk[], programs: ReadonlySet<string>): void {
  const entries = new Set(chunks.filter(({ name }) => programs.has(name)).map(({ fileName }) => fileName));
  const found = chunks.find(({ imports }) => imports.some((name) => entries.has(name)));
  if (found !== undefined) throw new Error(`${found.fileName} loads the entry point of a program`);
}

function sourceFoldersOf(modules: readonly string[]): ReadonlySet<string> {
  const folders = modules.filter(isRepositorySource).map((id) => dirname(id));
  return new Set(folders.filter((folder) => existsSync(join(folder, "generated"))));
}

/** Copies the generated tables that a package reads at run time to where its bundle looks for them. */
function copyTables(source: string, dist: string): void {
  const generated = join(source, "generated");
  if (!existsSync(generated)) return;
  const isTable = (path: string): boolean => !path.endsWith(".ts");
  if (!readdirSync(generated, { recursive: true, encoding: "utf8" }).some((name) => name.endsWith(".json")))
    return;
  cpSync(generated, join(dist, "generated"), { recursive: true, filter: isTable });
}
