import { FINALIZER, HelmRepository, ReconcileAnnotation } from "@weir/api";
import { changed, type Controller } from "@weir/sdk";
import { ownerOf } from "../artifact-storage/artifact-owner.ts";
import { removeArtifacts } from "../artifact-storage/remove-artifacts.ts";
import { type SourceControllerOptions, startSourceController } from "../run/source-controller.ts";
import { IndexTags } from "./index-tags.ts";
import { type HelmRepositoryDeps, reconcileHelmRepository } from "./reconcile-helm-repository.ts";
import { reportHelmRepository } from "./report-helm-repository.ts";
import { bearsIndex, isStatic } from "./static-repository.ts";

/** What the controller of HelmRepositories needs, and how it runs. */
export interface HelmRepositoryControllerOptions extends HelmRepositoryDeps, SourceControllerOptions {}

const reconciles = changed.any<HelmRepository>(
  changed.generation,
  changed.annotation(ReconcileAnnotation.requestedAt),
);

/**
 * The controller of HelmRepositories; runs in any manager whose client serves the source kinds. A registry (`type: oci`) is
 * left alone, as by Flux.
 */
export function helmRepositoryController(options: HelmRepositoryControllerOptions): Controller {
  const deps = { ...options, tags: new IndexTags() };
  return startSourceController("helmrepository", options)
    .for(HelmRepository, {
      handledAt: true,
      when: (change) => reconciles(change) && (!isStatic(change.object) || bearsIndex(change.object)),
    })
    .report(reportHelmRepository)
    .finalizer(
      FINALIZER,
      async (repository, ctx) => {
        deps.tags.forget(repository);
        await removeArtifacts(ownerOf(HelmRepository.kind, repository), ctx, options.storage);
      },
      { when: (repository) => !isStatic(repository) },
    )
    .reconcile((repository, ctx) => reconcileHelmRepository(repository, ctx, deps));
}
