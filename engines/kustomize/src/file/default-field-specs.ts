import type { FieldSpec } from "./kustomization.ts";

/** Fields that hold the name of a resource of one kind. */
export interface NameReference {
  readonly group?: string;
  readonly version?: string;
  readonly kind?: string;
  readonly fieldSpecs?: readonly FieldSpec[];
}

/** Which fields the transformers of a layer work on. */
export interface TransformerConfig {
  readonly namePrefix: readonly FieldSpec[];
  readonly nameSuffix: readonly FieldSpec[];
  readonly namespace: readonly FieldSpec[];
  readonly commonLabels: readonly FieldSpec[];
  readonly labels: readonly FieldSpec[];
  readonly templateLabels: readonly FieldSpec[];
  readonly commonAnnotations: readonly FieldSpec[];
  readonly nameReference: readonly NameReference[];
  readonly varReference: readonly FieldSpec[];
  readonly images: readonly FieldSpec[];
  readonly replicas: readonly FieldSpec[];
}

/** A configuration without any field. */
export const EMPTY_CONFIG: TransformerConfig = {
  namePrefix: [],
  nameSuffix: [],
  namespace: [],
  commonLabels: [],
  labels: [],
  templateLabels: [],
  commonAnnotations: [],
  nameReference: [],
  varReference: [],
  images: [],
  replicas: [],
};

/** Kinds that hold a pod template, and where. */
const POD_SPECS: readonly (readonly [kind: string, path: string])[] = [
  ["Pod", "spec"],
  ["PodTemplate", "template/spec"],
  ["Deployment", "spec/template/spec"],
  ["ReplicaSet", "spec/template/spec"],
  ["DaemonSet", "spec/template/spec"],
  ["StatefulSet", "spec/template/spec"],
  ["Job", "spec/template/spec"],
  ["CronJob", "spec/jobTemplate/spec/template/spec"],
];

/** Kinds whose pods' accounts, claims and priority classes are referred to by name. */
const RUNNING_PODS: readonly (readonly [kind: string, path: string])[] = [
  ["Pod", "spec"],
  ["StatefulSet", "spec/template/spec"],
  ["Deployment", "spec/template/spec"],
  ["ReplicationController", "spec/template/spec"],
  ["CronJob", "spec/jobTemplate/spec/template/spec"],
  ["Job", "spec/template/spec"],
  ["DaemonSet", "spec/template/spec"],
];

function inPods(pods: typeof POD_SPECS, paths: readonly string[]): FieldSpec[] {
  return pods.flatMap(([kind, prefix]) =>
    paths.map((path) => ({
      path: `${prefix}/${path}`,
      kind,
      ...(kind === "Pod" && pods === POD_SPECS ? { version: "v1" } : {}),
    })),
  );
}

function at(path: string, kind: string, group?: string, version?: string): FieldSpec {
  return {
    path,
    kind,
    ...(group === undefined ? {} : { group }),
    ...(version === undefined ? {} : { version }),
  };
}

function created(path: string, kind?: string, group?: string, version?: string): FieldSpec {
  return {
    path,
    create: true,
    ...(kind === undefined ? {} : { kind }),
    ...(group === undefined ? {} : { group }),
    ...(version === undefined ? {} : { version }),
  };
}

const CONFIG_MAP_PATHS = [
  "volumes/configMap/name",
  "containers/env/valueFrom/configMapKeyRef/name",
  "initContainers/env/valueFrom/configMapKeyRef/name",
  "containers/envFrom/configMapRef/name",
  "initContainers/envFrom/configMapRef/name",
  "volumes/projected/sources/configMap/name",
];

const SECRET_PATHS = [
  "volumes/secret/secretName",
  "containers/env/valueFrom/secretKeyRef/name",
  "initContainers/env/valueFrom/secretKeyRef/name",
  "containers/envFrom/secretRef/name",
  "initContainers/envFrom/secretRef/name",
  "imagePullSecrets/name",
  "volumes/projected/sources/secret/name",
];

const RBAC = "rbac.authorization.k8s.io";
const WEBHOOKS = "admissionregistration.k8s.io";

const SCALE_TARGETS: readonly NameReference[] = [
  "Deployment",
  "ReplicationController",
  "ReplicaSet",
  "StatefulSet",
].map((kind) => ({ kind, fieldSpecs: [at("spec/scaleTargetRef/name", "HorizontalPodAutoscaler")] }));

const CONFIG_MAP_REFERENCES: NameReference = {
  kind: "ConfigMap",
  version: "v1",
  fieldSpecs: [
    ...inPods(POD_SPECS, CONFIG_MAP_PATHS),
    at("spec/configSource/configMap", "Node"),
    at("rules/resourceNames", "Role"),
    at("rules/resourceNames", "ClusterRole"),
    at("metadata/annotations/nginx.ingress.kubernetes.io\\/fastcgi-params-configmap", "Ingress"),
  ],
};

const SECRET_REFERENCES: NameReference = {
  kind: "Secret",
  version: "v1",
  fieldSpecs: [
    ...inPods(POD_SPECS, SECRET_PATHS),
    at("spec/tls/secretName", "Ingress"),
    at("metadata/annotations/ingress.kubernetes.io\\/auth-secret", "Ingress"),
    at("metadata/annotations/nginx.ingress.kubernetes.io\\/auth-secret", "Ingress"),
    at("metadata/annotations/nginx.ingress.kubernetes.io\\/auth-tls-secret", "Ingress"),
    at("imagePullSecrets/name", "ServiceAccount"),
    at("parameters/secretName", "StorageClass"),
    at("parameters/adminSecretName", "StorageClass"),
    at("parameters/userSecretName", "StorageClass"),
    at("parameters/secretRef", "StorageClass"),
    at("rules/resourceNames", "Role"),
    at("rules/resourceNames", "ClusterRole"),
    at(
      "spec/template/spec/containers/env/valueFrom/secretKeyRef/name",
      "Service",
      "serving.knative.dev",
      "v1",
    ),
    at("spec/azureFile/secretName", "PersistentVolume"),
  ],
};

const SERVICE_REFERENCES: NameReference = {
  kind: "Service",
  version: "v1",
  fieldSpecs: [
    at("spec/serviceName", "StatefulSet", "apps"),
    at("spec/rules/http/paths/backend/serviceName", "Ingress"),
    at("spec/backend/serviceName", "Ingress"),
    at("spec/rules/http/paths/backend/service/name", "Ingress"),
    at("spec/defaultBackend/service/name", "Ingress"),
    at("spec/service/name", "APIService", "apiregistration.k8s.io"),
    at("webhooks/clientConfig/service", "ValidatingWebhookConfiguration", WEBHOOKS),
    at("webhooks/clientConfig/service", "MutatingWebhookConfiguration", WEBHOOKS),
  ],
};

const NAME_REFERENCES: readonly NameReference[] = [
  ...SCALE_TARGETS,
  CONFIG_MAP_REFERENCES,
  SECRET_REFERENCES,
  SERVICE_REFERENCES,
  { kind: "Role", group: RBAC, fieldSpecs: [at("roleRef/name", "RoleBinding", RBAC)] },
  {
    kind: "ClusterRole",
    group: RBAC,
    fieldSpecs: [at("roleRef/name", "RoleBinding", RBAC), at("roleRef/name", "ClusterRoleBinding", RBAC)],
  },
  {
    kind: "ServiceAccount",
    version: "v1",
    fieldSpecs: [
      at("subjects", "RoleBinding", RBAC),
      at("subjects", "ClusterRoleBinding", RBAC),
      ...inPods(RUNNING_PODS, ["serviceAccountName"]),
    ],
  },
  {
    kind: "PersistentVolumeClaim",
    version: "v1",
    fieldSpecs: inPods(RUNNING_PODS, ["volumes/persistentVolumeClaim/claimName"]),
  },
  {
    kind: "PersistentVolume",
    version: "v1",
    fieldSpecs: [at("spec/volumeName", "PersistentVolumeClaim"), at("rules/resourceNames", "ClusterRole")],
  },
  {
    kind: "StorageClass",
    version: "v1",
    group: "storage.k8s.io",
    fieldSpecs: [
      at("spec/storageClassName", "PersistentVolume"),
      at("spec/storageClassName", "PersistentVolumeClaim"),
      at("spec/volumeClaimTemplates/spec/storageClassName", "StatefulSet"),
    ],
  },
  {
    kind: "PriorityClass",
    version: "v1",
    group: "scheduling.k8s.io",
    fieldSpecs: inPods(RUNNING_PODS, ["priorityClassName"]),
  },
  // Upstream writes the version into the group, so that this one never matches.
  {
    kind: "IngressClass",
    version: "v1",
    group: "networking.k8s.io/v1",
    fieldSpecs: [at("spec/ingressClassName", "Ingress")],
  },
  {
    kind: "ValidatingAdmissionPolicy",
    group: WEBHOOKS,
    fieldSpecs: [at("spec/policyName", "ValidatingAdmissionPolicyBinding", WEBHOOKS)],
  },
];

/** Where pods' templates carry labels or annotations, by kind. */
function templateMetadata(field: string, statefulSetGroup?: string): FieldSpec[] {
  return [
    created(`metadata/${field}`),
    created(`spec/template/metadata/${field}`, "ReplicationController", undefined, "v1"),
    created(`spec/template/metadata/${field}`, "Deployment"),
    created(`spec/template/metadata/${field}`, "ReplicaSet"),
    created(`spec/template/metadata/${field}`, "DaemonSet"),
    created(`spec/template/metadata/${field}`, "StatefulSet", statefulSetGroup),
    created(`spec/template/metadata/${field}`, "Job", "batch"),
    created(`spec/jobTemplate/metadata/${field}`, "CronJob", "batch"),
    created(`spec/jobTemplate/spec/template/metadata/${field}`, "CronJob", "batch"),
  ];
}

function podSelectors(kind: string): FieldSpec[] {
  const spec = "spec/template/spec";
  const preferred = "preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm";
  const required = "requiredDuringSchedulingIgnoredDuringExecution";
  return ["podAffinity", "podAntiAffinity"]
    .flatMap((affinity) => [`affinity/${affinity}/${preferred}`, `affinity/${affinity}/${required}`])
    .concat("topologySpreadConstraints")
    .map((path) => ({
      path: `${spec}/${path}/labelSelector/matchLabels`,
      create: false,
      group: "apps",
      kind,
    }));
}

const METADATA_LABELS: readonly FieldSpec[] = [
  ...templateMetadata("labels", "apps"),
  created("spec/volumeClaimTemplates[]/metadata/labels", "StatefulSet", "apps"),
];

const COMMON_LABELS: readonly FieldSpec[] = [
  created("spec/selector", "Service", undefined, "v1"),
  created("spec/selector", "ReplicationController", undefined, "v1"),
  created("spec/selector/matchLabels", "Deployment"),
  ...podSelectors("Deployment"),
  created("spec/selector/matchLabels", "ReplicaSet"),
  created("spec/selector/matchLabels", "DaemonSet"),
  created("spec/selector/matchLabels", "StatefulSet", "apps"),
  ...podSelectors("StatefulSet"),
  at("spec/selector/matchLabels", "Job", "batch"),
  at("spec/jobTemplate/spec/selector/matchLabels", "CronJob", "batch"),
  at("spec/selector/matchLabels", "PodDisruptionBudget", "policy"),
  at("spec/podSelector/matchLabels", "NetworkPolicy", "networking.k8s.io"),
  at("spec/ingress/from/podSelector/matchLabels", "NetworkPolicy", "networking.k8s.io"),
  at("spec/egress/to/podSelector/matchLabels", "NetworkPolicy", "networking.k8s.io"),
  ...METADATA_LABELS,
];

const VAR_PODS: readonly (readonly [kind: string, path: string])[] = [
  ["CronJob", "spec/jobTemplate/spec/template/spec"],
  ["DaemonSet", "spec/template/spec"],
  ["Deployment", "spec/template/spec"],
  ["Job", "spec/template/spec"],
  ["Pod", "spec"],
  ["ReplicaSet", "spec/template/spec"],
  ["StatefulSet", "spec/template/spec"],
];

const VAR_PATHS = ["containers", "initContainers"].flatMap((containers) =>
  ["args", "command", "env/value", "volumeMounts/mountPath"].map((path) => `${containers}/${path}`),
);

const VAR_REFERENCES: readonly FieldSpec[] = [
  ...inPods(VAR_PODS, VAR_PATHS),
  at("spec/jobTemplate/spec/template/volumes/nfs/server", "CronJob"),
  ...["DaemonSet", "Deployment", "Job", "ReplicaSet"].map((kind) =>
    at("spec/template/spec/volumes/nfs/server", kind),
  ),
  at("spec/volumes/nfs/server", "Pod"),
  at("spec/volumeClaimTemplates/spec/nfs/server", "StatefulSet"),
  at("spec/nfs/server", "PersistentVolume"),
  at("spec/template/metadata/annotations", "Deployment"),
  at("spec/rules/host", "Ingress"),
  at("spec/tls/hosts", "Ingress"),
  at("spec/tls/secretName", "Ingress"),
  at("spec/ports/port", "Service"),
  at("spec/ports/targetPort", "Service"),
  { path: "metadata/labels" },
  { path: "metadata/annotations" },
];

const IMAGES: readonly FieldSpec[] = ["spec", "spec/template/spec"].flatMap((spec) =>
  ["containers[]/image", "initContainers[]/image", "volumes[]/image/reference"].map((path) =>
    created(`${spec}/${path}`),
  ),
);

/** The fields that kustomize's transformers work on without further configuration, in the order of the files. */
export const DEFAULT_CONFIG: TransformerConfig = {
  namePrefix: [{ path: "metadata/name" }],
  nameSuffix: [{ path: "metadata/name" }],
  namespace: [
    created("metadata/name", "Namespace"),
    created("spec/service/namespace", "APIService", "apiregistration.k8s.io"),
    at(
      "spec/conversion/webhook/clientConfig/service/namespace",
      "CustomResourceDefinition",
      "apiextensions.k8s.io",
    ),
  ],
  commonLabels: COMMON_LABELS,
  labels: [],
  templateLabels: METADATA_LABELS,
  commonAnnotations: templateMetadata("annotations"),
  nameReference: NAME_REFERENCES,
  varReference: VAR_REFERENCES,
  images: IMAGES,
  replicas: ["Deployment", "ReplicationController", "ReplicaSet", "StatefulSet"].map((kind) =>
    created("spec/replicas", kind),
  ),
};
