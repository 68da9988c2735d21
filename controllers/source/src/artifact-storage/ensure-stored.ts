import { type Artifact, SourceReason } from "@weir/api";
import type { ArtifactOwner, ArtifactStorage } from "@weir/artifact";
import { type SourceContext, sayProgress } from "../run/source-context.ts";
import { observeStored } from "./observe-stored.ts";

/**
 * The artifact that is stored, after surplus ones were removed; one that the status names and that is not there any more
 * is forgotten, and said to be built anew.
 */
export async function ensureStored(
  named: Artifact | undefined,
  owner: ArtifactOwner,
  ctx: SourceContext,
  storage: ArtifactStorage,
): Promise<Artifact | undefined> {
  const stored = await observeStored(named, storage);
  if (stored.kind === "intact") {
    await collectGarbage(stored.artifact, owner, ctx, storage);
    return stored.artifact;
  }
  const isGone = stored.kind === "gone";
  if (isGone && stored.because === "changed") {
    const message = `failed to verify integrity of artifact: computed digest doesn't match '${named?.digest ?? ""}'`;
    ctx.event({ type: "Warning", reason: SourceReason.ArtifactVerificationFailed, message });
  }
  ctx.record({ isChanging: true, isArtifactGone: isGone });
  await sayProgress(ctx, isGone ? "building artifact: disappeared from storage" : "building artifact");
  return undefined;
}

async function collectGarbage(
  current: Artifact,
  owner: ArtifactOwner,
  ctx: SourceContext,
  storage: ArtifactStorage,
): Promise<void> {
  using lock = await storage.lock(owner);
  const { length } = await storage.collectGarbage(lock, current);
  if (length === 0) return;
  const message = `garbage collected ${length} artifacts`;
  ctx.event({ reason: SourceReason.GarbageCollectionSucceeded, message });
}
