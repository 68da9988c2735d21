export { aGitRepository, aKustomization } from "./builders/flux-objects.ts";
export { eventually, type EventuallyOptions, NotInTimeError } from "./eventually.ts";
export { type GitFault, type GitFaults, usualGitFaults } from "./git/git-fault.ts";
export { type GitTestServer, type GitTestServerOptions, startGitServer } from "./git/git-test-server.ts";
export { type TestCommit, TestRepository, type TestRepositoryOptions } from "./git/test-repository.ts";
export {
  type FluxControllerOptions,
  fluxControllers,
  installFluxKinds,
  startToolkit,
  type Toolkit,
  type ToolkitOptions,
  type ToolkitParts,
} from "./toolkit/start-toolkit.ts";
export { ClusterDownError, RestartableCluster } from "./toolkit/restartable-cluster.ts";
export { findTool, type FoundTool, type ToolName } from "./real-tools/find-tool.ts";
