import type { Controller } from "@weir/sdk";
import { defaultAccountController, rootCertificateController } from "./accounts/account-controller.ts";
import { tokenSecretController } from "./accounts/token-secret-controller.ts";
import { autoscalerController } from "./autoscaling/autoscaler-controller.ts";
import { certificateController, type RequestSigner } from "./certificates/certificate-controller.ts";
import { cronJobController } from "./cron/cron-job-controller.ts";
import { disruptionController } from "./disruption/disruption-controller.ts";
import { DEFAULT_EVENT_TTL_MS, eventTtlController } from "./events/event-ttl-controller.ts";
import { garbageController } from "./garbage/garbage-controller.ts";
import { namespaceController } from "./namespaces/namespace-controller.ts";
import { type CheckPolicy, policyStatusController } from "./policies/policy-status-controller.ts";
import { quotaController } from "./quotas/quota-controller.ts";
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
  /** Gives each namespace its `default` ServiceAccount, and Secrets of accounts their token. */
  readonly accounts?: boolean;
  /** Counts what the objects of a namespace use of its ResourceQuotas. */
  readonly quotas?: boolean;
  /** Gives `view`, `edit`, `admin` and roles like them the rules of the roles that are marked for them. */
  readonly roles?: boolean;
  /** Gives each namespace its ConfigMap `kube-root-ca.crt`. */
  readonly rootCertificate?: boolean;
  /** Tells in the status of ValidatingAdmissionPolicies where their expressions do not fit the objects. */
  readonly policies?: boolean;
  /**
   * Signs approved CertificateSigningRequests of Kubernetes' own signers, approves those of kubelets, and removes old ones.
   * Only a cluster that listens does, as nobody else could show a certificate.
   */
  readonly certificates?: boolean;
  /** Removes Events that are an hour old, or as old as `eventTtlMs` says. */
  readonly events?: boolean;
  /**
   * `simulate` has ReplicaSets and Pods behind a workload, on one node; `status-only` writes the status of the workload
   * and nothing else; `off` leaves workloads as they are.
   */
  readonly workloads?: "simulate" | "status-only" | "off";
}

/** What the loops are told. */
export interface LoopOptions extends WorkloadOptions {
  /** The authority that the API is trusted by, as PEM. */
  readonly certificateAuthority: string;
  /** Who signs requests for certificates; absent where nobody does. */
  readonly signer?: RequestSigner | undefined;
  /** Tells what is wrong with the expressions of a policy; without it no status does. */
  readonly checkPolicy?: CheckPolicy;
  /** How long Events live; an hour by default. */
  readonly eventTtlMs?: number | undefined;
}

/** The controllers of the loops that are on. */
export function loopControllers(loops: Loops, options: LoopOptions): readonly Controller[] {
  const { certificateAuthority, signer, checkPolicy, eventTtlMs = DEFAULT_EVENT_TTL_MS } = options;
  const { namespaces = "content", workloads = "simulate" } = loops;
  const podsAreLetGo = workloads === "simulate";
  return [
    ...(namespaces === "off" ? [] : [namespaceController({ mode: namespaces, podsAreLetGo })]),
    ...unlessOff(loops.garbage, () => [garbageController()]),
    ...unlessOff(loops.accounts, () => [
      defaultAccountController(),
      tokenSecretController(certificateAuthority),
    ]),
    ...unlessOff(loops.quotas, () => [quotaController()]),
    ...unlessOff(loops.roles, () => [roleAggregationController()]),
    ...unlessOff(loops.rootCertificate, () => [rootCertificateController(certificateAuthority)]),
    ...unlessOff(loops.policies, () =>
      checkPolicy === undefined ? [] : [policyStatusController(checkPolicy)],
    ),
    ...unlessOff(loops.certificates, () => (signer === undefined ? [] : [certificateController(signer)])),
    ...unlessOff(loops.events, () => [eventTtlController(eventTtlMs)]),
    ...workloadControllers(workloads, options),
  ];
}

function unlessOff(isOn: boolean | undefined, make: () => readonly Controller[]): readonly Controller[] {
  return isOn === false ? [] : make();
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
        jobController(options),
        cronJobController(),
        podController(options),
        nodeController(),
        claimController(options),
        loadBalancerController(options),
        endpointsController(),
        disruptionController(),
        autoscalerController(),
      ];
  }
}
