import type { Builtin } from "./builtin-kind.ts";
import { list, obj, one, oneOf } from "./shapes.ts";

/** Nothing that anybody sends is reviewed: the group is nobody's. */
const RULE = {
  operations: ["CREATE"],
  apiGroups: ["nope.example.com"],
  apiVersions: ["v1"],
  resources: ["x"],
};
const RULES = oneOf(
  [[RULE], []],
  [
    [{ ...RULE, operations: [] }],
    [{ ...RULE, operations: ["*", "CREATE"] }],
    [{ ...RULE, apiVersions: [""] }],
    [{ ...RULE, resources: ["x", "x/*", "x/y"] }],
    [{ ...RULE, scope: "y" }],
  ],
);
const FAILURE = oneOf(["Fail", "Ignore"], ["x", ""]);
const MATCHES = oneOf(["Exact", "Equivalent"], ["x", ""]);
const CONDITIONS = oneOf(
  [[{ name: "a", expression: "true" }]],
  [[{ name: "", expression: "" }], [{ name: "a", expression: "1" }]],
);

const webhooks = (kind: string, plural: string): Builtin => ({
  apiVersion: "admissionregistration.k8s.io/v1",
  kind,
  plural,
  scope: "Cluster",
  content: obj({
    webhooks: list(
      obj(
        {
          name: oneOf(["a.b.c", "d.e.f"], ["", "a", "A.b.c"]),
          clientConfig: oneOf(
            [{ url: "https://x.example.com/y" }, { service: { name: "a", namespace: "b" } }],
            [{}, { url: "http://x" }, { service: {} }, { service: { name: "a", namespace: "b", port: 0 } }],
          ),
          sideEffects: oneOf(["None", "NoneOnDryRun"], ["Some", ""]),
          admissionReviewVersions: oneOf([["v1"], ["v1", "v1beta1"]], [[], ["v2"], ["v1", "v1"]]),
          rules: RULES,
          failurePolicy: FAILURE,
          matchPolicy: MATCHES,
          timeoutSeconds: oneOf([1, 30], [0, 31]),
          matchConditions: CONDITIONS,
        },
        "name",
        "clientConfig",
        "sideEffects",
        "admissionReviewVersions",
      ),
      "name",
    ),
  }),
});

const CONSTRAINTS = oneOf(
  [{ resourceRules: [RULE] }],
  [{ resourceRules: [] }, { resourceRules: [{}] }, { resourceRules: [RULE], matchPolicy: "x" }],
);
const PARAM_KIND = oneOf(
  [{ apiVersion: "v1", kind: "ConfigMap" }],
  [{}, { apiVersion: "a/b/c", kind: "A b" }],
);
const PARAM_REF = oneOf(
  [{ name: "a", parameterNotFoundAction: "Deny" }],
  [{}, { name: "a/b" }, { name: "a", selector: {}, parameterNotFoundAction: "x" }],
);

const policies: readonly Builtin[] = [
  {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicy",
    plural: "validatingadmissionpolicies",
    scope: "Cluster",
    content: obj(
      {
        spec: obj(
          {
            failurePolicy: FAILURE,
            paramKind: PARAM_KIND,
            matchConstraints: CONSTRAINTS,
            validations: oneOf(
              [[{ expression: "true" }], [{ expression: "object.metadata.name != 'x'", message: "m" }]],
              [[], [{ expression: "" }], [{ expression: "1" }], [{ expression: "true", reason: "x" }]],
            ),
            matchConditions: CONDITIONS,
            variables: oneOf([[{ name: "v", expression: "1" }]], [[{ name: "a-b", expression: "1" }]]),
          },
          "matchConstraints",
          "validations",
        ),
      },
      "spec",
    ),
  },
  {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicyBinding",
    plural: "validatingadmissionpolicybindings",
    scope: "Cluster",
    content: obj(
      {
        spec: obj(
          {
            policyName: oneOf(["nope"], ["", "A b"]),
            validationActions: oneOf([["Deny"], ["Warn", "Audit"]], [[], ["x"], ["Deny", "Warn"]]),
            paramRef: PARAM_REF,
            matchResources: CONSTRAINTS,
          },
          "policyName",
          "validationActions",
        ),
      },
      "spec",
    ),
  },
];

const priorityClass: Builtin = {
  apiVersion: "scheduling.k8s.io/v1",
  kind: "PriorityClass",
  plural: "priorityclasses",
  scope: "Cluster",
  content: obj(
    {
      value: oneOf([5, 10, -3], [1_000_000_001]),
      preemptionPolicy: oneOf(["Never", "PreemptLowerPriority"], ["x", ""]),
      description: one("a", "b"),
    },
    "value",
  ),
};

const runtimeClass: Builtin = {
  apiVersion: "node.k8s.io/v1",
  kind: "RuntimeClass",
  plural: "runtimeclasses",
  scope: "Cluster",
  content: obj(
    {
      handler: oneOf(["runc", "kata"], ["", "A_b", "a.b"]),
      overhead: oneOf(
        [{ podFixed: { cpu: "100m" } }],
        [{ podFixed: { cpu: "-1" } }, { podFixed: { x: "1" } }],
      ),
      scheduling: oneOf(
        [{ nodeSelector: { a: "b" }, tolerations: [{ key: "a", operator: "Exists" }] }],
        [
          { nodeSelector: { "a b": "c" } },
          { tolerations: [{ key: "a", operator: "x" }] },
          { tolerations: [{ operator: "Equal" }] },
        ],
      ),
    },
    "handler",
  ),
};

const priorityLevel: Builtin = {
  apiVersion: "flowcontrol.apiserver.k8s.io/v1",
  kind: "PriorityLevelConfiguration",
  plural: "prioritylevelconfigurations",
  scope: "Cluster",
  content: obj(
    {
      spec: obj(
        {
          type: oneOf(["Limited"], ["Exempt", "x", ""]),
          limited: obj(
            {
              nominalConcurrencyShares: oneOf([1, 30], [-1]),
              lendablePercent: oneOf([0, 50], [101, -1]),
              borrowingLimitPercent: oneOf([0, 50], [-1]),
              limitResponse: oneOf(
                [{ type: "Reject" }, { type: "Queue", queuing: { queues: 16, handSize: 4 } }],
                [
                  {},
                  { type: "x" },
                  { type: "Queue" },
                  { type: "Queue", queuing: { queues: 2, handSize: 4 } },
                ],
              ),
            },
            "limitResponse",
          ),
        },
        "type",
        "limited",
      ),
    },
    "spec",
  ),
};

const RULE_OF_ROLE = oneOf(
  [
    { apiGroups: [""], resources: ["pods"], verbs: ["get"] },
    { nonResourceURLs: ["/x"], verbs: ["get"] },
  ],
  [
    { apiGroups: [""], resources: ["pods"] },
    { nonResourceURLs: ["/x"], apiGroups: [""], verbs: ["get"] },
  ],
);

const access: readonly Builtin[] = [
  {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    plural: "clusterroles",
    scope: "Cluster",
    content: obj({
      rules: list(RULE_OF_ROLE),
      aggregationRule: oneOf([], [{}, { clusterRoleSelectors: [{ matchLabels: { "a b": "c" } }] }]),
    }),
  },
  {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRoleBinding",
    plural: "clusterrolebindings",
    scope: "Cluster",
    content: obj(
      {
        roleRef: oneOf(
          [{ apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" }],
          [
            { kind: "Role", name: "a" },
            { apiGroup: "x", kind: "ClusterRole", name: "" },
          ],
        ),
        subjects: list(
          oneOf(
            [
              { kind: "ServiceAccount", name: "a", namespace: "b" },
              { kind: "Group", name: "g" },
            ],
            [
              { kind: "ServiceAccount", name: "a" },
              { kind: "X", name: "" },
            ],
          ),
        ),
      },
      "roleRef",
    ),
  },
];

/** Kinds of the whole cluster: admission, access, flow control, priorities. */
export const CLUSTER_KINDS: readonly Builtin[] = [
  webhooks("ValidatingWebhookConfiguration", "validatingwebhookconfigurations"),
  webhooks("MutatingWebhookConfiguration", "mutatingwebhookconfigurations"),
  ...policies,
  priorityClass,
  runtimeClass,
  priorityLevel,
  ...access,
];
