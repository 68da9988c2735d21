export {
  type ApplyOptions,
  type CallOptions,
  type DeleteOptions,
  type KubeClient,
  type ListOptions,
  type Patch,
  type ReadOptions,
  type ResolvedKind,
  type Transport,
  type WatchEvent,
  type WatchOptions,
  type WriteOptions,
} from "./client.ts";
export { type Kind, type ReadOf, type WriteOf } from "./kind.ts";
