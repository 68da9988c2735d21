import type { StatefulSet, StatefulSetStatus } from "@weir/builtin/apps-v1";
import type { PersistentVolumeClaim, Pod } from "@weir/builtin/core-v1";
import type { JsonObject } from "@weir/core";
import { REVISION_LABEL } from "./controller-revision.ts";
import { isPodFinished, isPodReady } from "./pod-status.ts";
import { countAvailable } from "./replica-set.ts";
import { countField, observedGeneration } from "./count-field.ts";
import { podFromTemplate } from "./pod-from-template.ts";

/** A StatefulSet, its pods, and the names of the revisions that it comes from and goes to. */
export interface StatefulSetObservation {
  readonly statefulSet: StatefulSet;
  readonly pods: readonly Pod[];
  readonly updateRevision: string;
}

export type StatefulSetAct =
  | { readonly kind: "create"; readonly ordinal: number; readonly revision: string }
  | { readonly kind: "remove"; readonly pod: Pod };

/** Decides which pods to make or remove next, in the order of their numbers unless they may go in parallel. */
export function decideStatefulSet(observation: StatefulSetObservation): readonly StatefulSetAct[] {
  const { statefulSet, pods } = observation;
  if (statefulSet.metadata.deletionTimestamp !== undefined) return [];
  const isParallel = statefulSet.spec?.podManagementPolicy === "Parallel";
  const byOrdinal = podsByOrdinal(statefulSet, pods);
  const acts: StatefulSetAct[] = [];
  for (const ordinal of ordinals(statefulSet)) {
    const pod = byOrdinal.get(ordinal);
    const act = actFor(observation, ordinal, pod);
    if (act !== undefined) acts.push(act);
    if (isParallel) continue;
    // The next one waits for this one.
    if (act !== undefined || pod === undefined || !isHealthy(pod)) return acts;
  }
  return acts.length > 0 ? acts : shrinkOrUpdate(observation, byOrdinal, isParallel);
}

/** Counts a StatefulSet's pods; the revision moves on when all pods are of the new one. */
export function statefulSetStatus(observation: StatefulSetObservation, nowMs: number): StatefulSetStatus {
  const { statefulSet, pods, updateRevision } = observation;
  const { minReadySeconds = 0 } = statefulSet.spec ?? {};
  const owned = [...podsByOrdinal(statefulSet, pods).values()].filter((pod) => !isPodFinished(pod));
  const ready = owned.filter(isPodReady).length;
  const updated = countOfRevision(owned, updateRevision);
  const isDone = [updated, owned.length, ready].every((count) => count === (statefulSet.spec?.replicas ?? 1));
  const currentRevision = (isDone ? undefined : statefulSet.status?.currentRevision) ?? updateRevision;
  return {
    ...observedGeneration(statefulSet.metadata),
    replicas: owned.length,
    ...countField("readyReplicas", ready),
    ...countField("currentReplicas", countOfRevision(owned, currentRevision)),
    ...countField("updatedReplicas", updated),
    currentRevision,
    updateRevision,
    collisionCount: statefulSet.status?.collisionCount ?? 0,
    availableReplicas: countAvailable(owned, minReadySeconds, nowMs).available,
  };
}

/** The pod with a number, with the claims that its volumes need. */
export function statefulPod(
  statefulSet: StatefulSet,
  ordinal: number,
  revision: string,
): { readonly pod: JsonObject; readonly claims: readonly JsonObject[] } {
  const { metadata, spec } = statefulSet;
  const { template, volumeClaimTemplates = [], serviceName } = spec ?? {};
  const name = podName(statefulSet, ordinal);
  const volumes = volumeClaimTemplates.map((claim) => ({
    name: claim.metadata.name,
    persistentVolumeClaim: { claimName: `${claim.metadata.name}-${name}` },
  }));
  const claimed = new Set(volumes.map((volume) => volume.name));
  const others = (template?.spec?.volumes ?? []).filter((volume) => !claimed.has(volume.name));
  const pod = podFromTemplate({
    owner: { apiVersion: "apps/v1", kind: "StatefulSet", metadata },
    template,
    name,
    labels: {
      "apps.kubernetes.io/pod-index": String(ordinal),
      [REVISION_LABEL]: revision,
      "statefulset.kubernetes.io/pod-name": name,
    },
    spec: { hostname: name, subdomain: serviceName, volumes: [...volumes, ...others] },
  });
  return { pod, claims: volumeClaimTemplates.map((claim) => claimFor(statefulSet, claim, name)) };
}

function actFor(
  observation: StatefulSetObservation,
  ordinal: number,
  pod: Pod | undefined,
): StatefulSetAct | undefined {
  if (pod === undefined) return { kind: "create", ordinal, revision: revisionFor(observation, ordinal) };
  if (isPodFinished(pod) && pod.metadata.deletionTimestamp === undefined) return { kind: "remove", pod };
  return undefined;
}

function shrinkOrUpdate(
  observation: StatefulSetObservation,
  byOrdinal: ReadonlyMap<number, Pod>,
  isParallel: boolean,
): readonly StatefulSetAct[] {
  const wanted = new Set(ordinals(observation.statefulSet));
  const highestFirst = [...byOrdinal].toSorted(([left], [right]) => right - left);
  const surplus = highestFirst.filter(([ordinal]) => !wanted.has(ordinal)).map(([, pod]) => pod);
  if (surplus.length > 0) {
    const going = (isParallel ? surplus : surplus.slice(0, 1)).filter(isStaying);
    return going.map((pod) => ({ kind: "remove", pod }));
  }
  return updateNext(observation, highestFirst);
}

/** A rolling update replaces the highest pod that is of an old revision, once those above it are healthy. */
function updateNext(
  { statefulSet, updateRevision }: StatefulSetObservation,
  highestFirst: readonly (readonly [number, Pod])[],
): readonly StatefulSetAct[] {
  const strategy = statefulSet.spec?.updateStrategy;
  if (strategy?.type === "OnDelete") return [];
  const partition = strategy?.rollingUpdate?.partition ?? 0;
  const updating = highestFirst.filter(([ordinal]) => ordinal >= partition).map(([, pod]) => pod);
  const next = updating.find((pod) => !isOfRevision(pod, updateRevision) || !isHealthy(pod));
  const isReplaceable = next !== undefined && isStaying(next) && !isOfRevision(next, updateRevision);
  return isReplaceable ? [{ kind: "remove", pod: next }] : [];
}

/** A pod that is made anew in mid-update below the partition is of the revision that the others are. */
function revisionFor({ statefulSet, updateRevision }: StatefulSetObservation, ordinal: number): string {
  const { status, spec } = statefulSet;
  const current = status?.currentRevision ?? updateRevision;
  if (current === updateRevision) return updateRevision;
  const partition = spec?.updateStrategy?.rollingUpdate?.partition;
  if (partition !== undefined && ordinal < partition) return current;
  return updateRevision;
}

function claimFor(statefulSet: StatefulSet, claim: PersistentVolumeClaim, pod: string): JsonObject {
  const made = {
    metadata: {
      name: `${claim.metadata.name}-${pod}`,
      namespace: statefulSet.metadata.namespace ?? "",
      labels: { ...claim.metadata.labels, ...statefulSet.spec?.selector?.matchLabels },
      ...(claim.metadata.annotations === undefined ? {} : { annotations: claim.metadata.annotations }),
    },
    spec: { ...claim.spec },
  };
  return made as unknown as JsonObject;
}

function ordinals(statefulSet: StatefulSet): readonly number[] {
  const start = statefulSet.spec?.ordinals?.start ?? 0;
  return Array.from({ length: statefulSet.spec?.replicas ?? 1 }, (_, at) => start + at);
}

function podName(statefulSet: StatefulSet, ordinal: number): string {
  return `${statefulSet.metadata.name ?? ""}-${ordinal}`;
}

function podsByOrdinal(statefulSet: StatefulSet, pods: readonly Pod[]): ReadonlyMap<number, Pod> {
  const prefix = podName(statefulSet, 0).slice(0, -1);
  const found = new Map<number, Pod>();
  for (const pod of pods) {
    const suffix = (pod.metadata.name ?? "").slice(prefix.length);
    if (/^(0|[1-9]\d*)$/.test(suffix)) found.set(Number(suffix), pod);
  }
  return found;
}

function isHealthy(pod: Pod): boolean {
  return isPodReady(pod) && isStaying(pod);
}

function isStaying(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp === undefined;
}

function isOfRevision(pod: Pod, revision: string): boolean {
  return pod.metadata.labels?.[REVISION_LABEL] === revision;
}

function countOfRevision(pods: readonly Pod[], revision: string): number {
  return pods.filter((pod) => isOfRevision(pod, revision)).length;
}
