/** Kinds of Kubernetes 1.36 with an end: group and version, deprecated in, removed in, what comes in their place, kinds. */
const TABLE: readonly string[] = [
  "admission.k8s.io/v1beta1 1.19 1.22 admission.k8s.io/v1 AdmissionReview",
  "admissionregistration.k8s.io/v1alpha1 1.35 1.38 - MutatingAdmissionPolicy MutatingAdmissionPolicyBinding",
  "admissionregistration.k8s.io/v1alpha1 1.29 1.32 - ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding",
  "admissionregistration.k8s.io/v1beta1 1.37 1.40 admissionregistration.k8s.io/v1 MutatingAdmissionPolicy MutatingAdmissionPolicyBinding",
  "admissionregistration.k8s.io/v1beta1 1.16 1.22 admissionregistration.k8s.io/v1 MutatingWebhookConfiguration ValidatingWebhookConfiguration",
  "admissionregistration.k8s.io/v1beta1 1.31 1.34 - ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding",
  "apidiscovery.k8s.io/v2beta1 1.32 1.35 - APIGroupDiscovery",
  "apps/v1beta1 1.8 1.16 apps/v1 ControllerRevision Deployment DeploymentRollback StatefulSet",
  "apps/v1beta1 1.8 1.16 autoscaling/v1 Scale",
  "apps/v1beta2 1.9 1.16 apps/v1 ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet",
  "apps/v1beta2 1.9 1.16 autoscaling/v1 Scale",
  "authentication.k8s.io/v1alpha1 1.29 1.32 - SelfSubjectReview",
  "authentication.k8s.io/v1beta1 1.30 1.33 - SelfSubjectReview",
  "authentication.k8s.io/v1beta1 1.19 1.22 authentication.k8s.io/v1 TokenReview",
  "authorization.k8s.io/v1beta1 1.19 1.22 authorization.k8s.io/v1 LocalSubjectAccessReview SelfSubjectAccessReview SelfSubjectRulesReview SubjectAccessReview",
  "batch/v1beta1 1.21 1.25 batch/v1 CronJob",
  "certificates.k8s.io/v1alpha1 1.34 1.37 - ClusterTrustBundle",
  "certificates.k8s.io/v1beta1 1.19 1.22 certificates.k8s.io/v1 CertificateSigningRequest",
  "certificates.k8s.io/v1beta1 1.37 1.40 - ClusterTrustBundle",
  "certificates.k8s.io/v1beta1 1.38 1.41 - PodCertificateRequest",
  "coordination.k8s.io/v1alpha2 1.35 1.38 - LeaseCandidate",
  "coordination.k8s.io/v1beta1 1.19 1.22 coordination.k8s.io/v1 Lease",
  "coordination.k8s.io/v1beta1 1.36 1.39 - LeaseCandidate",
  "discovery.k8s.io/v1beta1 1.21 1.25 discovery.k8s.io/v1 EndpointSlice",
  "events.k8s.io/v1beta1 1.22 1.25 - Event",
  "extensions/v1beta1 1.8 1.16 apps/v1 DaemonSet Deployment ReplicaSet",
  "extensions/v1beta1 1.8 1.16 - DeploymentRollback",
  "extensions/v1beta1 1.14 1.22 networking.k8s.io/v1 Ingress",
  "extensions/v1beta1 1.9 1.16 networking.k8s.io/v1 NetworkPolicy",
  "extensions/v1beta1 1.2 1.16 - Scale",
  "flowcontrol.apiserver.k8s.io/v1beta1 1.23 1.26 flowcontrol.apiserver.k8s.io/v1beta3 FlowSchema PriorityLevelConfiguration",
  "flowcontrol.apiserver.k8s.io/v1beta2 1.26 1.29 flowcontrol.apiserver.k8s.io/v1beta3 FlowSchema PriorityLevelConfiguration",
  "flowcontrol.apiserver.k8s.io/v1beta3 1.29 1.32 flowcontrol.apiserver.k8s.io/v1 FlowSchema PriorityLevelConfiguration",
  "networking.k8s.io/v1beta1 1.34 1.37 - IPAddress ServiceCIDR",
  "networking.k8s.io/v1beta1 1.19 1.22 networking.k8s.io/v1 Ingress IngressClass>IngressClassList",
  "node.k8s.io/v1beta1 1.22 1.25 - RuntimeClass",
  "policy/v1beta1 1.22 1.25 - Eviction",
  "policy/v1beta1 1.21 1.25 policy/v1 PodDisruptionBudget",
  "rbac.authorization.k8s.io/v1beta1 1.17 1.22 rbac.authorization.k8s.io/v1 ClusterRole ClusterRoleBinding Role RoleBinding",
  "resource.k8s.io/v1alpha3 1.36 1.39 - DeviceTaintRule",
  "resource.k8s.io/v1alpha3 1.39 1.42 - ResourcePoolStatusRequest",
  "resource.k8s.io/v1beta1 1.35 1.38 - DeviceClass ResourceClaim ResourceClaimTemplate ResourceSlice",
  "resource.k8s.io/v1beta2 1.36 1.39 - DeviceClass ResourceClaim ResourceClaimTemplate ResourceSlice",
  "resource.k8s.io/v1beta2 1.39 1.42 - DeviceTaintRule",
  "scheduling.k8s.io/v1beta1 1.14 1.22 scheduling.k8s.io/v1 PriorityClass",
  "storage.k8s.io/v1alpha1 1.21 1.24 storage.k8s.io/v1beta1 CSIStorageCapacity",
  "storage.k8s.io/v1alpha1 1.21 1.24 storage.k8s.io/v1 VolumeAttachment",
  "storage.k8s.io/v1alpha1 1.32 1.35 storage.k8s.io/v1 VolumeAttributesClass",
  "storage.k8s.io/v1beta1 1.19 1.22 storage.k8s.io/v1 CSIDriver StorageClass VolumeAttachment",
  "storage.k8s.io/v1beta1 1.17 1.22 storage.k8s.io/v1 CSINode",
  "storage.k8s.io/v1beta1 1.24 1.27 storage.k8s.io/v1 CSIStorageCapacity",
  "storage.k8s.io/v1beta1 1.34 1.37 storage.k8s.io/v1 VolumeAttributesClass",
  "storagemigration.k8s.io/v1beta1 1.38 1.41 - StorageVersionMigration",
  "v1 1.19 - - ComponentStatus",
  "v1 1.33 - discovery.k8s.io/v1 Endpoints>EndpointSlice",
];

interface Deprecation {
  readonly since: string;
  readonly removed: string | undefined;
  readonly replacement: string | undefined;
}

/**
 * What Kubernetes warns of when an object of a kind is used: it is deprecated in the given version; undefined for all
 * others. `kind>Other` in the table has another name in its place.
 */
export function deprecationOf(
  apiVersion: string,
  kind: string,
  kubeVersion: { readonly major: string; readonly minor: string },
): string | undefined {
  const found = findDeprecation(apiVersion, kind);
  if (found === undefined || !isReached(found.since, kubeVersion)) return undefined;
  const removed = found.removed === undefined ? "" : `, unavailable in v${found.removed}+`;
  const replacement = found.replacement === undefined ? "" : `; use ${found.replacement}`;
  return `${apiVersion} ${kind} is deprecated in v${found.since}+${removed}${replacement}`;
}

function findDeprecation(apiVersion: string, kind: string): Deprecation | undefined {
  const names = [kind, kind.replace(/List$/, "")];
  for (const row of TABLE) {
    const [groupVersion, since = "", removed = "-", group = "-", ...kinds] = row.split(" ");
    if (groupVersion !== apiVersion) continue;
    const entry = kinds.map((item) => item.split(">")).find(([name = ""]) => names.includes(name));
    if (entry === undefined) continue;
    const [name = "", other = name] = entry;
    return {
      since,
      removed: removed === "-" ? undefined : removed,
      replacement: group === "-" ? undefined : `${group} ${kind === name ? other : listOf(other)}`,
    };
  }
  return undefined;
}

function listOf(kind: string): string {
  return kind.endsWith("List") ? kind : `${kind}List`;
}

function isReached(
  since: string,
  { major, minor }: { readonly major: string; readonly minor: string },
): boolean {
  const [sinceMajor = 0, sinceMinor = 0] = since.split(".").map(Number);
  const [nowMajor, nowMinor] = [Number.parseInt(major, 10), Number.parseInt(minor, 10)];
  if (sinceMajor !== nowMajor) return sinceMajor < nowMajor;
  return sinceMinor <= nowMinor;
}
