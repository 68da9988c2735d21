import type { GitRepository } from "@weir/api";
import type { ArtifactOwner } from "@weir/artifact";

/** Under which name a GitRepository's artifacts lie. */
export function ownerOf({ metadata }: GitRepository): ArtifactOwner {
  return { kind: "gitrepository", namespace: metadata.namespace ?? "", name: metadata.name ?? "" };
}
