import type { Artifact, Kustomization } from "@weir/api";
import { ArtifactFetchError } from "@weir/artifact";
import type { ArtifactTree, ArtifactTrees } from "@weir/consumer";
import { cleanPath, halt, next, type Step } from "@weir/core";
import type { ResolvedOptions } from "../kustomization/controller-options.ts";
import { asFailure, KustomizationFailedError } from "../kustomization/kustomization-error.ts";
import { waitForArtifact } from "./observe-source.ts";

/** An artifact and the folder of it that is built. */
export interface BuildRoot extends ArtifactTree {
  /** Relative to the root of the tree, cleaned; `""` is the root. */
  readonly path: string;
}

/** Opens the artifact and finds the path that the Kustomization names. */
export async function observeArtifact(
  kustomization: Kustomization,
  artifact: Artifact,
  deps: { readonly trees: ArtifactTrees; readonly options: ResolvedOptions; readonly signal: AbortSignal },
): Promise<Step<BuildRoot>> {
  let opened: ArtifactTree;
  try {
    opened = await deps.trees.open(artifact, deps.signal);
  } catch (error) {
    deps.signal.throwIfAborted();
    if (error instanceof ArtifactFetchError && error.status === 404) {
      return halt(waitForArtifact("Source is not ready, artifact not found", deps.options));
    }
    throw asFailure("ArtifactFailed", error);
  }
  const path = jailedPath(kustomization.spec.path ?? "");
  const { tree } = opened;
  if (tree.list(path) === undefined && tree.read(path) === undefined) {
    const problem = `stat $ROOT/${path}: no such file or directory`;
    throw new KustomizationFailedError("ArtifactFailed", `kustomization path not found: ${problem}`);
  }
  return next({ ...opened, path });
}

/** A path that cannot leave the tree: what goes above the root stays at the root. */
function jailedPath(path: string): string {
  return cleanPath(`/${path}`).slice(1);
}
