import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** A kustomization of a public repository. */
export interface Overlay {
  readonly repository: string;
  readonly directory: string;
  /** The folder to build. */
  readonly folder: string;
}

interface Source {
  readonly goldens: readonly { readonly dir: string }[];
}

/** The kustomizations of public repositories in the recorded data; none where that does not lie beside the checkout. */
export function recordedOverlays(root: string): readonly Overlay[] {
  const overlays = resolve(root, "../shared/corpus/kustomize/overlays");
  if (!existsSync(overlays)) return [];
  return readdirSync(overlays)
    .sort()
    .flatMap((repository) => {
      const folder = join(overlays, repository);
      const { goldens } = JSON.parse(readFileSync(join(folder, "SOURCE.json"), "utf8")) as Source;
      return goldens.map(({ dir }) => ({ repository, directory: dir, folder: join(folder, "tree", dir) }));
    });
}
