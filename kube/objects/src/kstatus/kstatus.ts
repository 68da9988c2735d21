import { asJson, gvkOf } from "../api-version.ts";
import type { KubeObject } from "../object.ts";
import { current, failed, inProgress, type KstatusResult } from "./kstatus-result.ts";
import { type NumberDecoding, ObjectFieldError, ObjectFields } from "./object-fields.ts";
import { judgePod } from "./pod-rule.ts";
import {
  isFalse,
  isTrue,
  judgeDaemonSet,
  judgeDeployment,
  judgeJob,
  judgeReplicaSet,
  judgeStatefulSet,
  type KindRule,
} from "./workload-rules.ts";

/** What else than the object its status depends on. */
export interface KstatusOptions {
  /**
   * Milliseconds since the epoch. A pod that no node takes is given fifteen seconds from its creation before it counts
   * as failed; without a time it gets none.
   */
  readonly now?: number;
  /** How the object's numbers were decoded; `int64` by default. An object decoded as `float64` is refused. */
  readonly numbers?: NumberDecoding;
}

const kindRules: ReadonlyMap<string, KindRule> = new Map([
  ["Service", judgeService],
  ["Pod", judgePod],
  ["Secret", judgeConstant("Resource is always ready")],
  ["ConfigMap", judgeConstant("Resource is always ready")],
  ["PersistentVolumeClaim", judgeClaim],
  ["apps/StatefulSet", judgeStatefulSet],
  ["apps/DaemonSet", judgeDaemonSet],
  ["extensions/DaemonSet", judgeDaemonSet],
  ["apps/Deployment", judgeDeployment],
  ["extensions/Deployment", judgeDeployment],
  ["apps/ReplicaSet", judgeReplicaSet],
  ["extensions/ReplicaSet", judgeReplicaSet],
  ["policy/PodDisruptionBudget", judgeConstant("AllowedDisruptions has been computed.")],
  ["batch/CronJob", judgeConstant("Resource is always ready")],
  ["batch/Job", judgeJob],
  ["apiextensions.k8s.io/CustomResourceDefinition", judgeDefinition],
]);

/**
 * Tells whether an object has become what its spec asks for, as kstatus (fluxcd/cli-utils) does: by deletion, by the
 * generation its controller has seen, by its Reconciling and Stalled conditions, by the rules of built-in kinds, and
 * else by its Ready condition.
 *
 * Never throws: an object whose fields have other types than these rules ask for is Unknown, with kstatus' error as
 * the message. NotFound is for callers who looked and found nothing.
 */
export function computeKstatus(object: KubeObject, options: KstatusOptions = {}): KstatusResult {
  const fields = new ObjectFields(asJson(object), options.numbers ?? "int64");
  try {
    return judgeGeneric(fields, object.kind) ?? judgeByKind(object, fields, options);
  } catch (error) {
    if (!(error instanceof ObjectFieldError)) throw error;
    return { status: "Unknown", message: error.message, conditions: [] };
  }
}

function judgeGeneric(fields: ObjectFields, kind: string): KstatusResult | undefined {
  const deletion = lookUp("metadata.deletionTimestamp", () =>
    fields.strictText("metadata.deletionTimestamp"),
  );
  if (deletion !== undefined && deletion !== "") {
    return { status: "Terminating", message: "Resource scheduled for deletion", conditions: [] };
  }
  const unseen = judgeGeneration(fields, kind);
  if (unseen !== undefined) return unseen;
  for (const condition of fields.conditions()) {
    if (isTrue(condition, "Reconciling")) return inProgress(condition.reason, condition.message);
    if (isTrue(condition, "Stalled")) return failed(condition.reason, condition.message);
  }
  return undefined;
}

function judgeGeneration(fields: ObjectFields, kind: string): KstatusResult | undefined {
  const generation = lookUp("metadata.generation", () => fields.strictInteger("metadata.generation"));
  if (generation === undefined) return undefined;
  const observed = lookUp("status.observedGeneration", () =>
    fields.strictInteger("status.observedGeneration"),
  );
  // A kind that does not say what its controller has seen is not held up.
  if (observed === undefined || BigInt(observed) === BigInt(generation)) return undefined;
  const message = `${kind} generation is ${generation}, but latest observed generation is ${observed}`;
  return inProgress("LatestGenerationNotObserved", message);
}

function lookUp<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ObjectFieldError)) throw error;
    throw new ObjectFieldError(`looking up ${path} from resource: ${error.message}`);
  }
}

function judgeByKind(object: KubeObject, fields: ObjectFields, options: KstatusOptions): KstatusResult {
  const { group, kind } = gvkOf(object);
  const rule = kindRules.get(group === "" ? kind : `${group}/${kind}`);
  if (rule !== undefined) return rule({ fields, kind, now: options.now ?? Number.POSITIVE_INFINITY });
  for (const condition of fields.conditions()) {
    if (isTrue(condition, "Ready")) return current("Resource is Ready");
    const isUnready = condition.type === "Ready" && ["False", "Unknown"].includes(condition.status);
    if (isUnready) return inProgress(condition.reason, condition.message);
  }
  return current("Resource is current");
}

function judgeConstant(message: string): KindRule {
  return () => current(message);
}

function judgeService({ fields }: { readonly fields: ObjectFields }): KstatusResult {
  const isLoadBalancer = fields.text("spec.type", "ClusterIP") === "LoadBalancer";
  if (isLoadBalancer && fields.text("spec.clusterIP", "") === "") {
    return inProgress("NoIPAssigned", "ClusterIP not set. Service type: LoadBalancer");
  }
  return current("Service is ready");
}

function judgeClaim({ fields }: { readonly fields: ObjectFields }): KstatusResult {
  const phase = fields.text("status.phase", "unknown");
  if (phase === "Bound") return current("PVC is Bound");
  return inProgress("NotBound", `PVC is not Bound. phase: ${phase}`);
}

function judgeDefinition({ fields }: { readonly fields: ObjectFields }): KstatusResult {
  for (const condition of fields.conditions()) {
    if (isFalse(condition, "NamesAccepted")) return failed(condition.reason, condition.message);
    if (isFalse(condition, "Established") && condition.reason !== "Installing") {
      return failed(condition.reason, condition.message);
    }
    if (isTrue(condition, "Established")) return current("CRD is established");
  }
  return inProgress("Installing", "Install in progress");
}
