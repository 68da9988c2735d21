export { type AnsweredRequest } from "./api-caller.ts";
export {
  ApiProtocolError,
  ApiUnreachableError,
  isApiError,
  KindNotServedError,
  KubeApiError,
  ObjectAddressError,
  type StatusCause,
  WatchTruncatedError,
} from "./api-error.ts";
export {
  type ApplyOptions,
  type CallOptions,
  type DeleteOptions,
  type ImpersonatedUser,
  type KubeClient,
  type ListOptions,
  type Patch,
  type ReadOptions,
  type ResolvedKind,
  type Transport,
  type TransportOptions,
  type WatchEvent,
  type WatchOptions,
  type WriteOptions,
} from "./client.ts";
export {
  connect,
  type Connection,
  type ConnectOptions,
  type OpenClient,
  openClient,
} from "./connect/connect.ts";
export { type ClientOptions, createClient } from "./create-client.ts";
export {
  type Kind,
  type MetadataObject,
  metadataOnly,
  type ReadOf,
  type WriteOf,
} from "./kind.ts";
export {
  type Auth,
  type ClusterConfig,
  CredentialsError,
  type ExecPlugin,
  KubeconfigError,
  KubeconfigForbiddenError,
  type KubeconfigOptions,
  type Material,
} from "./kubeconfig/cluster-config.ts";
export { inClusterConfig, type InClusterOptions } from "./kubeconfig/in-cluster-config.ts";
export { loadKubeconfig, parseKubeconfig } from "./kubeconfig/parse-kubeconfig.ts";
