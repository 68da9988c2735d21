import { existsSync } from "node:fs";
import { join } from "node:path";
import { publicPackages } from "../packaging/workspaces.ts";
import { DeclarationFiles } from "./declaration-files.ts";
import { emitDeclarations } from "./emit-declarations.ts";
import { type PublicApi, publicApiOf } from "./public-api.ts";

/** The API of one package. */
export interface PackageApi {
  readonly name: string;
  readonly folder: string;
  /** The folder of its declarations, for paths to be told relative to it. */
  readonly source: string;
  readonly api: PublicApi;
}

/**
 * The public APIs of all packages that others import, by name.
 *
 * Entry points besides the main one are tables that other generators write, and have files of their own to be compared.
 */
export function packageApis(root: string): readonly PackageApi[] {
  // One that has only been begun has no entry point yet.
  const packages = publicPackages(root).filter(({ entries }) =>
    entries.some(({ name, source }) => name === "index" && existsSync(source)),
  );
  using emitted = emitDeclarations(
    root,
    packages.map(({ folder }) => folder),
  );
  const files = new DeclarationFiles();
  return packages.map(({ name, folder }) => {
    const source = join(emitted.folder, folder, "src");
    return { name, folder, source, api: publicApiOf(files, join(source, "index.d.ts")) };
  });
}
