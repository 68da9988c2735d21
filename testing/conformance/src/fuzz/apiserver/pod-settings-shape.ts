import type { SchemaNode } from "./schema-node.ts";
import { BOOL, list, obj, one, oneOf, rarely } from "./shapes.ts";

const LONG = "x".repeat(64);
const seccompProfile = oneOf(
  [{ type: "RuntimeDefault" }, { type: "Localhost", localhostProfile: "p.json" }],
  [{ type: "x" }, {}, { type: "Localhost" }, { type: "Unconfined", localhostProfile: "p" }],
);
const appArmorProfile = oneOf(
  [{ type: "RuntimeDefault" }, { type: "Localhost", localhostProfile: "p" }],
  [{ type: "x" }, {}, { type: "Localhost", localhostProfile: " p" }, { type: "Localhost" }],
);
const windowsOptions = rarely(
  { hostProcess: true },
  { gmsaCredentialSpecName: "A b", runAsUserName: "" },
  { gmsaCredentialSpec: "", runAsUserName: "a\\b\\c" },
  { runAsUserName: "x/y" },
);

/** What a Pod and each of its containers may say of who they run as. */
export const SECURITY_OF_BOTH: Readonly<Record<string, SchemaNode>> = {
  runAsUser: oneOf([0, 1000], [-1, 4294967296]),
  runAsGroup: oneOf([0, 1000], [-1]),
  runAsNonRoot: BOOL,
  seLinuxOptions: one({ level: "s0:c1,c2" }),
  seccompProfile,
  appArmorProfile,
  windowsOptions,
};

const security = obj({
  ...SECURITY_OF_BOTH,
  fsGroup: oneOf([1000], [-1]),
  supplementalGroups: list(oneOf([1, 2000], [-1])),
  supplementalGroupsPolicy: oneOf(["Merge", "Strict"], ["x"]),
  fsGroupChangePolicy: oneOf(["Always", "OnRootMismatch"], ["x"]),
  seLinuxChangePolicy: oneOf(["MountOption", "Recursive"], ["x"]),
  sysctls: oneOf(
    [[], [{ name: "kernel.shm_rmid_forced", value: "0" }]],
    [
      [{ name: "a b", value: "x" }],
      [{ value: "x" }],
      [{ name: "kernel.shmmax", value: "1" }],
      [
        { name: "net.a", value: "1" },
        { name: "net.a", value: "2" },
      ],
      [{ name: "net/a", value: "1" }],
    ],
  ),
});
const resources = oneOf(
  [{ limits: { cpu: "20", memory: "20Gi" } }, { requests: { cpu: "20" } }],
  [
    { requests: { cpu: "1m" } },
    { limits: { cpu: "1m" } },
    { limits: { nope: "1" } },
    { limits: { cpu: "1" }, requests: { cpu: "2" } },
    { claims: [{ name: "x" }] },
    { limits: { cpu: "-1" } },
  ],
);
const resourceClaims = oneOf(
  [[{ name: "claim", resourceClaimName: "x" }], [{ name: "claim", resourceClaimTemplateName: "x" }]],
  [
    [{ name: "claim" }],
    [{ name: "Claim", resourceClaimName: "x" }],
    [{ name: "claim", resourceClaimName: "x", resourceClaimTemplateName: "y" }],
    [{ name: "claim", resourceClaimName: "A b" }],
    [
      { name: "claim", resourceClaimName: "x" },
      { name: "claim", resourceClaimName: "y" },
    ],
  ],
);
const dnsConfig = oneOf(
  [{ nameservers: ["10.1.1.1"], searches: ["a.b"], options: [{ name: "ndots", value: "2" }] }],
  [
    { nameservers: ["x"] },
    { nameservers: ["10.1.1.1", "10.1.1.2", "10.1.1.3", "10.1.1.4"] },
    { searches: ["a b"] },
    { options: [{ name: "" }] },
  ],
);

/** Fields of a Pod's spec beside what runs in it and what is mounted. */
export const POD_SETTINGS: Readonly<Record<string, SchemaNode>> = {
  securityContext: security,
  resources,
  resourceClaims,
  dnsConfig,
  dnsPolicy: oneOf(["ClusterFirst", "Default", "ClusterFirstWithHostNet"], ["None", "x"]),
  hostNetwork: oneOf([false], [true]),
  hostPID: oneOf([false], [true]),
  hostIPC: BOOL,
  hostUsers: oneOf([true], [false]),
  shareProcessNamespace: BOOL,
  hostname: oneOf(["web"], ["A", "a.b", LONG]),
  subdomain: oneOf(["sub"], ["A", "a.b", LONG]),
  setHostnameAsFQDN: BOOL,
  hostnameOverride: rarely("over.example", "A", "a..b", "x".repeat(65)),
  schedulerName: oneOf(["default-scheduler", "other"], ["A b"]),
  priorityClassName: rarely("missing", "A b", "system-node-critical"),
  priority: rarely(5, -1),
  preemptionPolicy: oneOf(["PreemptLowerPriority"], ["Never", "x"]),
  runtimeClassName: rarely("missing", "A b"),
  overhead: rarely({ cpu: "1" }, { nope: "1" }),
  nodeName: rarely("A b", "a_b"),
  os: oneOf([{ name: "linux" }], [{ name: "x" }, {}, { name: "windows" }]),
  ephemeralContainers: rarely([{ name: "e", image: "x" }], [{ name: "e" }]),
  automountServiceAccountToken: BOOL,
  schedulingGates: oneOf(
    [[], [{ name: "example.com/a" }]],
    [[{ name: "a b" }], [{}], [{ name: "a" }, { name: "a" }]],
  ),
  readinessGates: oneOf(
    [[{ conditionType: "example.com/x" }]],
    [[{ conditionType: "a b" }], [{ conditionType: "" }]],
  ),
  hostAliases: oneOf(
    [[{ ip: "10.1.2.3", hostnames: ["a"] }]],
    [[{ ip: "x", hostnames: ["a"] }], [{ ip: "10.1.2.3", hostnames: ["A b"] }], [{ ip: "010.1.2.3" }]],
  ),
  nodeSelector: oneOf([{ disk: "ssd" }], [{ "a b": "c" }, { a: "b c" }]),
  serviceAccountName: oneOf(["default", "robot"], ["A B"]),
  terminationGracePeriodSeconds: oneOf([0, 30], [-1]),
  imagePullSecrets: oneOf([[{ name: "web" }]], [[{ name: "" }], [{}]]),
  enableServiceLinks: BOOL,
};

/** Annotations of a Pod or of what Pods are made of. */
export const POD_ANNOTATIONS: SchemaNode = oneOf(
  [{ app: "web" }, { "kubernetes.io/psp": "x" }],
  [
    { "container.apparmor.security.beta.kubernetes.io/nope": "runtime/default" },
    { "container.apparmor.security.beta.kubernetes.io/web": "x" },
    { "seccomp.security.alpha.kubernetes.io/pod": "x" },
    { "container.seccomp.security.alpha.kubernetes.io/web": "runtime/default" },
    { "kubernetes.io/config.mirror": "x" },
    { "scheduler.alpha.kubernetes.io/tolerations": "x" },
    { "controller.kubernetes.io/pod-deletion-cost": "+1" },
    { "a b": "c" },
  ],
);

const expressions = (operator: string, values?: string[]): { readonly [key: string]: string | string[] } => ({
  key: "a",
  operator,
  ...(values === undefined ? {} : { values }),
});
const required = (term: object): never =>
  ({
    nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] } },
  }) as never;
const podTerm = (term: object): never =>
  ({ podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } }) as never;
const APP = { matchLabels: { app: "web" } };

export const AFFINITY: SchemaNode = oneOf(
  [
    required({ matchExpressions: [expressions("In", ["b"])] }),
    required({ matchFields: [{ key: "metadata.name", operator: "In", values: ["n"] }] }),
    {
      nodeAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 1, preference: { matchExpressions: [expressions("Gt", ["5"])] } },
        ],
      },
    },
    podTerm({ topologyKey: "zone", labelSelector: APP, matchLabelKeys: ["tier"] }),
    {
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 5, podAffinityTerm: { topologyKey: "zone", labelSelector: APP } },
        ],
      },
    },
  ],
  [
    { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } } },
    required({ matchExpressions: [expressions("In")] }),
    required({ matchExpressions: [expressions("Exists", ["x"])] }),
    required({ matchExpressions: [expressions("Gt", ["x", "y"])] }),
    required({ matchExpressions: [expressions("Gt", ["x"])] }),
    required({ matchExpressions: [expressions("Nope")] }),
    required({ matchFields: [{ key: "metadata.uid", operator: "In", values: ["A b"] }] }),
    required({ matchFields: [{ key: "metadata.name", operator: "Exists" }] }),
    {
      nodeAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 101, preference: {} }],
      },
    },
    podTerm({ topologyKey: "a b", labelSelector: APP }),
    podTerm({ topologyKey: "zone", matchLabelKeys: ["app"] }),
    podTerm({ topologyKey: "zone", labelSelector: APP, matchLabelKeys: ["app"], mismatchLabelKeys: ["app"] }),
    podTerm({ topologyKey: "zone", labelSelector: APP, namespaces: ["A b"] }),
    podTerm({ topologyKey: "zone", labelSelector: { matchExpressions: [expressions("In")] } }),
    {
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 0, podAffinityTerm: { topologyKey: "" } },
        ],
      },
    },
  ],
);

const spread = (...more: object[]): never =>
  more.map((each) => ({
    maxSkew: 1,
    topologyKey: "zone",
    whenUnsatisfiable: "DoNotSchedule",
    labelSelector: APP,
    ...each,
  })) as never;

export const SPREAD: SchemaNode = oneOf(
  [
    spread({}),
    spread({ minDomains: 2, nodeAffinityPolicy: "Ignore", nodeTaintsPolicy: "Honor" }),
    spread({ whenUnsatisfiable: "ScheduleAnyway", matchLabelKeys: ["tier"] }),
  ],
  [
    [{ maxSkew: 0, topologyKey: "", whenUnsatisfiable: "x" }] as never,
    spread({}, {}),
    spread({ minDomains: 0 }),
    spread({ minDomains: 1, whenUnsatisfiable: "ScheduleAnyway" }),
    spread({ nodeAffinityPolicy: "x", nodeTaintsPolicy: "y" }),
    spread({ matchLabelKeys: ["app", "a b"] }),
    spread({ labelSelector: { matchExpressions: [expressions("Nope")] } }),
  ],
);

export const TOLERATIONS: SchemaNode = list(
  oneOf(
    [
      { key: "a", operator: "Exists", effect: "NoSchedule" },
      { operator: "Exists" },
      { key: "a", value: "b" },
      { key: "a", operator: "Exists", effect: "NoExecute", tolerationSeconds: 5 },
    ],
    [
      { key: "a", operator: "Nope" },
      { operator: "Equal" },
      { key: "a", operator: "Exists", value: "x" },
      { key: "a b" },
      { key: "a", value: "b c" },
      { key: "a", effect: "x" },
      { key: "a", effect: "NoSchedule", tolerationSeconds: 5 },
      { key: "a", operator: "Gt", value: "x" },
    ],
  ),
);
