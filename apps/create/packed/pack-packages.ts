import { execFile } from "node:child_process";
import { cpSync, globSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { promisify } from "node:util";

const root = resolve(import.meta.dirname, "../../..");
const run = promisify(execFile);

interface Workspace {
  readonly name: string;
  readonly folder: string;
  readonly dependencies: readonly string[];
  readonly devDependencies: readonly string[];
}

/** The environment of a shell: of the npm script and the test runner that this runs in only how to reach the registry. */
export function shellEnvironment(): NodeJS.ProcessEnv {
  const kept = /^(npm_config_(registry|cache|userconfig|globalconfig|cafile)|NODE_EXTRA_CA_CERTS)$/;
  const foreign = /^(npm_|NODE_|VITEST|TEST$|INIT_CWD$)/;
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => kept.test(name) || !foreign.test(name)),
  );
}

/**
 * Builds and packs the packages that a new package needs, and the one that makes it, into a folder.
 *
 * This happens in a copy of the sources: the checkout's own `dist`, where there is one, stays as it is.
 */
export async function packPackages(copy: string, target: string): Promise<void> {
  const workspaces = readWorkspaces();
  const template = ["@weir/api", "@weir/cli", "@weir/cluster", "@weir/sdk", "@weir/testenv"];
  const packed = reachable(workspaces, ["@weir/create", ...template], ({ dependencies }) => dependencies);
  const built = reachable(
    workspaces,
    packed.map(({ name }) => name),
    (workspace) => [...workspace.dependencies, ...workspace.devDependencies],
  );
  copySources(copy, built);
  linkPackages(copy, built);
  const env = shellEnvironment();
  const conditions = "--conditions=@weir/source";
  await run(process.execPath, [conditions, "tools/build.ts"], { cwd: copy, env });
  mkdirSync(target);
  const selected = packed.flatMap(({ folder }) => ["--workspace", folder]);
  await run("npm", ["pack", "--silent", "--pack-destination", target, ...selected], { cwd: copy, env });
}

function readWorkspaces(): ReadonlyMap<string, Workspace> {
  const { workspaces } = readJson(join(root, "package.json")) as { readonly workspaces: readonly string[] };
  const folders = workspaces.flatMap((pattern) => globSync(`${pattern}/package.json`, { cwd: root }));
  return new Map(
    folders.map((path) => {
      const manifest = readJson(join(root, path)) as {
        readonly name: string;
        readonly dependencies?: object;
        readonly devDependencies?: object;
      };
      const { name, dependencies = {}, devDependencies = {} } = manifest;
      const folder = path.slice(0, -"/package.json".length);
      return [
        name,
        {
          name,
          folder,
          dependencies: Object.keys(dependencies),
          devDependencies: Object.keys(devDependencies),
        },
      ];
    }),
  );
}

/** The workspaces of some names and of all that they need. */
function reachable(
  workspaces: ReadonlyMap<string, Workspace>,
  names: readonly string[],
  needs: (workspace: Workspace) => readonly string[],
): readonly Workspace[] {
  const found = new Map<string, Workspace>();
  const open = [...names];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const workspace = workspaces.get(name);
    if (workspace === undefined || found.has(name)) continue;
    found.set(name, workspace);
    open.push(...needs(workspace));
  }
  return [...found.values()];
}

function copySources(copy: string, workspaces: readonly Workspace[]): void {
  const left = new Set(["node_modules", "dist", "test", "packed"]);
  const filter = (path: string): boolean => !left.has(basename(path));
  for (const folder of [...workspaces.map((workspace) => workspace.folder), "tools/packaging"])
    cpSync(join(root, folder), join(copy, folder), { recursive: true, filter });
  for (const file of ["package.json", "tsconfig.base.json", "tools/build.ts"])
    cpSync(join(root, file), join(copy, file));
  const include = workspaces.map(({ folder }) => `${folder}/src`);
  const exclude = ["**/*.test.ts"];
  writeFileSync(
    join(copy, "tsconfig.json"),
    JSON.stringify({ extends: "./tsconfig.base.json", include, exclude }),
  );
}

/** What is installed is shared; packages of the repository are those of the copy. */
function linkPackages(copy: string, workspaces: readonly Workspace[]): void {
  const installed = join(root, "node_modules");
  mkdirSync(join(copy, "node_modules/@weir"), { recursive: true });
  for (const entry of readdirSync(installed))
    if (entry !== "@weir") symlinkSync(join(installed, entry), join(copy, "node_modules", entry));
  for (const { name, folder } of workspaces) {
    const link = join(copy, "node_modules", name);
    symlinkSync(relative(join(link, ".."), join(copy, folder)), link);
  }
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, "utf8"));
}
