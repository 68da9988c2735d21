import type { Builtin } from "./builtin-kind.ts";
import { BOOL, COUNT, list, map, NAME, obj, one, oneOf, PERCENT, SELECTOR } from "./shapes.ts";

const DATA = map(oneOf(["x", "", "line\nline"], [5, null]));
const BINARY = map(oneOf(["YWI=", ""], ["?", "YWI"]));

const THEN = "2020-01-02T03:04:05Z";

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
        [
          "kubernetes.io/tls",
          "kubernetes.io/dockerconfigjson",
          "kubernetes.io/dockercfg",
          "kubernetes.io/ssh-auth",
          "kubernetes.io/service-account-token",
        ],
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
                  { type: "x" },
                  { type: "PersistentVolumeClaim" },
                  { type: "Container", max: { x: "1" } },
                  {
                    type: "Container",
                    min: { cpu: "1" },
                    max: { cpu: "2" },
                    maxLimitRequestRatio: { cpu: "3" },
                  },
                  { type: "Container", default: { "a.b/c": "2" }, defaultRequest: { "a.b/c": "1" } },
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
              [
                { pods: "0.5" },
                { "a b": "1" },
                { pods: "-1" },
                { x: "1" },
                { "a.b/c": "0.5" },
                { services: "1" },
              ],
            ),
            scopes: oneOf(
              [["Terminating"], ["NotTerminating"]],
              [["x"], ["BestEffort"], ["VolumeAttributesClass"], ["Terminating", "NotTerminating"]],
            ),
            scopeSelector: oneOf(
              [{ matchExpressions: [{ scopeName: "PriorityClass", operator: "In", values: ["a"] }] }],
              [
                { matchExpressions: [{ scopeName: "x", operator: "y" }] },
                { matchExpressions: [{ scopeName: "PriorityClass", operator: "In" }] },
                { matchExpressions: [{ scopeName: "PriorityClass", operator: "Exists", values: ["a"] }] },
                { matchExpressions: [{ scopeName: "Terminating", operator: "DoesNotExist" }] },
              ],
            ),
          },
          "hard",
        ),
        status: obj({
          hard: oneOf([{ pods: "5" }], [{ pods: "-1" }, { x: "1" }]),
          used: oneOf([{ pods: "1" }], [{ pods: "0.5" }]),
        }),
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
            maxUnavailable: oneOf([], [1, "10%", "x"]),
            selector: SELECTOR,
            unhealthyPodEvictionPolicy: oneOf(["IfHealthyBudget", "AlwaysAllow"], ["x"]),
          },
          "selector",
          "minAvailable",
        ),
        status: obj(
          {
            disruptionsAllowed: COUNT,
            currentHealthy: COUNT,
            desiredHealthy: COUNT,
            expectedPods: COUNT,
            conditions: oneOf(
              [[{ type: "A", status: "True", reason: "R", message: "", lastTransitionTime: THEN }]],
              [[{ type: "A" }], [{ type: "a b", status: "x", reason: "a-b", lastTransitionTime: THEN }]],
            ),
          },
          "disruptionsAllowed",
          "currentHealthy",
          "desiredHealthy",
          "expectedPods",
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
                { apiVersion: "v1", kind: "Deployment", name: "a" },
                { apiVersion: "a/b/c", kind: "Deployment", name: "a" },
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
        status: obj({ currentReplicas: COUNT, desiredReplicas: COUNT }, "desiredReplicas"),
      },
      "spec",
    ),
    subresources: ["status"],
  },
  {
    apiVersion: "v1",
    kind: "Event",
    plural: "events",
    content: obj(
      {
        involvedObject: oneOf([{ namespace: "$NS", kind: "Pod", name: "x" }], [{}, { namespace: "other" }]),
        reason: one("R", "S"),
        message: one("m"),
        type: one("Normal", "Warning"),
        count: oneOf([1, 2], []),
        eventTime: oneOf([], ["2020-01-02T03:04:05.000006Z"]),
        reportingComponent: oneOf([], ["a b"]),
      },
      "involvedObject",
    ),
    fieldSelectors: ["reason=R", "involvedObject.name=x", "type!=Normal"],
  },
];
