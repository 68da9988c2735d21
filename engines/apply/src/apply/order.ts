import { gvkOf, type KubeObject } from "@weir/objects";

/** Kinds that others stand on, in Flux's order; what is not named comes after them. */
const FIRST = [
  "CustomResourceDefinition",
  "Namespace",
  "ClusterRole",
  "ClusterClass",
  "RuntimeClass",
  "PriorityClass",
  "StorageClass",
  "VolumeSnapshotClass",
  "IngressClass",
  "GatewayClass",
  "ClusterRoleBinding",
  "ResourceQuota",
  "ServiceAccount",
  "Role",
  "RoleBinding",
  "ConfigMap",
  "Secret",
  "Service",
  "LimitRange",
  "Deployment",
  "StatefulSet",
  "CronJob",
  "PodDisruptionBudget",
] as const;

/** Kinds that can refuse others, and so come last. */
const LAST = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"] as const;

const RANK: ReadonlyMap<string, number> = new Map([
  ...FIRST.map((kind, index) => [kind, index - FIRST.length] as const),
  ...LAST.map((kind, index) => [kind, index + 1] as const),
]);

/** Which objects are applied together: definitions, then classes, then everything else. */
export type Stage = "definitions" | "classes" | "rest";

/** The stage of an object, as Flux stages an apply. */
export function stageOf(object: KubeObject): Stage {
  const { kind } = object;
  if (kind === "CustomResourceDefinition" || kind === "Namespace" || kind === "ClusterRole")
    return "definitions";
  return kind.endsWith("Class") ? "classes" : "rest";
}

/** Orders objects for an apply: by the rank of their kind, then group, kind, namespace and name. */
export function compareForApply(a: KubeObject, b: KubeObject): number {
  const rank = (RANK.get(a.kind) ?? 0) - (RANK.get(b.kind) ?? 0);
  if (rank !== 0) return rank;
  return (
    compareText(gvkOf(a).group, gvkOf(b).group) ||
    compareText(a.kind, b.kind) ||
    compareText(a.metadata.namespace ?? "", b.metadata.namespace ?? "") ||
    compareText(a.metadata.name ?? "", b.metadata.name ?? "")
  );
}

/** The stages of an apply, each in order; empty ones are left out. */
export function stagesOf(objects: readonly KubeObject[]): readonly (readonly KubeObject[])[] {
  const stages: Readonly<Record<Stage, KubeObject[]>> = { definitions: [], classes: [], rest: [] };
  for (const object of objects) stages[stageOf(object)].push(object);
  return [stages.definitions, stages.classes, stages.rest]
    .filter((stage) => stage.length > 0)
    .map((stage) => stage.sort(compareForApply));
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
