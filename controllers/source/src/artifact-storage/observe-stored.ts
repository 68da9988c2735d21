import type { Artifact } from "@weir/api";
import type { ArtifactStorage } from "@weir/artifact";

/** What became of the artifact that a status names. */
export type StoredArtifact =
  | { readonly kind: "none" }
  | { readonly kind: "intact"; readonly artifact: Artifact }
  /** Missing, or not the bytes that its digest names. */
  | { readonly kind: "gone"; readonly because: "missing" | "changed" };

/** Holds the artifact that a status names against what is stored; its URL is that of the server that runs now. */
export async function observeStored(
  artifact: Artifact | undefined,
  storage: ArtifactStorage,
): Promise<StoredArtifact> {
  if (artifact === undefined) return { kind: "none" };
  const state = await storage.verify(artifact);
  if (state !== "intact") return { kind: "gone", because: state };
  const url = storage.urlOf(artifact);
  return { kind: "intact", artifact: url === artifact.url ? artifact : { ...artifact, url } };
}
