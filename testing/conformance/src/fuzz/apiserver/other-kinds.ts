import type { Builtin } from "./builtin-kind.ts";
import { BOOL, COUNT, list, map, NAME, obj, one, oneOf, PERCENT, SELECTOR } from "./shapes.ts";

const DATA = map(oneOf(["x", "", "line\nline"], [5, null]));
const BINARY = map(oneOf(["YWI=", ""], ["?", "YWI"]));

const rule = oneOf(
  [
    { apiGroups: [""], resources: ["pods"], verbs: ["get"] },
    { apiGroups: ["apps"], resources: ["deployments"], verbs: ["*"], resourceNames: ["a"] },
  ],
  [
    { apiGroups: [""], resources: ["pods"] },
    { resources: ["pods"], verbs: ["get"] },
    { nonResourceURLs: ["/x"], verbs: ["get"] },
    { apiGroups: [""], verbs: ["get"] },
  ],
);

const metric = oneOf(
  [
    { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 50 } } },
    { type: "Resource", resource: { name: "memory", target: { type: "AverageValue", averageValue: "1Gi" } } },
  ],
  [
    { type: "Resource" },
    { type: "X" },
    { type: "Resource", resource: { name: "", target: { type: "Utilization", averageUtilization: 0 } } },
  ],
);

/** Configuration, quotas, access, policy and the rest. */
export const OTHER_KINDS: readonly Builtin[] = [
  {
    apiVersion: "v1",
    kind: "ConfigMap",
    plural: "configmaps",
    content: obj({ data: DATA, binaryData: BINARY, immutable: one(false, true) }),
  },
  {
    apiVersion: "v1",
    kind: "Secret",
    plural: "secrets",
    content: obj({
      data: BINARY,
      stringData: DATA,
      type: oneOf(
        ["Opaque", "kubernetes.io/basic-auth", "example.com/x"],
        ["kubernetes.io/tls", "kubernetes.io/dockerconfigjson", "kubernetes.io/service-account-token"],
      ),
      immutable: one(false),
    }),
    fieldSelectors: ["type=Opaque", "type!=Opaque"],
  },
  {
    apiVersion: "v1",
    kind: "ServiceAccount",
    plural: "serviceaccounts",
    content: obj({
      secrets: list(obj({ name: NAME }), "name"),
      imagePullSecrets: list(obj({ name: NAME }), "name"),
      automountServiceAccountToken: BOOL,
    }),
  },
  {
    apiVersion: "v1",
    kind: "LimitRange",
    plural: "limitranges",
    content: obj(
      {
        spec: obj(
          {
            limits: list(
              oneOf(
                [
                  { type: "Container", default: { cpu: "1" }, min: { cpu: "100m" } },
                  { type: "Pod", max: { memory: "1Gi" } },
                ],
                [
                  { type: "Container", min: { cpu: "2" }, max: { cpu: "1" } },
                  { type: "Pod", default: { cpu: "1" } },
                  { type: "" },
                ],
              ),
            ),
          },
          "limits",
        ),
      },
      "spec",
    ),
  },
  {
    apiVersion: "v1",
    kind: "ResourceQuota",
    plural: "resourcequotas",
    content: obj(
      {
        spec: obj(
          {
            hard: oneOf(
              [{ pods: "5" }, { "requests.cpu": "1", "limits.memory": "1Gi" }],
              [{ pods: "0.5" }, { "a b": "1" }, { pods: "-1" }],
            ),
            scopes: oneOf([["Terminating"]], [["x"]]),
          },
          "hard",
        ),
      },
      "spec",
    ),
    subresources: ["status"],
  },
  {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "Role",
    plural: "roles",
    content: obj({ rules: list(rule) }),
  },
  {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "RoleBinding",
    plural: "rolebindings",
    content: obj(
      {
        roleRef: oneOf(
          [
            { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" },
            { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "a" },
          ],
          [
            { kind: "X", name: "a" },
            { apiGroup: "x", kind: "Role", name: "a" },
            { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "" },
          ],
        ),
        subjects: list(
          oneOf(
            [
              { kind: "ServiceAccount", name: "a", namespace: "$NS" },
              { kind: "User", name: "u", apiGroup: "rbac.authorization.k8s.io" },
              { kind: "Group", name: "g" },
            ],
            [
              { kind: "ServiceAccount", name: "a" },
              { kind: "X", name: "a" },
              { kind: "User", name: "" },
              { kind: "User", name: "u", apiGroup: "x" },
            ],
          ),
        ),
      },
      "roleRef",
    ),
  },
  {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    plural: "poddisruptionbudgets",
    content: obj(
      {
        spec: obj(
          {
            minAvailable: PERCENT,
            selector: SELECTOR,
            unhealthyPodEvictionPolicy: oneOf(["IfHealthyBudget", "AlwaysAllow"], ["x"]),
          },
          "selector",
          "minAvailable",
        ),
      },
      "spec",
    ),
    subresources: ["status"],
  },
  {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    plural: "leases",
    content: obj(
      {
        spec: obj({
          holderIdentity: oneOf(["a", "b"], [""]),
          leaseDurationSeconds: oneOf([15], [0, -1]),
          renewTime: oneOf(["2020-01-02T03:04:05.000006Z"], ["2020-01-02T03:04:05Z", "x"]),
          leaseTransitions: COUNT,
        }),
      },
      "spec",
    ),
  },
  {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    plural: "horizontalpodautoscalers",
    content: obj(
      {
        spec: obj(
          {
            scaleTargetRef: oneOf(
              [{ apiVersion: "apps/v1", kind: "Deployment", name: "web" }],
              [
                { kind: "", name: "" },
                { kind: "Deployment", name: "a/b" },
              ],
            ),
            minReplicas: oneOf([1, 2], [0, -1]),
            maxReplicas: oneOf([3, 5], [0, 1]),
            metrics: list(metric),
            behavior: oneOf(
              [
                { scaleDown: { stabilizationWindowSeconds: 60 } },
                { scaleUp: { policies: [{ type: "Pods", value: 2, periodSeconds: 15 }] } },
              ],
              [
                { scaleDown: { stabilizationWindowSeconds: -1 } },
                { scaleUp: { policies: [{ type: "x", value: 0, periodSeconds: 0 }] } },
              ],
            ),
          },
          "scaleTargetRef",
          "maxReplicas",
        ),
      },
      "spec",
    ),
    subresources: ["status"],
  },
];
