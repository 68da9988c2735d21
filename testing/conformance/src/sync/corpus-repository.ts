import { readdirSync, readFileSync } from "node:fs";
import { join, posix, relative, sep } from "node:path";
import type { KubeObject } from "@weir/objects";
import { loadYamlDocuments } from "@weir/yaml";

/** A public repository of the corpus: its files, and what each of its folders builds to. */
export interface CorpusRepository {
  readonly name: string;
  /** Text by path. */
  readonly files: Readonly<Record<string, string>>;
  /** The recorded output by folder. */
  readonly goldens: ReadonlyMap<string, readonly KubeObject[]>;
}

/** Reads `corpus/kustomize/overlays/<name>`. */
export function readCorpusRepository(corpus: string, name: string): CorpusRepository {
  const folder = join(corpus, "kustomize", "overlays", name);
  const source = JSON.parse(readFileSync(join(folder, "SOURCE.json"), "utf8")) as {
    readonly goldens: readonly { readonly dir: string; readonly file: string }[];
  };
  const goldens = source.goldens.map(({ dir, file }) => {
    const documents = loadYamlDocuments(readFileSync(join(folder, file)));
    return [dir, documents.filter((document) => document !== null) as unknown as KubeObject[]] as const;
  });
  return { name, files: readFiles(join(folder, "tree")), goldens: new Map(goldens) };
}

function readFiles(folder: string): Record<string, string> {
  const files: Record<string, string> = {};
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files[relative(folder, path).split(sep).join("/")] = readFileSync(path, "utf8");
  }
  return files;
}

/**
 * What Flux builds of a folder: its recorded output; and where it has no kustomization of its own, the outputs of the
 * nearest folders below that have one, as in the kustomization that Flux generates. `undefined` where none is recorded.
 */
export function outputOf(repository: CorpusRepository, path: string): readonly KubeObject[] | undefined {
  const folder = posix.normalize(path).replace(/^\.\/|\/$/g, "");
  const own = repository.goldens.get(folder);
  if (own !== undefined) return own;
  const below = [...repository.goldens.keys()].filter((dir) => dir.startsWith(`${folder}/`)).sort();
  const nearest = below.filter((dir) => !below.some((other) => dir.startsWith(`${other}/`)));
  if (nearest.length === 0) return undefined;
  return nearest.flatMap((dir) => repository.goldens.get(dir) ?? []);
}
