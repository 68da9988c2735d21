import { KustomizeError } from "../error.ts";
import { KUSTOMIZATION_FILES } from "../file/kustomization-files.ts";
import type { Loader } from "../file/loader.ts";
import { joinPath } from "../resource/origin.ts";

/** Loads the one kustomization file of a directory, under any of its names. */
export function loadKustomizationFile(loader: Loader): {
  readonly content: Uint8Array;
  readonly fileName: string;
} {
  const found: { content: Uint8Array; fileName: string }[] = [];
  for (const fileName of KUSTOMIZATION_FILES) {
    try {
      found.push({ content: loader.load(fileName), fileName });
    } catch (error) {
      if (!(error instanceof KustomizeError)) throw error;
    }
  }
  const [only] = found;
  if (only === undefined) {
    throw new KustomizeError(
      `unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory '${loader.root}'`,
    );
  }
  if (found.length > 1) {
    throw new KustomizeError(`Found multiple kustomization files under: ${loader.root}\n`, {
      file: joinPath(loader.directory, found[1]?.fileName ?? ""),
    });
  }
  return only;
}
