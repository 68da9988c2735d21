import { FINALIZER, GitRepository, SourceReason } from "@weir/api";
import { changed, type Controller, type ControllerOptions, createController } from "@weir/sdk";
import { ownerOf } from "./artifact-owner.ts";
import { type GitRepositoryDeps, reconcileGitRepository } from "./reconcile.ts";
import { reportGitRepository } from "./report.ts";

/** What the controller of GitRepositories needs, and how it runs. */
export interface GitRepositoryControllerOptions extends GitRepositoryDeps {
  /** How many repositories are reconciled at once; 2 by default, as Flux. */
  readonly concurrency?: number;
  /** How soon a failure is tried again; 750 ms doubling to 15 minutes by default, as source-controller. */
  readonly backoff?: NonNullable<ControllerOptions["backoff"]>;
}

const INCLUDED_BY = "spec.include";
/** How soon a failure is tried again, as source-controller. */
const BACKOFF = { baseMs: 750, maxMs: 15 * 60_000 };

/** The controller of GitRepositories; runs in any manager whose client serves the source kinds. */
export function gitRepositoryController(options: GitRepositoryControllerOptions): Controller {
  const { concurrency = 2, storage, backoff = BACKOFF } = options;
  return createController("gitrepository", { concurrency, component: "source-controller", backoff })
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
    .finalizer(FINALIZER, async (repository, ctx) => {
      using lock = await storage.lock(ownerOf(repository));
      if (!(await storage.remove(lock))) return;
      const message = "garbage collected artifacts for deleted resource";
      ctx.event({ reason: SourceReason.GarbageCollectionSucceeded, message });
    })
    .reconcile((repository, ctx) => reconcileGitRepository(repository, ctx, options));
}

/** The repositories that one includes; an object may come without a spec. */
function includedKeys(repository: Pick<GitRepository, "metadata"> & Partial<GitRepository>): string[] {
  const { metadata, spec } = repository;
  return (spec?.include ?? []).map(({ repository: { name } }) => `${metadata.namespace ?? ""}/${name}`);
}
