/**
 * The kinds that kustomize 5.8.1 knows, from its built-in Kubernetes 1.21.2 schema: those of the whole cluster after
 * `cluster:`, those of a namespace after `namespaced:`. Newer kinds are unknown on purpose, as they are upstream.
 */
const KNOWN_KINDS: Readonly<Record<string, string>> = {
  v1: "cluster: ComponentStatus Namespace Node NodeProxyOptions PersistentVolume namespaced: ConfigMap Endpoints Event LimitRange PersistentVolumeClaim Pod PodAttachOptions PodExecOptions PodPortForwardOptions PodProxyOptions PodTemplate ReplicationController ResourceQuota Secret Service ServiceAccount ServiceProxyOptions",
  "admissionregistration.k8s.io/v1": "cluster: MutatingWebhookConfiguration ValidatingWebhookConfiguration",
  "admissionregistration.k8s.io/v1beta1":
    "cluster: MutatingWebhookConfiguration ValidatingWebhookConfiguration",
  "apiextensions.k8s.io/v1": "cluster: CustomResourceDefinition",
  "apiextensions.k8s.io/v1beta1": "cluster: CustomResourceDefinition",
  "apiregistration.k8s.io/v1": "cluster: APIService",
  "apiregistration.k8s.io/v1beta1": "cluster: APIService",
  "apps/v1": "namespaced: ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet",
  "autoscaling/v1": "namespaced: HorizontalPodAutoscaler Scale",
  "autoscaling/v2beta1": "namespaced: HorizontalPodAutoscaler",
  "autoscaling/v2beta2": "namespaced: HorizontalPodAutoscaler",
  "batch/v1": "namespaced: CronJob Job",
  "batch/v1beta1": "namespaced: CronJob",
  "certificates.k8s.io/v1": "cluster: CertificateSigningRequest",
  "certificates.k8s.io/v1beta1": "cluster: CertificateSigningRequest",
  "coordination.k8s.io/v1": "namespaced: Lease",
  "coordination.k8s.io/v1beta1": "namespaced: Lease",
  "discovery.k8s.io/v1": "namespaced: EndpointSlice",
  "discovery.k8s.io/v1beta1": "namespaced: EndpointSlice",
  "events.k8s.io/v1": "namespaced: Event",
  "events.k8s.io/v1beta1": "namespaced: Event",
  "extensions/v1beta1": "namespaced: Ingress",
  "flowcontrol.apiserver.k8s.io/v1beta1": "cluster: FlowSchema PriorityLevelConfiguration",
  "networking.k8s.io/v1": "cluster: IngressClass namespaced: Ingress NetworkPolicy",
  "networking.k8s.io/v1beta1": "cluster: IngressClass namespaced: Ingress",
  "node.k8s.io/v1": "cluster: RuntimeClass",
  "node.k8s.io/v1beta1": "cluster: RuntimeClass",
  "policy/v1": "namespaced: PodDisruptionBudget",
  "policy/v1beta1": "cluster: PodSecurityPolicy namespaced: PodDisruptionBudget",
  "rbac.authorization.k8s.io/v1": "cluster: ClusterRole ClusterRoleBinding namespaced: Role RoleBinding",
  "rbac.authorization.k8s.io/v1beta1": "cluster: ClusterRole ClusterRoleBinding namespaced: Role RoleBinding",
  "scheduling.k8s.io/v1": "cluster: PriorityClass",
  "scheduling.k8s.io/v1beta1": "cluster: PriorityClass",
  "storage.k8s.io/v1": "cluster: CSIDriver CSINode StorageClass VolumeAttachment",
  "storage.k8s.io/v1beta1":
    "cluster: CSIDriver CSINode StorageClass VolumeAttachment namespaced: CSIStorageCapacity",
};

export type Scope = "cluster" | "namespaced";

/** Scope of the built-in kinds by `apiVersion kind`. */
export type ScopeTable = ReadonlyMap<string, Scope>;

function readTable(): ScopeTable {
  const table = new Map<string, Scope>();
  for (const [apiVersion, text] of Object.entries(KNOWN_KINDS)) {
    let scope: Scope = "namespaced";
    for (const word of text.split(" ")) {
      if (word === "cluster:") scope = "cluster";
      else if (word === "namespaced:") scope = "namespaced";
      else table.set(`${apiVersion} ${word}`, scope);
    }
  }
  return table;
}

/** The built-in kinds; an immutable table. */
export const BUILTIN_SCOPES: ScopeTable = readTable();
