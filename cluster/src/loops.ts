import type { Controller } from "@weir/sdk";
import { defaultAccountController, rootCertificateController } from "./accounts/account-controller.ts";
import { cronJobController } from "./cron/cron-job-controller.ts";
import { disruptionController } from "./disruption/disruption-controller.ts";
import { garbageController } from "./garbage/garbage-controller.ts";
import { namespaceController } from "./namespaces/namespace-controller.ts";
import { roleAggregationController } from "./roles/aggregation-controller.ts";
import { endpointsController } from "./services/endpoints-controller.ts";
import { claimController } from "./workloads/claim-controller.ts";
import { daemonSetController } from "./workloads/daemon-set-controller.ts";
import { deploymentController } from "./workloads/deployment-controller.ts";
import { directControllers } from "./workloads/direct-controllers.ts";
import { jobController } from "./workloads/job-controller.ts";
import { loadBalancerController } from "./workloads/load-balancer-controller.ts";
import { nodeController } from "./workloads/node-controller.ts";
import { podController } from "./workloads/pod-controller.ts";
import { replicaSetController } from "./workloads/replica-set-controller.ts";
import { statefulSetController } from "./workloads/stateful-set-controller.ts";
import type { WorkloadOptions } from "./workloads/workload-options.ts";

/** Which of Kubernetes' own loops run; everything does unless it is switched off. */
export interface Loops {
  /**
   * Deleted namespaces: `content` deletes what is in them first, `finalizer-only` lets them go and leaves the content
   * behind, `off` leaves them terminating.
   */
  readonly namespaces?: "content" | "finalizer-only" | "off";
  /** Collects objects whose owners are gone. */
  readonly garbage?: boolean;
  /** Gives each namespace its `default` ServiceAccount. */
  readonly accounts?: boolean;
  /** Gives `view`, `edit`, `admin` and roles like them the rules of the roles that are marked for them. */
  readonly roles?: boolean;
  /** Gives each namespace its ConfigMap `kube-root-ca.crt`. */
  readonly rootCertificate?: boolean;
  /**
   * `simulate` has ReplicaSets and Pods behind a workload, on one node; `status-only` writes the status of the workload
   * and nothing else; `off` leaves workloads as they are.
   */
  readonly workloads?: "simulate" | "status-only" | "off";
}

/** The controllers of the loops that are on. */
export function loopControllers(
  loops: Loops,
  options: WorkloadOptions & { readonly certificateAuthority: string },
): readonly Controller[] {
  const {
    namespaces = "content",
    garbage = true,
    accounts = true,
    roles = true,
    rootCertificate = true,
    workloads = "simulate",
  } = loops;
  return [
    ...(namespaces === "off"
      ? []
      : [namespaceController({ mode: namespaces, podsAreLetGo: workloads === "simulate" })]),
    ...(garbage ? [garbageController()] : []),
    ...(accounts ? [defaultAccountController()] : []),
    ...(roles ? [roleAggregationController()] : []),
    ...(rootCertificate ? [rootCertificateController(options.certificateAuthority)] : []),
    ...workloadControllers(workloads, options),
  ];
}

function workloadControllers(
  mode: NonNullable<Loops["workloads"]>,
  options: WorkloadOptions,
): readonly Controller[] {
  switch (mode) {
    case "off":
      return [];
    case "status-only":
      return directControllers(options);
    case "simulate":
      return [
        deploymentController(options),
        replicaSetController(),
        statefulSetController(),
        daemonSetController(),
        jobController(),
        cronJobController(),
        podController(options),
        nodeController(),
        claimController(options),
        loadBalancerController(options),
        endpointsController(),
        disruptionController(),
      ];
  }
}
