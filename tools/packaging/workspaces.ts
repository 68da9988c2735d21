import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Where one entry point of a package has its source. */
export interface EntryPoint {
  /** Its path below `dist`, without the extension. */
  readonly name: string;
  /** The absolute path of its source. */
  readonly source: string;
}

/** A package of this repository that is published. */
export interface PublicPackage {
  readonly name: string;
  /** Its folder, relative to the root of the repository. */
  readonly folder: string;
  readonly entries: readonly EntryPoint[];
}

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly workspaces?: readonly string[];
  readonly exports?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** The packages that are published, in the order of the workspaces. */
export function publicPackages(root: string): readonly PublicPackage[] {
  const { workspaces = [] } = readManifest(root);
  return workspaces
    .flatMap((pattern) => globSync(`${pattern}/package.json`, { cwd: root }).sort())
    .map((path) => path.slice(0, -"/package.json".length))
    .flatMap((folder) => {
      const manifest = readManifest(join(root, folder));
      if (manifest.private === true) return [];
      return [{ name: manifest.name, folder, entries: entriesOf(manifest, join(root, folder)) }];
    });
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
}

/** What `exports` promises: each source must become the file that it names. */
function entriesOf({ exports = {} }: Manifest, folder: string): readonly EntryPoint[] {
  return Object.values(exports).flatMap((conditions) => {
    const source = conditions["@weir/source"];
    const built = conditions["default"];
    if (source === undefined || built === undefined) return [];
    const name = built.replace(/^\.\/dist\//, "").replace(/\.js$/, "");
    return [{ name, source: join(folder, source) }];
  });
}
