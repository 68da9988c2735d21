export { type AnsweredRequest } from "./api-caller.ts";
export {
  AnswerTimeoutError,
  ApiProtocolError,
  ApiUnreachableError,
  ConnectionClosedError,
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
export { type RawAnswer, type RawOptions } from "./raw-answer.ts";
export { fetchTransport } from "./transport/fetch-transport.ts";
export {
  type BodyChunk,
  discard,
  type HeaderLine,
  headerOf,
  readText,
  type Transport,
  type TransportBody,
  type TransportRequest,
  type TransportResponse,
} from "./transport/transport.ts";
export { untilAborted } from "./transport/until-aborted.ts";
