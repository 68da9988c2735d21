import { FINALIZER, GitRepository } from "@weir/api";
import { changed, type Controller } from "@weir/sdk";
import { ownerOf } from "../artifact-storage/artifact-owner.ts";
import { removeArtifacts } from "../artifact-storage/remove-artifacts.ts";
import { type SourceControllerOptions, startSourceController } from "../run/source-controller.ts";
import { type GitRepositoryDeps, reconcileGitRepository } from "./reconcile.ts";
import { reportGitRepository } from "./report.ts";

/** What the controller of GitRepositories needs, and how it runs. */
export interface GitRepositoryControllerOptions extends GitRepositoryDeps, SourceControllerOptions {}

const INCLUDED_BY = "spec.include";

/** The controller of GitRepositories; runs in any manager whose client serves the source kinds. */
export function gitRepositoryController(options: GitRepositoryControllerOptions): Controller {
  return startSourceController("gitrepository", options)
    .for(GitRepository, { handledAt: true })
    .index(GitRepository, INCLUDED_BY, includedKeys)
    .watches(GitRepository, {
      map: ({ metadata }, cache) =>
        cache.list(GitRepository, {
          index: [INCLUDED_BY, `${metadata.namespace ?? ""}/${metadata.name ?? ""}`],
        }),
      when: changed.value((repository) => repository.status?.artifact?.revision),
    })
    .report(reportGitRepository)
    .finalizer(FINALIZER, (repository, ctx) =>
      removeArtifacts(ownerOf(GitRepository.kind, repository), ctx, options.storage),
    )
    .reconcile((repository, ctx) => reconcileGitRepository(repository, ctx, options));
}

/** The repositories that one includes; an object may come without a spec. */
function includedKeys(repository: Pick<GitRepository, "metadata"> & Partial<GitRepository>): string[] {
  const { metadata, spec } = repository;
  return (spec?.include ?? []).map(({ repository: { name } }) => `${metadata.namespace ?? ""}/${name}`);
}
