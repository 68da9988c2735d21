export { type BuildOptions, type BuildResult, buildKustomization, emitResources } from "./build.ts";
export {
  type ChartInflation,
  chartKey,
  ChartNeededError,
  type ChartReference,
  type ChartRequest,
  type ChartSourceFile,
  neededChart,
} from "./generate/chart-request.ts";
export { type BuildTaskInput, type BuildTaskOutput, runBuildTask } from "./build-task.ts";
export { KustomizeError, type KustomizeErrorFields } from "./error.ts";
export {
  type ExplainedFlux,
  type ExplainedObject,
  type ExplainedStep,
  explain,
  type ExplainOptions,
  type Explanation,
} from "./explain/explain.ts";
export { ExplainError, type ExplainProblem } from "./explain/explain-error.ts";
export { formatExplanation } from "./explain/format-explanation.ts";
export { type BuildBudgets, type LoadRestrictor } from "./file/loader.ts";
export { discoverRemotes, type DiscoverOptions } from "./file/discover-remotes.ts";
export {
  neededRemote,
  type RemoteFailure,
  type RemoteFile,
  RemoteNeededError,
  type RemoteReference,
  type RemoteRepository,
  type RemoteSources,
  type ResolvedPath,
  type ResolveLinks,
  TOO_MANY_LINKS,
} from "./file/remote-sources.ts";
export { isForcedGit, isRemoteFile, parseRepoSpec, type RepoSpec } from "./file/repo-spec.ts";
export type { Kustomization } from "./file/kustomization.ts";
export {
  applyCommonMetadata,
  buildFluxKustomization,
  type CommonMetadata,
  type FluxBuildInput,
  type FluxBuildOptions,
  prepareFluxBuild,
} from "./flux/build-flux.ts";
export {
  type FoundKustomization,
  generateKustomization,
  type IgnorePath,
} from "./flux/generate-kustomization.ts";
export { type FluxBuildSpec, type MergeOptions, mergeFluxSpec } from "./flux/merge-spec.ts";
export {
  checkVariableNames,
  type ObjectSubstitutionOptions,
  type SubstitutionOptions,
  substituteBytes,
  substituteObject,
  substituteVariables,
  type Variables,
} from "./flux/substitute.ts";
export { digestOfReads, type ReadSet } from "./read-set.ts";
export { SubstitutionError } from "./flux/substitution-error.ts";
export { outputFileNames } from "./output-file-names.ts";
