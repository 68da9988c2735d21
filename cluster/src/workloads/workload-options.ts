import type { WorkloadTiming } from "./workload-timing.ts";

/** What the simulation of workloads is told. */
export interface WorkloadOptions {
  /** The annotation that makes a workload fail or hang. */
  readonly statusAnnotation: string;
  /** How long things take; nothing by default. */
  readonly timing?: WorkloadTiming | undefined;
}

/** Who Kubernetes' own controllers are in managed fields; tools know workload statuses by it. */
export const CONTROLLER_MANAGER = "kube-controller-manager";
