import type { Builtin } from "./builtin-kind.ts";
import { someValue } from "./schema-values.ts";
import {
  BOOL,
  COUNT,
  list,
  map,
  NAME,
  obj,
  one,
  oneOf,
  PERCENT,
  PORT,
  PORT_OR_NAME,
  SELECTOR,
  some,
} from "./shapes.ts";
import { isFields, type Subject } from "./subject.ts";
import { WORKLOADS } from "./workload-kinds.ts";

const DATA = map(oneOf(["x", "", "line\nline"], [5, null]));
const BINARY = map(oneOf(["YWI=", ""], ["?", "YWI"]));

const servicePort = obj(
  {
    name: oneOf(["http", "web", "dns"], ["A", "", "a_b"]),
    port: PORT,
    targetPort: PORT_OR_NAME,
    protocol: oneOf(["TCP", "UDP"], ["X"]),
    appProtocol: oneOf(["http"], ["a b"]),
  },
  "name",
  "port",
);
const ingressBackend = oneOf(
  [{ service: { name: "web", port: { number: 80 } } }, { service: { name: "web", port: { name: "http" } } }],
  [
    {},
    { service: { name: "web", port: {} } },
    { service: { name: "web", port: { number: 80, name: "http" } } },
    { service: { name: "A b", port: { number: 80 } } },
  ],
);
const peer = oneOf(
  [
    { podSelector: { matchLabels: { app: "web" } } },
    { namespaceSelector: {} },
    { ipBlock: { cidr: "10.1.0.0/16", except: ["10.1.2.0/24"] } },
  ],
  [
    {},
    { ipBlock: { cidr: "x" } },
    { ipBlock: { cidr: "10.1.0.0/16", except: ["11.0.0.0/8"] } },
    { podSelector: {}, ipBlock: { cidr: "10.1.0.0/16" } },
  ],
);
const policyPort = oneOf(
  [{ port: 80 }, { port: "http", protocol: "TCP" }, { port: 80, endPort: 90 }, {}],
  [{ port: 0 }, { port: 80, endPort: 70 }, { protocol: "X" }, { endPort: 5 }],
);
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

const KINDS: readonly Builtin[] = [
  ...WORKLOADS,
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
    kind: "Service",
    plural: "services",
    content: obj(
      {
        spec: obj(
          {
            ports: some(servicePort, "port"),
            selector: oneOf([{ app: "web" }, {}], [{ "a b": "c" }]),
            type: oneOf(["ClusterIP", "NodePort", "LoadBalancer"], ["ExternalName", "x"]),
            clusterIP: oneOf(["", "None"], ["x", "999.1.1.1"]),
            sessionAffinity: oneOf(["None", "ClientIP"], ["x"]),
            externalTrafficPolicy: oneOf(["Cluster", "Local"], ["x"]),
            internalTrafficPolicy: oneOf(["Cluster", "Local"], ["x"]),
            externalName: one("a.example.com"),
            publishNotReadyAddresses: BOOL,
            loadBalancerSourceRanges: oneOf([["192.168.0.0/16"]], [["x"]]),
            ipFamilyPolicy: oneOf(["SingleStack"], ["RequireDualStack", "x"]),
          },
          "ports",
        ),
      },
      "spec",
    ),

    fieldSelectors: ["spec.type=ClusterIP", "spec.clusterIP=None"],
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
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    plural: "ingresses",
    content: obj(
      {
        spec: obj(
          {
            ingressClassName: oneOf(["nginx"], ["A b"]),
            defaultBackend: ingressBackend,
            rules: list(
              obj(
                {
                  host: oneOf(["a.example.com", "*.example.com"], ["10.1.2.3", "a b", "*.*.x", "A"]),
                  http: obj(
                    {
                      paths: some(
                        obj(
                          {
                            path: oneOf(["/", "/a"], ["a", "//", "/../x"]),
                            pathType: oneOf(["Prefix", "Exact", "ImplementationSpecific"], ["x"]),
                            backend: ingressBackend,
                          },
                          "path",
                          "pathType",
                          "backend",
                        ),
                      ),
                    },
                    "paths",
                  ),
                },
                "http",
              ),
            ),
            tls: list(
              oneOf(
                [{ hosts: ["a.example.com"], secretName: "s" }, {}],
                [{ hosts: ["a b"] }, { secretName: "A b" }],
              ),
            ),
          },
          "defaultBackend",
        ),
      },
      "spec",
    ),
    subresources: ["status"],
  },
  {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    plural: "networkpolicies",
    content: obj(
      {
        spec: obj(
          {
            podSelector: one({}, { matchLabels: { app: "web" } }),
            ingress: list(obj({ from: list(peer), ports: list(policyPort) })),
            egress: list(obj({ to: list(peer), ports: list(policyPort) })),
            policyTypes: oneOf(
              [["Ingress"], ["Ingress", "Egress"]],
              [["x"], ["Ingress", "Egress", "Ingress"]],
            ),
          },
          "podSelector",
        ),
      },
      "spec",
    ),
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
];

/** Built-in kinds whose objects lie in namespaces. */
export const BUILTIN_SUBJECTS: readonly Subject[] = KINDS.map(subjectOf);

function subjectOf({
  apiVersion,
  kind,
  plural,
  content,
  subresources = [],
  fieldSelectors = [],
}: Builtin): Subject {
  const root = apiVersion.includes("/") ? "/apis" : "/api";
  return {
    kind,
    collections: { [apiVersion]: `${root}/${apiVersion}/namespaces/$NS/${plural}` },
    subresources,
    isCustom: false,
    fieldSelectors: [...fieldSelectors, "nope=1"],
    content(dice) {
      const value = someValue(dice, content, 0);
      return isFields(value) ? value : { spec: value };
    },
  };
}
