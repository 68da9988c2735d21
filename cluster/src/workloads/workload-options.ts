/** What the simulation of workloads is told. */
export interface WorkloadOptions {
  /** The annotation that makes a workload fail or hang. */
  readonly statusAnnotation: string;
}

/** Who Kubernetes' own controllers are in managed fields; tools know workload statuses by it. */
export const CONTROLLER_MANAGER = "kube-controller-manager";
