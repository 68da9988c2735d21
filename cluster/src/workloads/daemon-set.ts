import type { DaemonSet, DaemonSetStatus } from "@weir/builtin/apps-v1";
import type { Pod } from "@weir/builtin/core-v1";
import type { JsonObject } from "@weir/core";
import { REVISION_LABEL } from "./controller-revision.ts";
import { isPodFinished, isPodReady } from "./pod-status.ts";
import { countAvailable } from "./replica-set.ts";
import { countField, observedGeneration } from "./count-field.ts";
import { podFromTemplate } from "./pod-from-template.ts";

/** A DaemonSet, its pods, and the one node there is. */
export interface DaemonSetObservation {
  readonly daemonSet: DaemonSet;
  readonly pods: readonly Pod[];
  readonly updateRevision: string;
  readonly nodeLabels: Readonly<Record<string, string>>;
}

export type DaemonSetAct = { readonly kind: "create" } | { readonly kind: "remove"; readonly pod: Pod };

/** Decides how the node gets to exactly one pod, of the present template unless updates wait for deletions. */
export function decideDaemonSet(observation: DaemonSetObservation): readonly DaemonSetAct[] {
  const { daemonSet, pods, updateRevision } = observation;
  if (daemonSet.metadata.deletionTimestamp !== undefined) return [];
  const staying = pods.filter((pod) => pod.metadata.deletionTimestamp === undefined);
  if (desired(observation) === 0) return staying.map((pod) => ({ kind: "remove", pod }));
  const isOnDelete = daemonSet.spec?.updateStrategy?.type === "OnDelete";
  const isKept = (pod: Pod): boolean =>
    !isPodFinished(pod) && (isOnDelete || isOfRevision(pod, updateRevision));
  const [first, ...others] = staying.filter(isKept);
  const leaving = [...staying.filter((pod) => !isKept(pod)), ...others];
  if (leaving.length > 0) return leaving.map((pod) => ({ kind: "remove", pod }));
  // The node has room for one: the next pod waits until the last one is gone.
  return first === undefined && pods.length === 0 ? [{ kind: "create" }] : [];
}

/** Counts a DaemonSet's pods. */
export function daemonSetStatus(observation: DaemonSetObservation, nowMs: number): DaemonSetStatus {
  const { daemonSet, pods, updateRevision } = observation;
  const wanted = desired(observation);
  const staying = pods.filter((pod) => pod.metadata.deletionTimestamp === undefined);
  const ready = staying.filter(isPodReady).length;
  const { available } = countAvailable(staying, daemonSet.spec?.minReadySeconds ?? 0, nowMs);
  const updated = staying.filter((pod) => isOfRevision(pod, updateRevision)).length;
  return {
    currentNumberScheduled: Math.min(wanted, staying.length),
    numberMisscheduled: wanted === 0 ? staying.length : 0,
    desiredNumberScheduled: wanted,
    numberReady: Math.min(wanted, ready),
    ...observedGeneration(daemonSet.metadata),
    ...countField("updatedNumberScheduled", Math.min(wanted, updated)),
    ...countField("numberAvailable", Math.min(wanted, available)),
    ...countField("numberUnavailable", Math.max(0, wanted - available)),
  };
}

/** The pod of a DaemonSet. */
export function daemonPod(daemonSet: DaemonSet, revision: string): JsonObject {
  const { metadata, spec } = daemonSet;
  return podFromTemplate({
    owner: { apiVersion: "apps/v1", kind: "DaemonSet", metadata },
    template: spec?.template,
    name: { prefix: `${metadata.name}-` },
    labels: { [REVISION_LABEL]: revision, "pod-template-generation": String(metadata.generation ?? 1) },
  });
}

function desired({ daemonSet, nodeLabels }: DaemonSetObservation): number {
  const selector = Object.entries(daemonSet.spec?.template?.spec?.nodeSelector ?? {});
  return selector.every(([label, value]) => nodeLabels[label] === value) ? 1 : 0;
}

function isOfRevision(pod: Pod, revision: string): boolean {
  return pod.metadata.labels?.[REVISION_LABEL] === revision;
}
