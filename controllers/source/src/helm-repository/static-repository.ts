import { FINALIZER, HelmRepository } from "@weir/api";
import { ownerOf } from "../artifact-storage/artifact-owner.ts";
import { removeArtifacts } from "../artifact-storage/remove-artifacts.ts";
import type { ArtifactStorage } from "@weir/artifact";
import { keyOf, type ReconcileContext } from "@weir/sdk";
import type { HelmRepositoryFacts } from "./helm-repository-facts.ts";

/** A registry has no index to fetch: only HelmCharts read it. An object may come without a spec. */
export function isStatic({ spec }: Partial<HelmRepository>): boolean {
  return spec?.type === "oci";
}

/** Whether a registry bears what only a repository with an index has: a status, which Flux empties, or the finalizer. */
export function bearsIndex({ metadata, status }: HelmRepository): boolean {
  return metadata.finalizers?.includes(FINALIZER) === true || Object.keys(status ?? {}).length > 0;
}

/** Takes away what a repository with an index left: its artifacts, its status and the finalizer. */
export async function makeStatic(
  repository: HelmRepository,
  ctx: ReconcileContext<HelmRepository, HelmRepositoryFacts>,
  storage: ArtifactStorage,
): Promise<void> {
  await removeArtifacts(ownerOf(HelmRepository.kind, repository), ctx, storage);
  ctx.record({ isStatic: true });
  if (repository.metadata.finalizers?.includes(FINALIZER) !== true) return;
  await ctx.update(HelmRepository, keyOf(repository), (current) => ({
    ...current,
    metadata: {
      ...current.metadata,
      finalizers: (current.metadata.finalizers ?? []).filter((name) => name !== FINALIZER),
    },
  }));
}
