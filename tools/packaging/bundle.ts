import { cpSync, existsSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { rolldown, type InputOptions, type OutputChunk, type Plugin } from "rolldown";
import { asciiOnly } from "./ascii.ts";
import { inlineRuntime } from "./inline-runtime.ts";
import { lazyRequires } from "./lazy-requires.ts";
import type { PublicPackage } from "./workspaces.ts";
import { type OnWorker, workerModules } from "./worker-modules.ts";

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

/** Libraries that are large, or load what is, and that few commands need: each lies apart until it is used. */
const LAZY_LIBRARIES: ReadonlyMap<string, RegExp> = new Map([
  ["regex", /node_modules\/re2js\//],
  ["bcrypt", /node_modules\/bcryptjs\//],
  ["toml", /node_modules\/smol-toml\//],
]);

/**
 * Which modules lie together: each file that is loaded costs as much as many lines of code.
 *
 * A group takes what its modules import as well, unless one of higher priority has it: so no two files need each other,
 * and none is loaded half.
 */
const GROUPS = [
  ...Array.from(LAZY_LIBRARIES, ([name, test]) => ({ name, test, priority: 2 })),
  // The program itself, with all that its entry point imports at once.
  { name: "main", test: /\/src\/main\.ts$/, priority: 1 },
  { name: "template", test: /\/src\/template\/main\.ts$/, priority: 1 },
  // Starting is what this program is for.
  { name: "cluster", test: /\/src\/cluster\/(main|start)\.ts$/, priority: 1 },
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
  const emitWorkers: Plugin = workerModules(".js", function emit(name, source) {
    this.emitFile({ type: "chunk", id: source, fileName: `${name}.js` });
  });
  await using bundle = await rolldown({
    ...common(root),
    input: Object.fromEntries(entries.map(({ name, source }) => [name, source])),
    external: (id) => !id.startsWith(".") && !id.startsWith("/"),
    plugins: [emitWorkers],
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
 * What worker threads load shares no file with the program: one that loaded the program's file would run the program.
 */
export async function bundleProgram(root: string, folder: string, source: string): Promise<Bundle> {
  const dist = join(root, folder, "dist");
  rmSync(dist, { recursive: true, force: true });
  const workers = new Map<string, string>();
  const onWorker: OnWorker = (name, worker) => void workers.set(name, worker);
  const chunks = [...(await bundleTogether(root, dist, { inputs: { main: source }, onWorker }))];
  // Commands that are a program of their own share no file with the others either: they start as fast as they can.
  for (const [name, entry] of programsOf(dirname(source))) {
    chunks.push(...(await bundleTogether(root, dist, { inputs: { [name]: entry }, onWorker })));
  }
  for (const [name, worker] of workers) {
    chunks.push(...(await bundleTogether(root, dist, { inputs: { [name]: worker }, onWorker })));
  }
  const modules = [...new Set(chunks.flatMap(({ moduleIds }) => moduleIds))].sort();
  for (const folderOfSource of sourceFoldersOf(modules)) copyTables(folderOfSource, dist);
  return { modules };
}

/** The folders of a program with an entry point of their own. */
function programsOf(folder: string): readonly (readonly [name: string, entry: string])[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, "main.ts")))
    .map(({ name }) => [name, join(folder, name, "main.ts")]);
}

interface ProgramPart {
  readonly inputs: Readonly<Record<string, string>>;
  readonly onWorker: OnWorker;
}

async function bundleTogether(
  root: string,
  dir: string,
  { inputs, onWorker }: ProgramPart,
): Promise<readonly OutputChunk[]> {
  await using bundle = await rolldown({
    ...common(root),
    input: inputs,
    plugins: [workerModules(".cjs", onWorker), programPlugin(), asciiOnly(), inlineRuntime()],
  });
  const { output } = await bundle.write({
    dir,
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
  return chunks;
}

function programPlugin(): Plugin {
  return lazyRequires((module) => HEAVY_BUILTINS.has(module) || isLazyLibrary(module));
}

function isLazyLibrary(module: string): boolean {
  return LAZY_LIBRARIES.keys().some((name) => module.startsWith(`./${name}-`));
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
