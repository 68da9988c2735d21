export {
  AddressInUseError,
  ClusterKeysError,
  KubeconfigWriteError,
  ListenFailedError,
} from "./listener/listener-error.ts";
export { type CertificateAuthority, createAuthority } from "./listener/certificate.ts";
export { type ClusterKeys, openClusterKeys } from "./listener/cluster-keys.ts";
export { type CertifiedKey, type ClientName, type ServerNames } from "@weir/sdk";
export { type ListenerLimits } from "./listener/listener-limits.ts";
export { type HttpsListener, type HttpsListenerOptions, listenHttps } from "./listener/https-listener.ts";
export { type ClusterAccess, writeKubeconfig } from "./listener/kubeconfig.ts";
export { fromTransport, inProcessTransport } from "./in-process-transport.ts";
export { loopControllers, type LoopOptions, type Loops } from "./loops.ts";
export { spareMemory } from "./spare-memory.ts";
export {
  type Cluster,
  type ClusterEndpoint,
  type ClusterOptions,
  type ListenOptions,
  startCluster,
} from "./start-cluster.ts";
export { type HttpsWebhooks, httpsWebhooks, type ResolveService } from "./webhooks/https-webhooks.ts";
export { WebhookCallError } from "./webhooks/webhook-call-error.ts";
export { DEFAULT_STATUS_ANNOTATION, type SimulatedStatus } from "./workloads/simulated-status.ts";
export { INSTANT_TIMING, REALISTIC_TIMING, type WorkloadTiming } from "./workloads/workload-timing.ts";
export { type WorkloadOptions } from "./workloads/workload-options.ts";
