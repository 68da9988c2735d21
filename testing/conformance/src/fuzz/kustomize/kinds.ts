import type { Dice } from "../dice.ts";
import { Raw, type Yaml, type YamlFields } from "../yaml-writer.ts";
import { claimTemplates, podSpec, podTemplate, someSelector } from "./pod.ts";
import { NAMES, NAMESPACES, someLabels, someScalar, someText, someValue } from "./scalars.ts";

/** A kind of resource, how often it occurs and what is generated for it beside its metadata. */
export interface KindOf {
  readonly apiVersion: string;
  readonly kind: string;
  readonly weight: number;
  readonly isCluster?: boolean;
  readonly body: (dice: Dice) => YamlFields;
}

function data(dice: Dice): Yaml | undefined {
  if (dice.chance(0.04)) return null;
  const keys = dice.some(["k", "a.conf", "b", dice.takesRisks ? "n" : "m", "PORT", "list"], 4);
  return Object.fromEntries(
    keys.map((key) => [key, dice.chance(0.9) ? someText(dice) : someScalar(dice, 0.6)]),
  );
}

function workload(dice: Dice): YamlFields {
  return {
    spec: {
      replicas: dice.maybe(0.6, () => dice.pick<Yaml>([1, 3, "2", new Raw("0x3"), null])),
      selector: dice.maybe(0.85, () => someSelector(dice)),
      template: podTemplate(dice),
      strategy: dice.maybe(0.2, () => ({ type: "RollingUpdate", rollingUpdate: { maxSurge: "25%" } })),
    },
  };
}

function jobSpec(dice: Dice): YamlFields {
  return {
    backoffLimit: 3,
    selector: dice.maybe(0.1, () => someSelector(dice)),
    template: podTemplate(dice),
  };
}

function binding(dice: Dice): YamlFields {
  const subject = (): Yaml => {
    const kind = dice.pick(["ServiceAccount", "ServiceAccount", "User", "Group"]);
    return {
      kind,
      name: dice.pick(["default", ...NAMES]),
      namespace: dice.maybe(0.5, () => dice.pick(NAMESPACES)),
      apiGroup: kind === "ServiceAccount" ? undefined : "rbac.authorization.k8s.io",
    };
  };
  return {
    roleRef: {
      apiGroup: "rbac.authorization.k8s.io",
      kind: dice.pick(["Role", "ClusterRole"]),
      name: dice.pick(NAMES),
    },
    subjects: dice.maybe(0.9, () => dice.many(0, 3, subject)),
  };
}

function role(dice: Dice): YamlFields {
  return {
    rules: dice.many(0, 2, () => ({
      apiGroups: [""],
      resources: [dice.pick(["configmaps", "secrets", "pods"])],
      verbs: ["get"],
      resourceNames: dice.maybe(0.5, () => dice.some(NAMES, 2)),
    })),
    aggregationRule: dice.maybe(0.1, () => ({ clusterRoleSelectors: [someSelector(dice)] })),
  };
}

function service(dice: Dice): YamlFields {
  return {
    spec: {
      selector: dice.maybe(0.7, () => someLabels(dice)),
      ports: dice.maybe(0.8, () =>
        dice.many(0, 3, () => ({
          port: dice.pick<Yaml>([80, 443, "80"]),
          protocol: dice.maybe(0.5, () => dice.pick(["TCP", "UDP"])),
          targetPort: dice.pick<Yaml>([8080, "http"]),
          name: dice.maybe(0.5, () => dice.pick(["http", "https"])),
        })),
      ),
      type: dice.maybe(0.3, () => "ClusterIP"),
    },
  };
}

function ingressV1(dice: Dice): YamlFields {
  const backend = (): YamlFields => ({ service: { name: dice.pick(NAMES), port: { number: 80 } } });
  return {
    spec: {
      ingressClassName: dice.maybe(0.3, () => dice.pick(NAMES)),
      defaultBackend: dice.maybe(0.3, backend),
      tls: dice.maybe(0.4, () => [{ hosts: ["a.example.com"], secretName: dice.pick(NAMES) }]),
      rules: [
        { host: "a.example.com", http: { paths: [{ path: "/", pathType: "Prefix", backend: backend() }] } },
      ],
    },
  };
}

function ingressOld(dice: Dice): YamlFields {
  return {
    spec: {
      backend: dice.maybe(0.5, () => ({ serviceName: dice.pick(NAMES), servicePort: 80 })),
      rules: [
        { http: { paths: [{ path: "/", backend: { serviceName: dice.pick(NAMES), servicePort: 80 } }] } },
      ],
    },
  };
}

function webhooks(dice: Dice): YamlFields {
  return {
    webhooks: dice.many(1, 2, (index) => ({
      name: `hook${index}.example.com`,
      clientConfig: {
        service: dice.maybe(0.9, () => ({
          name: dice.pick(NAMES),
          namespace: dice.maybe(0.8, () => dice.pick(NAMESPACES)),
          path: "/x",
        })),
      },
    })),
  };
}

function crd(dice: Dice): YamlFields {
  return {
    spec: {
      group: "example.com",
      names: { kind: "Foo", plural: "foos" },
      scope: dice.pick(["Namespaced", "Cluster"]),
      conversion: dice.maybe(0.5, () => ({
        strategy: "Webhook",
        webhook: {
          clientConfig: { service: { name: dice.pick(NAMES), namespace: dice.pick(NAMESPACES) } },
        },
      })),
      versions: [
        { name: "v1", schema: { openAPIV3Schema: { properties: { containers: { type: "array" } } } } },
      ],
    },
  };
}

function custom(dice: Dice): YamlFields {
  return {
    spec: {
      foo: someValue(dice, 3, 0.4),
      list: dice.maybe(0.5, () =>
        dice.many(0, 3, () => ({
          name: dice.pick(NAMES),
          port: someScalar(dice, 0.2),
          value: someScalar(dice, 0.3),
        })),
      ),
      configMapRef: dice.maybe(0.3, () => ({ name: dice.pick(NAMES) })),
      template: dice.maybe(0.2, () => ({ metadata: { labels: someLabels(dice) }, spec: podSpec(dice) })),
      selector: dice.maybe(0.2, () => ({ matchLabels: someLabels(dice) })),
      image: dice.maybe(0.2, () => "nginx:1.19"),
      replicas: dice.maybe(0.3, () => 2),
      text: dice.maybe(0.3, () => '{"a": {"b": "c"}}'),
    },
    status: dice.maybe(0.1, () => someValue(dice, 2, 0.2)),
  };
}

function hpa(dice: Dice): YamlFields {
  return {
    spec: {
      scaleTargetRef: {
        apiVersion: "apps/v1",
        kind: dice.pick(["Deployment", "StatefulSet", "Foo"]),
        name: dice.pick(NAMES),
      },
      maxReplicas: 5,
    },
  };
}

/** Kinds that kustomize treats in ways of their own, and some that it does not know. */
export const KINDS: readonly KindOf[] = [
  {
    apiVersion: "v1",
    kind: "ConfigMap",
    weight: 8,
    body: (dice) => ({
      data: data(dice),
      binaryData: dice.maybe(0.1, () => ({ bin: "AAEC" })),
      immutable: dice.maybe(0.1, () => true),
    }),
  },
  {
    apiVersion: "v1",
    kind: "Secret",
    weight: 5,
    body: (dice) => ({
      type: dice.maybe(0.6, () => dice.pick(["Opaque", "kubernetes.io/tls"])),
      data: dice.maybe(0.6, () => ({ k: "c2VjcmV0", long: dice.maybe(0.2, () => "QUJD".repeat(30)) })),
      stringData: dice.maybe(0.4, () => data(dice)),
    }),
  },
  { apiVersion: "apps/v1", kind: "Deployment", weight: 12, body: workload },
  {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    weight: 4,
    body: (dice) => {
      const { spec } = workload(dice);
      const own = {
        serviceName: dice.maybe(0.6, () => dice.pick(NAMES)),
        volumeClaimTemplates: dice.maybe(0.6, () => claimTemplates(dice)),
      };
      return { spec: { ...(spec as YamlFields), ...own } };
    },
  },
  { apiVersion: "apps/v1", kind: "DaemonSet", weight: 2, body: workload },
  { apiVersion: "apps/v1", kind: "ReplicaSet", weight: 1, body: workload },
  { apiVersion: "extensions/v1beta1", kind: "Deployment", weight: 1, body: workload },
  {
    apiVersion: "v1",
    kind: "ReplicationController",
    weight: 1,
    body: (dice) => ({ spec: { replicas: 1, selector: someLabels(dice), template: podTemplate(dice) } }),
  },
  { apiVersion: "batch/v1", kind: "Job", weight: 2, body: (dice) => ({ spec: jobSpec(dice) }) },
  {
    apiVersion: "batch/v1",
    kind: "CronJob",
    weight: 2,
    body: (dice) => ({
      spec: {
        schedule: "*/5 * * * *",
        jobTemplate: { metadata: dice.maybe(0.3, () => ({ labels: someLabels(dice) })), spec: jobSpec(dice) },
      },
    }),
  },
  {
    apiVersion: "batch/v1beta1",
    kind: "CronJob",
    weight: 1,
    body: (dice) => ({ spec: { jobTemplate: { spec: jobSpec(dice) } } }),
  },
  { apiVersion: "v1", kind: "Pod", weight: 3, body: (dice) => ({ spec: podSpec(dice) }) },
  { apiVersion: "v1", kind: "PodTemplate", weight: 1, body: (dice) => ({ template: podTemplate(dice) }) },
  { apiVersion: "v1", kind: "Service", weight: 6, body: service },
  {
    apiVersion: "v1",
    kind: "ServiceAccount",
    weight: 4,
    body: (dice) => ({
      secrets: dice.maybe(0.3, () => [{ name: dice.pick(NAMES) }]),
      imagePullSecrets: dice.maybe(0.3, () => [{ name: dice.pick(NAMES) }]),
      automountServiceAccountToken: dice.maybe(0.3, () => someScalar(dice, 0.3)),
    }),
  },
  { apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role", weight: 2, body: role },
  { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", weight: 2, isCluster: true, body: role },
  { apiVersion: "rbac.authorization.k8s.io/v1", kind: "RoleBinding", weight: 3, body: binding },
  {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRoleBinding",
    weight: 2,
    isCluster: true,
    body: binding,
  },
  { apiVersion: "networking.k8s.io/v1", kind: "Ingress", weight: 2, body: ingressV1 },
  { apiVersion: "networking.k8s.io/v1beta1", kind: "Ingress", weight: 1, body: ingressOld },
  { apiVersion: "extensions/v1beta1", kind: "Ingress", weight: 1, body: ingressOld },
  {
    apiVersion: "networking.k8s.io/v1",
    kind: "IngressClass",
    weight: 1,
    isCluster: true,
    body: () => ({ spec: { controller: "x" } }),
  },
  {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    weight: 1,
    body: (dice) => ({
      spec: {
        podSelector: someSelector(dice),
        ingress: [{ from: [{ podSelector: someSelector(dice), namespaceSelector: someSelector(dice) }] }],
      },
    }),
  },
  {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    weight: 1,
    body: (dice) => ({ spec: { minAvailable: 1, selector: someSelector(dice) } }),
  },
  { apiVersion: "autoscaling/v2", kind: "HorizontalPodAutoscaler", weight: 1, body: hpa },
  { apiVersion: "autoscaling/v1", kind: "HorizontalPodAutoscaler", weight: 1, body: hpa },
  {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    weight: 2,
    body: (dice) => ({
      spec: {
        storageClassName: dice.maybe(0.5, () => dice.pick(NAMES)),
        volumeName: dice.maybe(0.5, () => dice.pick(NAMES)),
        selector: dice.maybe(0.3, () => someSelector(dice)),
      },
    }),
  },
  {
    apiVersion: "v1",
    kind: "PersistentVolume",
    weight: 1,
    isCluster: true,
    body: (dice) => ({
      spec: {
        storageClassName: dice.pick(NAMES),
        claimRef: dice.maybe(0.4, () => ({ name: dice.pick(NAMES), namespace: dice.pick(NAMESPACES) })),
        cephfs: dice.maybe(0.2, () => ({ secretRef: { name: dice.pick(NAMES) } })),
      },
    }),
  },
  {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    weight: 1,
    isCluster: true,
    body: () => ({ provisioner: "x" }),
  },
  {
    apiVersion: "scheduling.k8s.io/v1",
    kind: "PriorityClass",
    weight: 1,
    isCluster: true,
    body: () => ({ value: 1000 }),
  },
  { apiVersion: "v1", kind: "Namespace", weight: 2, isCluster: true, body: () => ({}) },
  {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingWebhookConfiguration",
    weight: 1,
    isCluster: true,
    body: webhooks,
  },
  {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "MutatingWebhookConfiguration",
    weight: 1,
    isCluster: true,
    body: webhooks,
  },
  {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicyBinding",
    weight: 1,
    isCluster: true,
    body: (dice) => ({ spec: { policyName: dice.pick(NAMES) } }),
  },
  {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicy",
    weight: 1,
    isCluster: true,
    body: () => ({ spec: { failurePolicy: "Fail" } }),
  },
  {
    apiVersion: "apiregistration.k8s.io/v1",
    kind: "APIService",
    weight: 1,
    isCluster: true,
    body: (dice) => ({
      spec: {
        group: "g",
        service: dice.maybe(0.7, () => ({ name: dice.pick(NAMES), namespace: dice.pick(NAMESPACES) })),
      },
    }),
  },
  {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    weight: 1,
    isCluster: true,
    body: crd,
  },
  { apiVersion: "example.com/v1", kind: "Foo", weight: 6, body: custom },
  { apiVersion: "example.com/v1", kind: "Bar", weight: 3, body: custom },
  {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "ServiceMonitor",
    weight: 1,
    body: (dice) => ({ spec: { selector: someSelector(dice) } }),
  },
  { apiVersion: "v1", kind: "LimitRange", weight: 1, body: () => ({ spec: { limits: [{ type: "Pod" }] } }) },
];
