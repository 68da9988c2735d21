import { type Artifact, GitRepository, SourceReason } from "@weir/api";
import type { BaseContext } from "@weir/sdk";
import { SourceStepError } from "../source-error.ts";

/** Reads the artifacts that are to be included, in their order. Throws `SourceStepError` where one is not there. */
export async function observeIncludes(
  repository: GitRepository,
  ctx: Pick<BaseContext, "get">,
): Promise<readonly Artifact[]> {
  const { namespace = "" } = repository.metadata;
  const artifacts: Artifact[] = [];
  for (const { repository: reference } of repository.spec.include ?? []) {
    const { name } = reference;
    const included = await ctx.get(GitRepository, { namespace, name });
    if (included === undefined) {
      const cause = `GitRepository.source.toolkit.fluxcd.io "${name}" not found`;
      throw unavailable(SourceReason.NotFound, `could not get resource for include '${name}': ${cause}`);
    }
    const artifact = included.status?.artifact;
    if (artifact === undefined) {
      throw unavailable(SourceReason.NoArtifact, `no artifact available for include '${name}'`);
    }
    artifacts.push(artifact);
  }
  return artifacts;
}

function unavailable(reason: string, message: string): SourceStepError {
  return new SourceStepError({ condition: "IncludeUnavailable", reason }, message);
}
