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
export { type ClientOptions, createClient } from "./create-client.ts";
export {
  apiVersionOf,
  type Kind,
  type MetadataObject,
  metadataOnly,
  type ReadOf,
  type WriteOf,
} from "./kind.ts";
