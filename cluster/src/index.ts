export {
  AddressInUseError,
  KubeconfigWriteError,
  ListenFailedError,
} from "./listener/listener-error.ts";
export { type Loops } from "./loops.ts";
export {
  type Cluster,
  type ClusterEndpoint,
  type ClusterOptions,
  type ListenOptions,
  startCluster,
} from "./start-cluster.ts";
export { DEFAULT_STATUS_ANNOTATION, type SimulatedStatus } from "./workloads/simulated-status.ts";
