import type { SchemaNode } from "./schema-node.ts";
import {
  AFFINITY,
  POD_ANNOTATIONS,
  POD_SETTINGS,
  SECURITY_OF_BOTH,
  SPREAD,
  TOLERATIONS,
} from "./pod-settings-shape.ts";
import { BOOL, list, NAME, obj, one, oneOf, PORT, PORT_OR_NAME, rarely, SECONDS, some } from "./shapes.ts";
import { VOLUMES_OF_EACH, WRONG_VOLUMES_OF_EACH } from "./volume-shapes.ts";

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
    [{ cpu: "x" }, { nope: "1" }, { cpu: "-1" }, { "hugepages-2Mi": "3Mi" }, { "example.com/a": "1.5" }],
  ),
  requests: oneOf(
    [{ cpu: "100m" }, { memory: "64Mi", cpu: "0.5" }],
    [{ cpu: "5" }, { "a b": "1" }, { "example.com/a": "1" }],
  ),
  claims: rarely([{ name: "nope" }], [{ name: "" }], [{ name: "claim" }, { name: "claim" }]),
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
    terminationGracePeriodSeconds: rarely(5, 0),
    exec: rarely({ command: [] }, { command: ["x"] }),
    grpc: rarely({ port: 0 }, { port: 80 }),
    tcpSocket: rarely({ port: "A b" }, { port: 80, host: "h" }),
  },
  "httpGet",
);
const mount = obj(
  {
    name: oneOf(["data", "conf"], ["missing", ""]),
    mountPath: oneOf(["/data", "/etc/x"], ["", "a:b"]),
    readOnly: BOOL,
    subPath: oneOf(["x"], ["../x", "/x"]),
    subPathExpr: rarely("$(A)", "../x", "/x"),
    mountPropagation: oneOf(["None", "HostToContainer"], ["x", "Bidirectional"]),
    recursiveReadOnly: oneOf(["Disabled"], ["x", "Enabled"]),
  },
  "name",
  "mountPath",
);
const containerPort = obj(
  {
    name: oneOf(["http", "web"], ["A", "too-long-a-port-name", ""]),
    containerPort: PORT,
    protocol: oneOf(["TCP", "UDP"], ["X"]),
    hostPort: oneOf([8080], [70000, -1]),
    hostIP: oneOf(["10.1.2.3"], ["x", "010.1.2.3"]),
  },
  "containerPort",
);
const security = obj({
  ...SECURITY_OF_BOTH,
  privileged: BOOL,
  allowPrivilegeEscalation: oneOf([true], [false]),
  procMount: oneOf(["Default"], ["x", "Unmasked"]),
  readOnlyRootFilesystem: BOOL,
  capabilities: obj({ add: list(one("NET_ADMIN")), drop: list(one("ALL")) }),
});
const resizePolicy = oneOf(
  [[{ resourceName: "cpu", restartPolicy: "NotRequired" }]],
  [
    [{ resourceName: "x", restartPolicy: "NotRequired" }],
    [{ resourceName: "cpu", restartPolicy: "x" }],
    [{ resourceName: "memory", restartPolicy: "RestartContainer" }],
    [
      { resourceName: "cpu", restartPolicy: "NotRequired" },
      { resourceName: "cpu", restartPolicy: "NotRequired" },
    ],
  ],
);
const restartPolicyRules = rarely(
  [{ action: "x" }],
  [{ action: "Restart", exitCodes: { operator: "In", values: [] } }],
  [{ action: "Restart", exitCodes: { operator: "x", values: [1, 1] } }],
  [{ action: "Restart", exitCodes: { operator: "NotIn", values: [-1] } }],
);
const volumeDevices = rarely(
  [{ name: "data", devicePath: "/dev/x" }],
  [{ name: "", devicePath: "" }],
  [{ name: "missing", devicePath: "../x" }],
);
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
      resizePolicy,
      restartPolicy: rarely("Always", "Never", "x"),
      restartPolicyRules,
      volumeDevices,
      workingDir: one("/w"),
      tty: BOOL,
      securityContext: security,
      ...(init
        ? {}
        : {
            livenessProbe: probe,
            readinessProbe: probe,
            startupProbe: probe,
            lifecycle: oneOf(
              [{ preStop: { exec: { command: ["x"] } } }, { postStart: { httpGet: { port: 80 } } }],
              [
                { preStop: {} },
                { preStop: { exec: {} } },
                { preStop: { sleep: { seconds: -1 } } },
                { postStart: { tcpSocket: { port: 0 } } },
                { postStart: { exec: { command: ["x"] }, httpGet: { port: 80 } } },
                { stopSignal: "SIGTERM" },
                { stopSignal: "x" },
              ],
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
    ...VOLUMES_OF_EACH,
  ],
  refused: [
    ...WRONG_VOLUMES_OF_EACH,
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

/** A pod's spec; `restart` are the policies that the owner's kind takes. */
export function podSpec(restart: SchemaNode): SchemaNode {
  return obj(
    {
      containers: some(container(), "name"),
      initContainers: oneOf(
        [
          [],
          [{ name: "init", image: "busybox" }],
          [
            {
              name: "side",
              image: "busybox",
              restartPolicy: "Always",
              startupProbe: { exec: { command: ["x"] } },
            },
          ],
        ],
        [
          [{ name: "init", image: "busybox", livenessProbe: { exec: { command: ["x"] } }, lifecycle: {} }],
          [{ name: "init", image: "busybox", restartPolicy: "x" }],
          [{ name: "web", image: "" }],
          [{ name: "side", image: "busybox", restartPolicy: "Always", livenessProbe: {} }],
        ],
      ),
      volumes,
      restartPolicy: restart,
      tolerations: TOLERATIONS,
      affinity: AFFINITY,
      topologySpreadConstraints: SPREAD,
      ...POD_SETTINGS,
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
          annotations: POD_ANNOTATIONS,
        },
        "labels",
      ),
      spec: podSpec(restart),
    },
    "metadata",
    "spec",
  );
}
