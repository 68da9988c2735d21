import { compareUtf8 } from "@weir/core";

/** Kinds in the order in which they are created or removed; all others come after them, by name. */
export type KindOrder = ReadonlyMap<string, number>;

function kindOrder(kinds: readonly string[]): KindOrder {
  return new Map(kinds.map((kind, at) => [kind, at]));
}

/** What comes before other things need it. */
export const installOrder: KindOrder = kindOrder([
  "PriorityClass",
  "Namespace",
  "NetworkPolicy",
  "ResourceQuota",
  "LimitRange",
  "PodSecurityPolicy",
  "PodDisruptionBudget",
  "ServiceAccount",
  "Secret",
  "SecretList",
  "ConfigMap",
  "StorageClass",
  "PersistentVolume",
  "PersistentVolumeClaim",
  "CustomResourceDefinition",
  "ClusterRole",
  "ClusterRoleList",
  "ClusterRoleBinding",
  "ClusterRoleBindingList",
  "Role",
  "RoleList",
  "RoleBinding",
  "RoleBindingList",
  "Service",
  "DaemonSet",
  "Pod",
  "ReplicationController",
  "ReplicaSet",
  "Deployment",
  "HorizontalPodAutoscaler",
  "StatefulSet",
  "Job",
  "CronJob",
  "IngressClass",
  "Ingress",
  "APIService",
  "MutatingWebhookConfiguration",
  "ValidatingWebhookConfiguration",
]);

/** Not the reverse of the install order: Services go before the workloads behind them, validation before mutation. */
export const uninstallOrder: KindOrder = kindOrder([
  "ValidatingWebhookConfiguration",
  "MutatingWebhookConfiguration",
  "APIService",
  "Ingress",
  "IngressClass",
  "Service",
  "CronJob",
  "Job",
  "StatefulSet",
  "HorizontalPodAutoscaler",
  "Deployment",
  "ReplicaSet",
  "ReplicationController",
  "Pod",
  "DaemonSet",
  "RoleBindingList",
  "RoleBinding",
  "RoleList",
  "Role",
  "ClusterRoleBindingList",
  "ClusterRoleBinding",
  "ClusterRoleList",
  "ClusterRole",
  "CustomResourceDefinition",
  "PersistentVolumeClaim",
  "PersistentVolume",
  "StorageClass",
  "ConfigMap",
  "SecretList",
  "Secret",
  "ServiceAccount",
  "PodDisruptionBudget",
  "PodSecurityPolicy",
  "LimitRange",
  "ResourceQuota",
  "NetworkPolicy",
  "Namespace",
  "PriorityClass",
]);

/** Sorts by kind; what has the same kind keeps its order. */
export function sortByKind<Item extends { readonly kind: string }>(
  items: readonly Item[],
  order: KindOrder,
): readonly Item[] {
  return items.toSorted((left, right) => compareKinds(left.kind, right.kind, order));
}

function compareKinds(left: string, right: string, order: KindOrder): number {
  const first = order.get(left);
  const second = order.get(right);
  if (first !== undefined && second !== undefined) return first - second;
  if (first === undefined && second === undefined) return compareUtf8(left, right);
  return first === undefined ? 1 : -1;
}
