export { aGitRepository, aKustomization } from "./builders/flux-objects.ts";
export {
  CONTROL_PLANE_MODULE,
  controlPlaneBuild,
  type ControlPlaneBuild,
} from "./control-plane/control-plane-folder.ts";
export { ControlPlaneError } from "./control-plane/control-plane-error.ts";
export {
  type ControlPlanePrograms,
  findControlPlane,
  type FoundControlPlane,
} from "./control-plane/find-control-plane.ts";
export {
  type ControlPlane,
  type ControlPlaneOptions,
  type ControlPlaneUser,
  startControlPlane,
} from "./control-plane/start-control-plane.ts";
export { eventually, type EventuallyOptions, NotInTimeError } from "./eventually.ts";
export { findSsh, type FoundSsh } from "./git/find-sshd.ts";
export {
  type ForwardProxy,
  type ForwardProxyOptions,
  type ProxiedRequest,
  startForwardProxy,
} from "./git/forward-proxy.ts";
export { type GitFault, type GitFaults, usualGitFaults } from "./git/git-fault.ts";
export { type GitTestServer, type GitTestServerOptions, startGitServer } from "./git/git-test-server.ts";
export {
  type SshGitServer,
  type SshGitServerOptions,
  type SshKeyOptions,
  type SshKeyPair,
  startSshGitServer,
} from "./git/ssh-git-server.ts";
export {
  type Sign,
  type TestCommit,
  TestRepository,
  type TestRepositoryOptions,
} from "./git/test-repository.ts";
export { chartArchive, type ChartArchiveOptions } from "./helm/chart-archive.ts";
export {
  type ChartRepositoryFault,
  type ChartRepositoryFaults,
  usualChartRepositoryFaults,
} from "./helm/chart-repository-fault.ts";
export {
  type ChartRepositoryServer,
  type ChartRepositoryServerOptions,
  startChartRepository,
} from "./helm/chart-repository-server.ts";
export { chartRepositoryFiles } from "./helm/repository-files.ts";
export {
  type RegistryFault,
  type RegistryFaults,
  usualRegistryFaults,
  withRegistryFaults,
} from "./oci/registry-fault.ts";
export { type SocksServer, type SocksServerOptions, startSocksServer } from "./oci/socks-server.ts";
export { type RegistryTestServerOptions, startRegistry } from "./oci/registry-test-server.ts";
export {
  type ConnectedToolkit,
  type ConnectedToolkitOptions,
  connectToolkit,
  type FluxControllerOptions,
  fluxControllers,
  installFluxKinds,
  startToolkit,
  type Toolkit,
  type ToolkitApi,
  type ToolkitOptions,
  type ToolkitParts,
} from "./toolkit/start-toolkit.ts";
export { findTool, type FoundTool, type ToolName } from "./real-tools/find-tool.ts";
export {
  type RefusedConstruct,
  refusedConstructs,
  type ZodConstruct,
  zodConstructs,
} from "./schemas/zod-constructs.ts";
