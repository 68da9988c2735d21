import type { Kind } from "@weir/client";
import { type Condition, isControlledBy, isConditionTrue, type KubeObject } from "@weir/objects";
import { ReleaseActionError } from "./action-error.ts";
import { type BuiltObject } from "./built-object.ts";

/** How the cluster is asked. */
export interface LegacyReads {
  readonly checkJobs: boolean;
  get(built: BuiltObject): Promise<KubeObject>;
  list(kind: Kind, namespace: string, labelSelector: string): Promise<readonly KubeObject[]>;
}

type Rule = (live: KubeObject, reads: LegacyReads) => boolean | Promise<boolean>;

/** Whether an object is ready by helm 3's rules; kinds without a rule always are. */
export async function isReadyLegacy(built: BuiltObject, reads: LegacyReads): Promise<boolean> {
  const { group, kind } = built.kind;
  const rule = RULES.get(group === "" ? kind : `${group}/${kind}`);
  if (rule === undefined || (kind === "Job" && !reads.checkJobs)) return true;
  return rule(await reads.get(built), reads);
}

const RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ["Pod", isPodReady],
  ["batch/Job", isJobDone],
  ["apps/Deployment", isDeploymentReady],
  ["PersistentVolumeClaim", (live) => statusOf(live).phase === "Bound"],
  ["Service", isServiceReady],
  ["apps/DaemonSet", isDaemonSetReady],
  ["apiextensions.k8s.io/CustomResourceDefinition", isDefinitionReady],
  ["apps/StatefulSet", isStatefulSetReady],
  ["ReplicationController", arePodsReady],
  ["apps/ReplicaSet", arePodsReady],
]);

interface Status {
  readonly phase?: string;
  readonly conditions?: readonly Condition[];
  readonly observedGeneration?: number;
  readonly succeeded?: number;
  readonly failed?: number;
  readonly readyReplicas?: number;
  readonly updatedReplicas?: number;
  readonly currentRevision?: string;
  readonly updateRevision?: string;
  readonly desiredNumberScheduled?: number;
  readonly updatedNumberScheduled?: number;
  readonly numberReady?: number;
  readonly loadBalancer?: { readonly ingress?: readonly unknown[] };
}

interface RollingUpdate {
  readonly maxUnavailable?: number | string;
  readonly maxSurge?: number | string;
  readonly partition?: number;
}

interface UpdateStrategy {
  readonly type?: string;
  readonly rollingUpdate?: RollingUpdate;
}

interface Spec {
  readonly paused?: boolean;
  readonly replicas?: number;
  readonly strategy?: UpdateStrategy;
  readonly updateStrategy?: UpdateStrategy;
  readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
  readonly type?: string;
  readonly clusterIP?: string;
  readonly externalIPs?: readonly string[];
  readonly backoffLimit?: number;
  readonly completions?: number;
}

function statusOf(live: KubeObject): Status {
  return (live["status"] ?? {}) as Status;
}

function specOf(live: KubeObject): Spec {
  return (live["spec"] ?? {}) as Spec;
}

function hasSeenSpec(live: KubeObject): boolean {
  return (statusOf(live).observedGeneration ?? 0) === (live.metadata.generation ?? 0);
}

function isPodReady(live: KubeObject): boolean {
  return isConditionTrue(statusOf(live).conditions, "Ready");
}

function isJobDone(live: KubeObject): boolean {
  const { failed = 0, succeeded = 0 } = statusOf(live);
  const { backoffLimit = 6, completions } = specOf(live);
  if (failed > backoffLimit) {
    const { namespace = "", name = "" } = live.metadata;
    throw new ReleaseActionError(`job is failed: ${namespace}/${name}`);
  }
  return completions === undefined || succeeded >= completions;
}

async function isDeploymentReady(live: KubeObject, reads: LegacyReads): Promise<boolean> {
  const { paused = false, replicas = 1, strategy } = specOf(live);
  if (paused) return true;
  const newest = await newReplicaSet(live, reads);
  if (newest === undefined || !hasSeenSpec(newest) || !hasSeenSpec(live)) return false;
  return (statusOf(newest).readyReplicas ?? 0) >= replicas - maxUnavailable(strategy, replicas);
}

const REVISION = "deployment.kubernetes.io/revision";

async function newReplicaSet(live: KubeObject, reads: LegacyReads): Promise<KubeObject | undefined> {
  const kind = {
    group: "apps",
    version: "v1",
    kind: "ReplicaSet",
    plural: "replicasets",
    scope: "Namespaced",
  } as const;
  const candidates = await reads.list(kind, live.metadata.namespace ?? "", selectorOf(live));
  const revision = live.metadata.annotations?.[REVISION];
  return candidates.find(
    (candidate) => isControlledBy(candidate, live) && candidate.metadata.annotations?.[REVISION] === revision,
  );
}

function selectorOf(live: KubeObject): string {
  const { selector } = specOf(live);
  const labels =
    selector?.matchLabels ?? (live.kind === "ReplicationController" ? selector : undefined) ?? {};
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(",");
}

function maxUnavailable(strategy: UpdateStrategy | undefined, replicas: number): number {
  if ((strategy?.type ?? "RollingUpdate") !== "RollingUpdate" || replicas === 0) return 0;
  const { maxUnavailable: most = "25%", maxSurge = "25%" } = strategy?.rollingUpdate ?? {};
  const unavailable = scaled(most, replicas, Math.floor);
  // A rollout could not move if it may neither go beyond nor below.
  if (unavailable === 0 && scaled(maxSurge, replicas, Math.ceil) === 0) return Math.min(1, replicas);
  return Math.min(unavailable, replicas);
}

function scaled(value: number | string, total: number, round: (value: number) => number): number {
  if (typeof value === "number") return value;
  const percent = /^(\d+)%$/.exec(value)?.[1];
  return percent === undefined ? total : round((Number(percent) * total) / 100);
}

function isServiceReady(live: KubeObject): boolean {
  const { type, clusterIP = "", externalIPs = [] } = specOf(live);
  if (type === "ExternalName") return true;
  if (clusterIP === "") return false;
  if (type !== "LoadBalancer" || externalIPs.length > 0) return true;
  return statusOf(live).loadBalancer?.ingress !== undefined;
}

function isDaemonSetReady(live: KubeObject): boolean {
  if (!hasSeenSpec(live)) return false;
  const { updateStrategy } = specOf(live);
  if (updateStrategy?.type !== "RollingUpdate") return true;
  const { updatedNumberScheduled = 0, desiredNumberScheduled = 0, numberReady = 0 } = statusOf(live);
  if (updatedNumberScheduled !== desiredNumberScheduled) return false;
  const most = updateStrategy.rollingUpdate?.maxUnavailable ?? 1;
  return numberReady >= desiredNumberScheduled - scaled(most, desiredNumberScheduled, Math.ceil);
}

function isDefinitionReady(live: KubeObject): boolean {
  const { conditions } = statusOf(live);
  // A clash of names is not for a wait to resolve.
  const clashes = conditions?.some(({ type, status }) => type === "NamesAccepted" && status === "False");
  return isConditionTrue(conditions, "Established") || clashes === true;
}

function isStatefulSetReady(live: KubeObject): boolean {
  if (!hasSeenSpec(live)) return false;
  const { updateStrategy, replicas = 1 } = specOf(live);
  if (updateStrategy?.type !== "RollingUpdate") return true;
  const partition = updateStrategy.rollingUpdate?.partition ?? 0;
  const { updatedReplicas = 0, readyReplicas = 0, currentRevision, updateRevision } = statusOf(live);
  if (updatedReplicas < replicas - partition || readyReplicas !== replicas) return false;
  return partition !== 0 || currentRevision === updateRevision;
}

async function arePodsReady(live: KubeObject, reads: LegacyReads): Promise<boolean> {
  if (!hasSeenSpec(live)) return false;
  const kind = { group: "", version: "v1", kind: "Pod", plural: "pods", scope: "Namespaced" } as const;
  const pods = await reads.list(kind, live.metadata.namespace ?? "", selectorOf(live));
  return pods.every(isPodReady);
}
