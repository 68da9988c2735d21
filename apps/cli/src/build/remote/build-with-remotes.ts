import type { Tree } from "@weir/core";
import { discoverRemotes, neededRemote, type RemoteSources, type ResolveLinks } from "@weir/kustomize";
import type { RemoteFetcher } from "./remote-fetcher.ts";

/** A build that can be repeated with more of its remote bases fetched. */
export interface RepeatableBuild<Result> {
  readonly tree: Tree;
  /** The directory in the tree, or the URL of a repository. */
  readonly path: string;
  readonly resolveLinks?: ResolveLinks;
  readonly run: (remotes: RemoteSources | undefined) => Result;
}

/**
 * Builds with the remote bases that a fetcher gets; without a fetcher there are none, and a build that needs one fails.
 *
 * A checkout of an earlier run that turns out to be damaged is fetched, and the build begins anew as well.
 *
 * What the kustomizations name is fetched at once; what only the build comes to is fetched then, and the build begins
 * anew. The build itself stays synchronous and sees what was there when it began.
 */
export async function buildWithRemotes<Result>(
  build: RepeatableBuild<Result>,
  fetcher: RemoteFetcher | undefined,
): Promise<Result> {
  if (fetcher === undefined) return build.run(undefined);
  await fetchDiscovered(build, fetcher);
  for (;;) {
    try {
      const result = build.run(fetcher.sources);
      // What is damaged can be overlooked, as a file that is not there can.
      if (!(await fetcher.repair())) return result;
    } catch (error) {
      if (await fetcher.repair()) continue;
      const needed = neededRemote(error);
      if (needed === undefined) throw error;
      await fetcher.fetch([needed]);
    }
  }
}

async function fetchDiscovered<Result>(
  build: RepeatableBuild<Result>,
  fetcher: RemoteFetcher,
): Promise<void> {
  const { tree, path, resolveLinks } = build;
  const links = resolveLinks === undefined ? {} : { resolveLinks };
  for (;;) {
    try {
      const found = discoverRemotes(tree, path, { remotes: fetcher.sources, ...links });
      if (found.length === 0) return;
      await fetcher.fetch(found);
    } catch (error) {
      if (!(await fetcher.repair())) throw error;
    }
  }
}
