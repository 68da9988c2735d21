import { SourceReason } from "@weir/api";
import type { ArtifactOwner, ArtifactStorage } from "@weir/artifact";
import type { SourceContext } from "../run/source-context.ts";

/** Removes the artifacts of an object that is deleted; says so where there were any. */
export async function removeArtifacts(
  owner: ArtifactOwner,
  ctx: Pick<SourceContext, "event">,
  storage: ArtifactStorage,
): Promise<void> {
  using lock = await storage.lock(owner);
  if (!(await storage.remove(lock))) return;
  const message = "garbage collected artifacts for deleted resource";
  ctx.event({ reason: SourceReason.GarbageCollectionSucceeded, message });
}
