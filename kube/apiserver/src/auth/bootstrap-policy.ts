import type { JsonObject } from "@weir/core";

/** A rule of the built-in policy. */
interface PolicyRule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

const read = ["get", "list", "watch"];
const write = ["create", "delete", "deletecollection", "patch", "update"];

/** What people put into a namespace, by API group, without Secrets and without rights. */
const workloads: readonly PolicyRule[] = [
  {
    apiGroups: [""],
    resources: [
      "configmaps",
      "events",
      "persistentvolumeclaims",
      "pods",
      "replicationcontrollers",
      "replicationcontrollers/scale",
      "serviceaccounts",
      "services",
    ],
    verbs: write,
  },
  {
    apiGroups: ["apps"],
    resources: [
      "daemonsets",
      "deployments",
      "deployments/rollback",
      "deployments/scale",
      "replicasets",
      "replicasets/scale",
      "statefulsets",
      "statefulsets/scale",
    ],
    verbs: write,
  },
  { apiGroups: ["autoscaling"], resources: ["horizontalpodautoscalers"], verbs: write },
  { apiGroups: ["batch"], resources: ["cronjobs", "jobs"], verbs: write },
  { apiGroups: ["policy"], resources: ["poddisruptionbudgets"], verbs: write },
  { apiGroups: ["networking.k8s.io"], resources: ["ingresses", "networkpolicies"], verbs: write },
  { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: [...write, ...read] },
];

const viewing: readonly PolicyRule[] = [
  ...workloads.slice(0, -1).map((rule) => ({ ...rule, verbs: read })),
  {
    apiGroups: [""],
    resources: [
      "endpoints",
      "limitranges",
      "namespaces",
      "namespaces/status",
      "pods/log",
      "pods/status",
      "resourcequotas",
    ],
    verbs: read,
  },
  { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: read },
];

const editing: readonly PolicyRule[] = [
  {
    apiGroups: [""],
    resources: ["pods/attach", "pods/exec", "pods/portforward", "pods/proxy", "secrets", "services/proxy"],
    verbs: read,
  },
  { apiGroups: [""], resources: ["secrets", "pods/eviction", "serviceaccounts/token"], verbs: write },
  ...workloads,
];

const health = ["/healthz", "/livez", "/readyz", "/version", "/version/"];

const clusterRoles: Readonly<Record<string, readonly PolicyRule[]>> = {
  "cluster-admin": [
    { verbs: ["*"], apiGroups: ["*"], resources: ["*"] },
    { verbs: ["*"], nonResourceURLs: ["*"] },
  ],
  "system:aggregate-to-admin": [
    { apiGroups: ["authorization.k8s.io"], resources: ["localsubjectaccessreviews"], verbs: ["create"] },
    {
      apiGroups: ["rbac.authorization.k8s.io"],
      resources: ["rolebindings", "roles"],
      verbs: [...write, ...read],
    },
  ],
  "system:aggregate-to-edit": editing,
  "system:aggregate-to-view": viewing,
  "system:basic-user": [
    {
      verbs: ["create"],
      apiGroups: ["authorization.k8s.io"],
      resources: ["selfsubjectaccessreviews", "selfsubjectrulesreviews"],
    },
    { verbs: ["create"], apiGroups: ["authentication.k8s.io"], resources: ["selfsubjectreviews"] },
  ],
  "system:discovery": [
    {
      verbs: ["get"],
      nonResourceURLs: [
        "/api",
        "/api/*",
        "/apis",
        "/apis/*",
        "/healthz",
        "/livez",
        "/openapi",
        "/openapi/*",
        "/readyz",
        "/version",
        "/version/",
      ],
    },
  ],
  "system:public-info-viewer": [{ verbs: ["get"], nonResourceURLs: health }],
  "system:service-account-issuer-discovery": [
    {
      verbs: ["get"],
      nonResourceURLs: [
        "/.well-known/openid-configuration",
        "/.well-known/openid-configuration/",
        "/openid/v1/jwks",
        "/openid/v1/jwks/",
      ],
    },
  ],
};

/** Roles whose rules are those of others: who grants more marks a role for it. Each is part of the one before. */
const aggregated = ["admin", "edit", "view"];

const groupsOf: Readonly<Record<string, readonly string[]>> = {
  "cluster-admin": ["system:masters"],
  "system:basic-user": ["system:authenticated"],
  "system:discovery": ["system:authenticated"],
  "system:public-info-viewer": ["system:authenticated", "system:unauthenticated"],
  "system:service-account-issuer-discovery": ["system:serviceaccounts"],
};

const RBAC = "rbac.authorization.k8s.io";
const labels = { "kubernetes.io/bootstrapping": "rbac-defaults" };
const annotations = { "rbac.authorization.kubernetes.io/autoupdate": "true" };

function mark(role: string): Readonly<Record<string, string>> {
  return { [`${RBAC}/aggregate-to-${role}`]: "true" };
}

/**
 * The ClusterRoles that every cluster has. `admin`, `edit` and `view` have no rules of their own: a loop of the cluster
 * gives them those of the roles that are marked for them.
 */
export function bootstrapRoles(): readonly JsonObject[] {
  const own = Object.entries(clusterRoles).map(([name, rules]): JsonObject => {
    const role = /^system:aggregate-to-(.+)$/.exec(name)?.[1];
    return {
      metadata: { name, labels: { ...labels, ...(role === undefined ? {} : mark(role)) }, annotations },
      rules: rules as unknown as readonly JsonObject[],
    };
  });
  const joined = aggregated.map((name, index): JsonObject => {
    const whole = aggregated[index - 1];
    return {
      metadata: { name, labels: { ...labels, ...(whole === undefined ? {} : mark(whole)) }, annotations },
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: mark(name) }] },
    };
  });
  return [...own, ...joined];
}

/** The ClusterRoleBindings that every cluster has. */
export function bootstrapBindings(): readonly JsonObject[] {
  return Object.entries(groupsOf).map(([name, groups]) => ({
    metadata: { name, labels, annotations },
    roleRef: { apiGroup: RBAC, kind: "ClusterRole", name },
    subjects: groups.map((group) => ({ kind: "Group", apiGroup: RBAC, name: group })),
  }));
}
