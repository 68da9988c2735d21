import { type Artifact, ConditionType, type OCIRepository } from "@weir/api";
import { findCondition, jsonEqual } from "@weir/objects";
import type { ArtifactShape } from "./facts.ts";

/** What is to be done about a revision. */
export interface ArtifactDecision {
  /** Whether its signature is to be verified first. */
  readonly verifies: boolean;
  /** Why it is pulled; `undefined` where what is stored is it. */
  readonly pulls: "revision" | "shape" | undefined;
}

/** What shapes the artifact of a repository besides its revision. */
export function shapeOf({ ignore, layerSelector }: OCIRepository["spec"]): ArtifactShape {
  return { ignore, layerSelector };
}

/**
 * Decides from recorded state alone. A signature that is good stays so for its revision until the object changes; one that
 * was not is looked at again.
 */
export function decideArtifact(
  repository: OCIRepository,
  stored: Artifact | undefined,
  revision: string,
): ArtifactDecision {
  const isNew = stored?.revision !== revision;
  return {
    verifies: repository.spec.verify !== undefined && (isNew || !isVerified(repository)),
    pulls: isNew ? "revision" : isShapeChanged(repository) ? "shape" : undefined,
  };
}

function isVerified({ metadata, status }: OCIRepository): boolean {
  const said = findCondition(status?.conditions, ConditionType.SourceVerified);
  return said?.status === "True" && said.observedGeneration === metadata.generation;
}

function isShapeChanged({ spec, status }: OCIRepository): boolean {
  if (spec.ignore !== status?.observedIgnore) return true;
  const [wanted, observed] = [spec.layerSelector, status?.observedLayerSelector];
  if (wanted === undefined || observed === undefined) return wanted !== observed;
  return !jsonEqual(wanted, observed);
}
