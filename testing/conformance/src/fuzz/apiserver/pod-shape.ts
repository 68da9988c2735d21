import type { SchemaNode } from "./schema-node.ts";
import { BOOL, LABELS, list, NAME, obj, one, oneOf, PORT, PORT_OR_NAME, SECONDS, some } from "./shapes.ts";

const env: SchemaNode = {
  enum: [
    { name: "A", value: "1" },
    { name: "B", value: "$(A)" },
    { name: "C", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
    { name: "D", valueFrom: { secretKeyRef: { name: "s", key: "k" } } },
    { name: "E", valueFrom: { resourceFieldRef: { resource: "limits.cpu" } } },
    { name: "F" },
  ],
  refused: [
    { name: "" },
    { name: "a=b", value: "x" },
    { value: "x" },
    { name: "C", valueFrom: {} },
    { name: "C", value: "x", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
    { name: "C", valueFrom: { fieldRef: { fieldPath: "spec.nope" } } },
    { name: "D", valueFrom: { secretKeyRef: { name: "", key: "" } } },
  ],
};
const resources = obj({
  limits: oneOf(
    [{ cpu: "1", memory: "1Gi" }, { cpu: "500m" }, { cpu: 1 }],
    [{ cpu: "x" }, { nope: "1" }, { cpu: "-1" }],
  ),
  requests: oneOf([{ cpu: "100m" }, { memory: "64Mi", cpu: "0.5" }], [{ cpu: "5" }, { "a b": "1" }]),
});
const probe = obj(
  {
    httpGet: obj(
      { path: one("/", "/healthz"), port: PORT_OR_NAME, scheme: oneOf(["HTTP", "HTTPS"], ["FTP"]) },
      "port",
    ),
    initialDelaySeconds: oneOf([0, 5], [-1]),
    periodSeconds: SECONDS,
    timeoutSeconds: SECONDS,
    successThreshold: oneOf([1], [0, 2]),
    failureThreshold: SECONDS,
  },
  "httpGet",
);
const mount = obj(
  {
    name: oneOf(["data", "conf"], ["missing", ""]),
    mountPath: oneOf(["/data", "/etc/x"], ["", "a:b"]),
    readOnly: BOOL,
    subPath: oneOf(["x"], ["../x", "/x"]),
  },
  "name",
  "mountPath",
);
const containerPort = obj(
  {
    name: oneOf(["http", "web"], ["A", "too-long-a-port-name", ""]),
    containerPort: PORT,
    protocol: oneOf(["TCP", "UDP"], ["X"]),
    hostPort: one(8080),
  },
  "containerPort",
);
const security = obj({
  runAsUser: oneOf([0, 1000], [-1]),
  runAsNonRoot: BOOL,
  privileged: BOOL,
  allowPrivilegeEscalation: one(true),
  readOnlyRootFilesystem: BOOL,
  capabilities: obj({ add: list(one("NET_ADMIN")), drop: list(one("ALL")) }),
});
const container = (init = false): SchemaNode =>
  obj(
    {
      name: NAME,
      image: oneOf(["nginx", "nginx:1.25", "nginx:latest", "r.example/x@sha256:aa"], ["", " x"]),
      command: list(one("sh", "-c")),
      args: list(one("a", "b")),
      env: list(env, "name"),
      envFrom: list(
        oneOf(
          [{ configMapRef: { name: "c" } }, { prefix: "P_", secretRef: { name: "s" } }],
          [{}, { prefix: "=", configMapRef: { name: "c" } }, { configMapRef: { name: "" } }],
        ),
      ),
      ports: list(containerPort, "containerPort"),
      resources,
      volumeMounts: list(mount, "mountPath"),
      imagePullPolicy: oneOf(["Always", "IfNotPresent", "Never"], ["Sometimes"]),
      terminationMessagePolicy: oneOf(["File"], ["x"]),
      workingDir: one("/w"),
      tty: BOOL,
      securityContext: security,
      ...(init
        ? {}
        : {
            livenessProbe: probe,
            readinessProbe: probe,
            lifecycle: oneOf(
              [{ preStop: { exec: { command: ["x"] } } }],
              [{ preStop: {} }, { preStop: { exec: {} } }],
            ),
          }),
    },
    "name",
    "image",
  );
const volumes: SchemaNode = {
  enum: [
    [
      { name: "data", emptyDir: {} },
      { name: "conf", configMap: { name: "c" } },
    ],
    [
      { name: "data", persistentVolumeClaim: { claimName: "p" } },
      { name: "conf", secret: { secretName: "s", defaultMode: 256, items: [{ key: "a", path: "a" }] } },
    ],
    [
      { name: "data" },
      {
        name: "conf",
        projected: {
          sources: [
            { configMap: { name: "c" } },
            { downwardAPI: { items: [{ path: "l", fieldRef: { fieldPath: "metadata.labels" } }] } },
          ],
        },
      },
    ],
    [
      { name: "conf", hostPath: { path: "/x", type: "Directory" } },
      { name: "data", emptyDir: { medium: "Memory", sizeLimit: "1Gi" } },
    ],
  ],
  refused: [
    [{ name: "data", emptyDir: {}, configMap: { name: "c" } }],
    [
      { name: "data", emptyDir: {} },
      { name: "data", emptyDir: {} },
    ],
    [{ emptyDir: {} }],
    [{ name: "Data", emptyDir: {} }],
    [{ name: "data", configMap: {} }],
    [{ name: "conf", secret: { secretName: "s", items: [{ key: "", path: "../a" }] } }],
  ],
};

const tolerations = list(
  oneOf(
    [
      { key: "a", operator: "Exists", effect: "NoSchedule" },
      { operator: "Exists" },
      { key: "a", value: "b" },
    ],
    [{ key: "a", operator: "Nope" }, { operator: "Equal" }, { key: "a", operator: "Exists", value: "x" }],
  ),
);
const affinity = oneOf(
  [
    {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: "a", operator: "In", values: ["b"] }] }],
        },
      },
    },
    {
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          {
            weight: 5,
            podAffinityTerm: { topologyKey: "zone", labelSelector: { matchLabels: { app: "web" } } },
          },
        ],
      },
    },
  ],
  [
    { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } } },
    {
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 0, podAffinityTerm: { topologyKey: "" } },
        ],
      },
    },
  ],
);
const topologySpreadConstraints = oneOf(
  [
    [
      {
        maxSkew: 1,
        topologyKey: "zone",
        whenUnsatisfiable: "DoNotSchedule",
        labelSelector: { matchLabels: { app: "web" } },
      },
    ],
  ],
  [[{ maxSkew: 0, topologyKey: "", whenUnsatisfiable: "x" }]],
);

/** A pod's spec; `restart` are the policies that the owner's kind takes. */
export function podSpec(restart: SchemaNode): SchemaNode {
  return obj(
    {
      containers: some(container(), "name"),
      initContainers: one([], [{ name: "init", image: "busybox" }]),
      volumes,
      restartPolicy: restart,
      nodeSelector: oneOf([{ disk: "ssd" }], [{ "a b": "c" }]),
      serviceAccountName: oneOf(["default", "robot"], ["A B"]),
      terminationGracePeriodSeconds: oneOf([0, 30], [-1]),
      hostNetwork: one(false),
      dnsPolicy: oneOf(["ClusterFirst", "Default"], ["None", "x"]),
      imagePullSecrets: list(obj({ name: NAME }, "name"), "name"),
      securityContext: obj({ fsGroup: oneOf([1000], [-1]), runAsNonRoot: BOOL, sysctls: one([]) }),
      tolerations,
      affinity,
      topologySpreadConstraints,
      hostAliases: one([{ ip: "10.1.2.3", hostnames: ["a"] }]),
      enableServiceLinks: BOOL,
    },
    "containers",
    "volumes",
  );
}

/** What pods are made of, with labels that the usual selector finds. */
export function podTemplate(restart: SchemaNode): SchemaNode {
  return obj(
    {
      metadata: obj(
        {
          labels: oneOf([{ app: "web" }, { app: "web", tier: "db" }], [{ app: "other" }, { "a b": "c" }]),
          annotations: LABELS,
        },
        "labels",
      ),
      spec: podSpec(restart),
    },
    "metadata",
    "spec",
  );
}
