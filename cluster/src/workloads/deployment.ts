import type { Deployment, ReplicaSet } from "@weir/builtin/apps-v1";
import { controllerReference } from "./controller-reference.ts";
import { sameTemplate, TEMPLATE_HASH_LABEL, templateHash } from "./pod-template.ts";
import { type RolloutBounds, rolloutBounds } from "./rollout-bounds.ts";
import { millisecondsOf } from "./timestamp.ts";

export const REVISION_ANNOTATION = "deployment.kubernetes.io/revision";
const REVISION_HISTORY_ANNOTATION = "deployment.kubernetes.io/revision-history";
const DESIRED_ANNOTATION = "deployment.kubernetes.io/desired-replicas";
const MAX_ANNOTATION = "deployment.kubernetes.io/max-replicas";

/** Annotations of a Deployment that are not its ReplicaSets'. */
const OWN_ANNOTATIONS: ReadonlySet<string> = new Set([
  "kubectl.kubernetes.io/last-applied-configuration",
  REVISION_ANNOTATION,
  REVISION_HISTORY_ANNOTATION,
  DESIRED_ANNOTATION,
  MAX_ANNOTATION,
  "deprecated.deployment.rollback.to",
]);

/** A Deployment and the ReplicaSets that it controls. */
export interface DeploymentObservation {
  readonly deployment: Deployment;
  readonly replicaSets: readonly ReplicaSet[];
}

/** One thing to do; after it, everything is observed again. */
export type DeploymentAct =
  | { readonly kind: "create"; readonly replicaSet: NewReplicaSet }
  | { readonly kind: "scale"; readonly replicaSet: ReplicaSet; readonly replicas: number }
  | {
      readonly kind: "annotate";
      readonly replicaSet: ReplicaSet;
      readonly annotations: Readonly<Record<string, string>>;
      readonly minReadySeconds: number;
    }
  | { readonly kind: "forget"; readonly replicaSet: ReplicaSet };

/** What a ReplicaSet is made of. */
export interface NewReplicaSet {
  readonly name: string;
  readonly hash: string;
  readonly replicas: number;
  readonly annotations: Readonly<Record<string, string>>;
}

/** The ReplicaSet of the present template, if there is one, and the others. */
export interface ReplicaSetRoles {
  readonly current: ReplicaSet | undefined;
  readonly old: readonly ReplicaSet[];
}

/** Tells the ReplicaSet of the present template from those of earlier ones; of two, the older is it. */
export function replicaSetRoles({ deployment, replicaSets }: DeploymentObservation): ReplicaSetRoles {
  const byAge = replicaSets.toSorted(olderFirst);
  const current = byAge.find((each) => sameTemplate(each.spec?.template, deployment.spec?.template));
  return { current, old: byAge.filter((each) => each !== current) };
}

/** Decides the next steps of a rollout, as Kubernetes' deployment controller takes them. */
export function decideDeployment(observation: DeploymentObservation): readonly DeploymentAct[] {
  const { deployment } = observation;
  if (deployment.metadata.deletionTimestamp !== undefined) return [];
  const roles = replicaSetRoles(observation);
  if (deployment.spec?.paused === true) return scalePaused(deployment, roles);
  const revision = decideRevision(deployment, roles);
  if (revision.length > 0) return revision;
  const scaling =
    deployment.spec?.strategy?.type === "Recreate" ? recreate(deployment, roles) : roll(deployment, roles);
  return scaling.length > 0 ? scaling : forgetOldest(deployment, roles.old);
}

/** How far this Deployment's rollout may leave its number of pods. */
export function deploymentBounds(deployment: Deployment): RolloutBounds {
  const replicas = deployment.spec?.replicas ?? 1;
  const { strategy } = deployment.spec ?? {};
  if (strategy?.type === "Recreate") return { maxSurge: 0, maxUnavailable: 0 };
  return rolloutBounds(replicas, strategy?.rollingUpdate?.maxSurge, strategy?.rollingUpdate?.maxUnavailable);
}

/** Keeps the present ReplicaSet's annotations true; they carry its revision. */
function decideRevision(deployment: Deployment, { current, old }: ReplicaSetRoles): readonly DeploymentAct[] {
  if (current === undefined) return [];
  const annotations = currentAnnotations(deployment, current, old);
  const minReadySeconds = deployment.spec?.minReadySeconds ?? 0;
  const isTrue =
    Object.entries(annotations).every(([key, value]) => current.metadata.annotations?.[key] === value) &&
    (current.spec?.minReadySeconds ?? 0) === minReadySeconds;
  return isTrue ? [] : [{ kind: "annotate", replicaSet: current, annotations, minReadySeconds }];
}

/** The number of the present template; none before it has a ReplicaSet. */
export function deploymentRevision(observation: DeploymentObservation): string | undefined {
  return replicaSetRoles(observation).current?.metadata.annotations?.[REVISION_ANNOTATION];
}

function currentAnnotations(
  deployment: Deployment,
  current: ReplicaSet | undefined,
  old: readonly ReplicaSet[],
): Readonly<Record<string, string>> {
  const newestOld = Math.max(0, ...old.map(revisionOf));
  const present = current === undefined ? 0 : revisionOf(current);
  const history = current?.metadata.annotations?.[REVISION_HISTORY_ANNOTATION];
  const isReturning = present > 0 && present <= newestOld;
  const { maxSurge } = deploymentBounds(deployment);
  const replicas = deployment.spec?.replicas ?? 1;
  const inherited = Object.entries(deployment.metadata.annotations ?? {}).filter(
    ([key]) => !OWN_ANNOTATIONS.has(key),
  );
  return {
    ...Object.fromEntries(inherited),
    [REVISION_ANNOTATION]: String(Math.max(present, newestOld + 1)),
    [DESIRED_ANNOTATION]: String(replicas),
    [MAX_ANNOTATION]: String(replicas + maxSurge),
    ...(isReturning
      ? { [REVISION_HISTORY_ANNOTATION]: history === undefined ? String(present) : `${history},${present}` }
      : {}),
  };
}

function scalePaused(deployment: Deployment, { current, old }: ReplicaSetRoles): readonly DeploymentAct[] {
  const active = [...old, ...(current === undefined ? [] : [current])].filter((each) => sizeOf(each) > 0);
  const only = active.length <= 1 ? (active[0] ?? current ?? old[old.length - 1]) : undefined;
  const replicas = deployment.spec?.replicas ?? 1;
  return only === undefined ? [] : scaleTo(only, replicas);
}

function recreate(deployment: Deployment, { current, old }: ReplicaSetRoles): readonly DeploymentAct[] {
  const shrinking = old.flatMap((each) => scaleTo(each, 0));
  if (shrinking.length > 0) return shrinking;
  if (old.some((each) => (each.status?.replicas ?? 0) > 0)) return [];
  const replicas = deployment.spec?.replicas ?? 1;
  if (current === undefined) return [createFor(deployment, old, replicas)];
  return scaleTo(current, replicas);
}

/** One step: the new ReplicaSet grows as far as the surge allows, then the old ones shrink as far as health allows. */
function roll(deployment: Deployment, { current, old }: ReplicaSetRoles): readonly DeploymentAct[] {
  const replicas = deployment.spec?.replicas ?? 1;
  const bounds = deploymentBounds(deployment);
  const oldPods = sum(old, sizeOf);
  const size = current === undefined ? 0 : sizeOf(current);
  const room = Math.max(0, replicas + bounds.maxSurge - oldPods - size);
  const grown = size > replicas ? replicas : size + Math.min(room, replicas - size);
  if (current === undefined) return [createFor(deployment, old, grown)];
  const growing = scaleTo(current, grown);
  return growing.length > 0 ? growing : shrinkOld(deployment, current, old);
}

function shrinkOld(
  deployment: Deployment,
  current: ReplicaSet,
  old: readonly ReplicaSet[],
): readonly DeploymentAct[] {
  const replicas = deployment.spec?.replicas ?? 1;
  const minAvailable = replicas - deploymentBounds(deployment).maxUnavailable;
  const newUnavailable = sizeOf(current) - availableOf(current);
  const mayGo = sum(old, sizeOf) + sizeOf(current) - minAvailable - newUnavailable;
  if (mayGo <= 0) return [];
  const sizes = new Map(old.map((each) => [each, sizeOf(each)]));
  // Pods that are not available anyway go first, whatever that does to the count.
  let left = mayGo;
  for (const each of old) left -= take(sizes, each, Math.min(left, sizeOf(each) - availableOf(each)));
  let spare = availableOf(current) + sum(old, availableOf) - minAvailable;
  for (const each of old) spare -= take(sizes, each, spare);
  return old.flatMap((each) => scaleTo(each, sizes.get(each) ?? 0));
}

function take(sizes: Map<ReplicaSet, number>, replicaSet: ReplicaSet, count: number): number {
  const size = sizes.get(replicaSet) ?? 0;
  const taken = Math.max(0, Math.min(size, count));
  sizes.set(replicaSet, size - taken);
  return taken;
}

function forgetOldest(deployment: Deployment, old: readonly ReplicaSet[]): readonly DeploymentAct[] {
  const limit = deployment.spec?.revisionHistoryLimit ?? 10;
  const idle = old.filter(
    (each) =>
      sizeOf(each) === 0 &&
      (each.status?.replicas ?? 0) === 0 &&
      each.metadata.deletionTimestamp === undefined,
  );
  const surplus = Math.max(0, idle.length - limit);
  const byRevision = idle.toSorted((left, right) => revisionOf(left) - revisionOf(right));
  return byRevision.slice(0, surplus).map((replicaSet) => ({ kind: "forget", replicaSet }));
}

function createFor(deployment: Deployment, old: readonly ReplicaSet[], replicas: number): DeploymentAct {
  const hash = templateHash(deployment.spec?.template, deployment.status?.collisionCount ?? 0);
  const name = `${deployment.metadata.name ?? ""}-${hash}`;
  const annotations = currentAnnotations(deployment, undefined, old);
  return { kind: "create", replicaSet: { name, hash, replicas, annotations } };
}

/** The ReplicaSet itself, for an API that fills in the rest. */
export function newReplicaSet(deployment: Deployment, made: NewReplicaSet): object {
  const hashed = { [TEMPLATE_HASH_LABEL]: made.hash };
  const { spec, metadata } = deployment;
  const template = spec?.template;
  return {
    metadata: {
      name: made.name,
      namespace: metadata.namespace,
      labels: { ...template?.metadata?.labels, ...hashed },
      annotations: made.annotations,
      ownerReferences: [controllerReference("apps/v1", "Deployment", metadata)],
    },
    spec: {
      replicas: made.replicas,
      ...(spec?.minReadySeconds === undefined ? {} : { minReadySeconds: spec.minReadySeconds }),
      selector: { ...spec?.selector, matchLabels: { ...spec?.selector?.matchLabels, ...hashed } },
      template: {
        ...template,
        metadata: { ...template?.metadata, labels: { ...template?.metadata?.labels, ...hashed } },
      },
    },
  };
}

function scaleTo(replicaSet: ReplicaSet, replicas: number): readonly DeploymentAct[] {
  return sizeOf(replicaSet) === replicas ? [] : [{ kind: "scale", replicaSet, replicas }];
}

function revisionOf(replicaSet: ReplicaSet): number {
  const revision = Number.parseInt(replicaSet.metadata.annotations?.[REVISION_ANNOTATION] ?? "0", 10);
  return Number.isNaN(revision) ? 0 : revision;
}

function sizeOf(replicaSet: ReplicaSet): number {
  return replicaSet.spec?.replicas ?? 1;
}

function availableOf(replicaSet: ReplicaSet): number {
  return replicaSet.status?.availableReplicas ?? 0;
}

function sum(replicaSets: readonly ReplicaSet[], count: (each: ReplicaSet) => number): number {
  return replicaSets.reduce((total, each) => total + count(each), 0);
}

function olderFirst(left: ReplicaSet, right: ReplicaSet): number {
  const byAge =
    (millisecondsOf(left.metadata.creationTimestamp) ?? 0) -
    (millisecondsOf(right.metadata.creationTimestamp) ?? 0);
  if (byAge !== 0) return byAge;
  return (left.metadata.name ?? "") < (right.metadata.name ?? "") ? -1 : 1;
}
