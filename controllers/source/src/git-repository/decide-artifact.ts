import type { Artifact, GitRepository } from "@weir/api";
import { jsonEqual } from "@weir/objects";
import type { ArtifactShape } from "./facts.ts";

/** What is to be done about the artifact of a revision. */
export type ArtifactDecision =
  | { readonly kind: "keep"; readonly artifact: Artifact }
  | { readonly kind: "archive"; readonly because: "first" | "revision" | "includes" | "shape" };

/** What shapes the artifact of a repository besides its revision. */
export function shapeOf(spec: GitRepository["spec"]): ArtifactShape {
  return {
    ignore: spec.ignore,
    include: spec.include ?? [],
    recurseSubmodules: spec.recurseSubmodules ?? false,
    sparseCheckout: spec.sparseCheckout ?? [],
  };
}

/** Whether the stored artifact was shaped otherwise, so that the same revision gives another one. */
export function isShapeChanged(repository: GitRepository): boolean {
  const { spec, status } = repository;
  const shape = shapeOf(spec);
  return (
    shape.ignore !== status?.observedIgnore ||
    shape.recurseSubmodules !== (status?.observedRecurseSubmodules ?? false) ||
    !jsonEqual(shape.sparseCheckout, status?.observedSparseCheckout ?? []) ||
    !jsonEqual(shape.include, status?.observedInclude ?? [])
  );
}

/** Whether the artifacts to include are not those that the stored artifact holds. */
export function areIncludesChanged(repository: GitRepository, included: readonly Artifact[]): boolean {
  const before = repository.status?.includedArtifacts ?? [];
  const identity = (artifact: Artifact): string => `${artifact.revision} ${artifact.digest}`;
  return !jsonEqual(before.map(identity), included.map(identity));
}

/** Decides from recorded state alone; touches neither disk nor network. */
export function decideArtifact(
  repository: GitRepository,
  stored: Artifact | undefined,
  revision: string,
  included: readonly Artifact[],
): ArtifactDecision {
  if (stored === undefined) return { kind: "archive", because: "first" };
  if (stored.revision !== revision) return { kind: "archive", because: "revision" };
  if (areIncludesChanged(repository, included)) return { kind: "archive", because: "includes" };
  if (isShapeChanged(repository)) return { kind: "archive", because: "shape" };
  return { kind: "keep", artifact: stored };
}
