import type { JsonObject } from "@weir/core";
import { describe, expect, test } from "vitest";
import { type ApiServer, createApiServer, createMemoryStorage } from "../src/index.ts";

interface Answer {
  readonly code: number;
  readonly message: string;
  readonly warnings: string;
  readonly body: JsonObject;
}

async function send(server: ApiServer, method: string, path: string, object?: JsonObject): Promise<Answer> {
  const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
  const request = new Request(`https://weir${path}`, {
    method,
    headers: { "content-type": type, ...(object === undefined ? tableHeaders : {}) },
    ...(object === undefined ? {} : { body: JSON.stringify(object) }),
  });
  const response = await server.fetch(request);
  const body = (await response.json()) as JsonObject;
  const message = typeof body["message"] === "string" ? body["message"] : "";
  return { code: response.status, message, warnings: response.headers.get("warning") ?? "", body };
}

const tableHeaders = { accept: "application/json;as=Table;v=v1;g=meta.k8s.io" };

async function withServer<Result>(use: (server: ApiServer) => Promise<Result>): Promise<Result> {
  await using storage = createMemoryStorage({});
  await using server = await createApiServer({ storage });
  return await use(server);
}

const pods = { containers: [{ name: "web", image: "web" }] };
const template = { metadata: { labels: { app: "web" } }, spec: pods };
const selector = { matchLabels: { app: "web" } };

function workload(kind: string, spec: JsonObject = {}): JsonObject {
  return { apiVersion: "apps/v1", kind, metadata: { name: "a" }, spec: { selector, template, ...spec } };
}

const apps = "/apis/apps/v1/namespaces/default";
const core = "/api/v1/namespaces/default";

describe("the spec of a workload", () => {
  const strategy = (type: string, rollingUpdate: JsonObject): JsonObject => ({
    updateStrategy: { type, rollingUpdate },
  });
  test.each([
    [
      "StatefulSet",
      { updateStrategy: { type: "X", rollingUpdate: { partition: 1 } } },
      [
        `spec.updateStrategy: Invalid value: {"Type":"X","RollingUpdate":{"Partition":1,"MaxUnavailable":null}}: must be 'RollingUpdate' or 'OnDelete'`,
      ],
    ],
    [
      "StatefulSet",
      { podManagementPolicy: "X", replicas: -1, serviceName: "a.b" },
      [
        `spec.podManagementPolicy: Invalid value: "X": must be 'OrderedReady' or 'Parallel'`,
        "spec.replicas: Invalid value: -1: must be greater than or equal to 0",
        'spec.serviceName: Invalid value: "a.b": must not contain dots',
      ],
    ],
    [
      "StatefulSet",
      strategy("RollingUpdate", { partition: -1 }),
      ["spec.updateStrategy.rollingUpdate.partition: Invalid value: -1: must be greater than or equal to 0"],
    ],
    [
      "DaemonSet",
      strategy("RollingUpdate", { maxUnavailable: 1, maxSurge: 1 }),
      [
        "spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: 1: may not be set when maxUnavailable is non-zero",
      ],
    ],
    [
      "DaemonSet",
      strategy("RollingUpdate", { maxUnavailable: 0 }),
      ["spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0"],
    ],
    [
      "Deployment",
      { minReadySeconds: 600 },
      ["spec.progressDeadlineSeconds: Invalid value: 600: must be greater than minReadySeconds"],
    ],
    [
      "Deployment",
      { strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "101%" } } },
      ['spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "101%": must not be greater than 100%'],
    ],
    [
      "Deployment",
      { strategy: { type: "X" } },
      [
        'spec.strategy: Unsupported value: {"Type":"X","RollingUpdate":null}: supported values: "Recreate", "RollingUpdate"',
      ],
    ],
    [
      "ReplicaSet",
      { minReadySeconds: -1 },
      ["spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0"],
    ],
    [
      "Deployment",
      { template: { ...template, spec: { ...pods, activeDeadlineSeconds: 1 } } },
      [
        "spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in ReplicaSet is not Supported",
      ],
    ],
  ] as readonly [string, JsonObject, readonly string[]][])("%s %j", async (kind, spec, errors) => {
    const path = `${apps}/${kind.toLowerCase()}s`;
    const { code, message } = await withServer((server) => send(server, "POST", path, workload(kind, spec)));
    const list = errors.length === 1 ? errors[0] : `[${errors.join(", ")}]`;
    expect({ code, message }).toEqual({ code: 422, message: `${kind}.apps "a" is invalid: ${list}` });
  });

  test("mounts the claims of a StatefulSet", async () => {
    const volumeMounts = [{ name: "data", mountPath: "/data" }];
    const spec = { containers: [{ name: "web", image: "web", volumeMounts }] };
    const claims = [
      {
        metadata: { name: "data" },
        spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
      },
    ];
    const object = workload("StatefulSet", { template: { ...template, spec }, volumeClaimTemplates: claims });
    const { code } = await withServer((server) => send(server, "POST", `${apps}/statefulsets`, object));
    expect(code).toBe(201);
  });
});

describe("the status of a workload", () => {
  test.each([
    [
      "StatefulSet",
      { replicas: 1, readyReplicas: 2 },
      "readyReplicas: Invalid value: 2: cannot be greater than status.replicas",
    ],
    [
      "StatefulSet",
      { replicas: 1, availableReplicas: 1 },
      "availableReplicas: Invalid value: 1: cannot be greater than status.readyReplicas",
    ],
    [
      "Deployment",
      { replicas: 1, availableReplicas: 1 },
      "availableReplicas: Invalid value: 1: cannot be greater than readyReplicas",
    ],
    [
      "ReplicaSet",
      { replicas: 1, fullyLabeledReplicas: 2 },
      "fullyLabeledReplicas: Invalid value: 2: cannot be greater than status.replicas",
    ],
    [
      "DaemonSet",
      { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: -1 },
      "numberReady: Invalid value: -1: must be greater than or equal to 0",
    ],
  ] as readonly [string, JsonObject, string][])("%s %j", async (kind, status, error) => {
    const path = `${apps}/${kind.toLowerCase()}s`;
    const { code, message } = await withServer(async (server) => {
      await send(server, "POST", path, workload(kind));
      return send(server, "PUT", `${path}/a/status`, { ...workload(kind), status });
    });
    expect({ code, message }).toEqual({ code: 422, message: `${kind}.apps "a" is invalid: status.${error}` });
  });

  test("leaves a Job without labels those of its template", async () => {
    const jobs = "/apis/batch/v1/namespaces/default/jobs";
    const job = { apiVersion: "batch/v1", kind: "Job", metadata: { name: "a" } };
    const spec = { template: { ...template, spec: { ...pods, restartPolicy: "Never" } } };
    const { body } = await withServer(async (server) => {
      await send(server, "POST", jobs, { ...job, spec });
      return send(server, "PUT", `${jobs}/a/status`, { ...job, spec: { template: { spec: pods } } });
    });
    expect(body["metadata"]).toMatchObject({ labels: { app: "web", "job-name": "a" } });
  });
});

describe("other kinds", () => {
  test.each(["scaleUp", "scaleDown"])("an autoscaler's policies are not empty: %s", async (way) => {
    const scaleTargetRef = { apiVersion: "apps/v1", kind: "Deployment", name: "web" };
    const object = {
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      metadata: { name: "a" },
      spec: { maxReplicas: 5, scaleTargetRef, behavior: { [way]: { policies: [] } } },
    };
    const path = "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers";
    const { code, message } = await withServer((server) => send(server, "POST", path, object));
    const error = `spec.behavior.${way}.policies: Required value: must specify at least one Policy`;
    expect({ code, message }).toEqual({
      code: 422,
      message: `HorizontalPodAutoscaler.autoscaling "a" is invalid: ${error}`,
    });
  });

  test("finalizers of Leases need no domain, and those of ConfigMaps do", async () => {
    const metadata = { name: "a", finalizers: ["a"] };
    const leases = "/apis/coordination.k8s.io/v1/namespaces/default/leases";
    const lease = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata, spec: {} };
    const codes = await withServer(async (server) => [
      (await send(server, "POST", leases, lease)).code,
      (await send(server, "POST", `${core}/configmaps`, { apiVersion: "v1", kind: "ConfigMap", metadata }))
        .code,
    ]);
    expect(codes).toEqual([201, 422]);
  });

  test("a LimitRange without a name is given one", async () => {
    const object = { apiVersion: "v1", kind: "LimitRange", metadata: {}, spec: { limits: [] } };
    const { code, body } = await withServer((server) => send(server, "POST", `${core}/limitranges`, object));
    expect(code).toBe(201);
    expect(body["metadata"]).toMatchObject({ name: expect.stringMatching(/^[0-9a-f-]{36}$/) as string });
  });

  test("a bound claim without a capacity shows 0", async () => {
    const object = {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: "a" },
      spec: { volumeName: "v", accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
    };
    const { body } = await withServer(async (server) => {
      await send(server, "POST", `${core}/persistentvolumeclaims`, object);
      return send(server, "GET", `${core}/persistentvolumeclaims/a`);
    });
    const [row] = body["rows"] as readonly { readonly cells: readonly string[] }[];
    expect(row?.cells[3]).toBe("0");
  });

  test("a CronJob is warned of its template and of a name that is no label", async () => {
    const ports = [{ containerPort: 80 }];
    const containers = ["a", "b"].map((name) => ({ name, image: name, ports: [...ports, ...ports] }));
    const spec = { ...pods, containers, restartPolicy: "Never" };
    const object = {
      apiVersion: "batch/v1",
      kind: "CronJob",
      metadata: { name: "a.b" },
      spec: { schedule: "* * * * *", jobTemplate: { spec: { template: { ...template, spec } } } },
    };
    const path = "/apis/batch/v1/namespaces/default/cronjobs";
    const { code, warnings } = await withServer((server) => send(server, "POST", path, object));
    expect(code).toBe(201);
    expect(warnings).toContain("metadata.name: this is used in Pod names and hostnames");
    expect(warnings).toContain("spec.jobTemplate.spec.template.spec.containers[0].ports[1]");
  });
});

describe("a Service", () => {
  const ports = [{ port: 80, protocol: "UDP", name: "web" }];
  const service = (spec: JsonObject): JsonObject => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "a" },
    spec: { ports, ...spec },
  });

  test.each([
    [
      { sessionAffinity: "X" },
      'sessionAffinity: Unsupported value: "X": supported values: "ClientIP", "None"',
    ],
    [
      { sessionAffinity: "ClientIP", sessionAffinityConfig: { clientIP: { timeoutSeconds: 86_401 } } },
      "sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 86401: must be greater than 0 and less than 86400",
    ],
    [
      { ports: [{ port: 80, nodePort: 30_000 }] },
      "ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'",
    ],
    [
      { ports: [{ port: 80, appProtocol: "" }] },
      'ports[0].appProtocol: Invalid value: "": name part must be non-empty',
    ],
    [
      { internalTrafficPolicy: "X" },
      'internalTrafficPolicy: Unsupported value: "X": supported values: "Cluster", "Local"',
    ],
    [
      { allocateLoadBalancerNodePorts: true },
      "allocateLoadBalancerNodePorts: Forbidden: may only be used when `type` is 'LoadBalancer'",
    ],
  ] as readonly [JsonObject, string][])("%j is refused", async (spec, error) => {
    const answer = await withServer((server) => send(server, "POST", `${core}/services`, service(spec)));
    expect(answer.code).toBe(422);
    expect(answer.message).toContain(`spec.${error}`);
  });

  test("keeps the node ports of its names, which no two ports have", async () => {
    const more = [...ports, { port: 443, protocol: "UDP", name: "web" }];
    const answers = await withServer(async (server) => [
      await send(server, "POST", `${core}/services`, service({ type: "NodePort" })),
      await send(server, "PATCH", `${core}/services/a`, { spec: { ports: [{ ...ports[0], port: 81 }] } }),
      await send(server, "PATCH", `${core}/services/a`, { spec: { ports: more } }),
    ]);
    const nodePort = (answer: Answer | undefined): unknown =>
      (answer?.body["spec"] as { readonly ports?: readonly JsonObject[] } | undefined)?.ports?.[0]?.[
        "nodePort"
      ];
    const kept = nodePort(answers[0]);
    expect(nodePort(answers[1])).toBe(kept);
    expect(answers[2]).toMatchObject({ code: 500, message: `duplicate nodePort: {UDP ${String(kept)}}` });
  });
});

describe("the spec of a Job", () => {
  const exit = (values: readonly number[]): JsonObject => ({
    podFailurePolicy: { rules: [{ action: "FailJob", onExitCodes: { operator: "In", values } }] },
  });
  const at = "podFailurePolicy.rules[0]";
  test.each([
    [
      { completionMode: "X" },
      'completionMode: Unsupported value: "X": supported values: "NonIndexed", "Indexed"',
    ],
    [
      { completionMode: "Indexed", parallelism: 1 },
      "completions: Required value: when completion mode is Indexed",
    ],
    [{ backoffLimitPerIndex: 1 }, "backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode"],
    [exit([0]), `${at}.onExitCodes.values[0]: Invalid value: 0: must not be 0 for the In operator`],
    [exit([2, 1]), `${at}.onExitCodes.values: Invalid value: [2,1]: must be ordered`],
    [
      { podFailurePolicy: { rules: [{ action: "Ignore" }] } },
      `${at}: Invalid value: specifying one of OnExitCodes and OnPodConditions is required`,
    ],
    [
      { podFailurePolicy: { rules: [] }, podReplacementPolicy: "TerminatingOrFailed" },
      'podReplacementPolicy: Unsupported value: "TerminatingOrFailed": supported values: "Failed"',
    ],
  ] as readonly [JsonObject, string][])("%j is refused", async (more, error) => {
    const spec = { template: { ...template, spec: { ...pods, restartPolicy: "Never" } }, ...more };
    const job = { apiVersion: "batch/v1", kind: "Job", metadata: { name: "a" }, spec };
    const path = "/apis/batch/v1/namespaces/default/jobs";
    const { code, message } = await withServer((server) => send(server, "POST", path, job));
    expect({ code, message }).toEqual({ code: 422, message: `Job.batch "a" is invalid: spec.${error}` });
  });
});

describe("what flow control always has", () => {
  const path = "/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas";
  const everything = {
    resourceRules: [
      { verbs: ["*"], apiGroups: ["*"], resources: ["*"], clusterScope: true, namespaces: ["*"] },
    ],
    nonResourceRules: [{ verbs: ["*"], nonResourceURLs: ["*"] }],
  };
  const exempt = {
    priorityLevelConfiguration: { name: "exempt" },
    matchingPrecedence: 1,
    rules: [{ subjects: [{ kind: "Group", group: { name: "system:masters" } }], ...everything }],
  };

  test("is taken as it is fixed, and not otherwise", async () => {
    const answers = await withServer(async (server) => {
      const schema = { kind: "FlowSchema", apiVersion: "flowcontrol.apiserver.k8s.io/v1" };
      const made = { ...schema, metadata: { name: "exempt" }, spec: exempt };
      const { rules: _rules, ...none } = exempt;
      const other = { ...made, spec: none };
      return [await send(server, "POST", path, other), await send(server, "POST", path, made)];
    });
    expect(answers.map(({ code }) => code)).toEqual([422, 201]);
    expect(answers[0]?.message).toBe(
      `FlowSchema.flowcontrol.apiserver.k8s.io "exempt" is invalid: spec: Invalid value: {"PriorityLevelConfiguration":{"Name":"exempt"},"MatchingPrecedence":1,"DistinguisherMethod":null,"Rules":null}: spec of 'exempt' must equal the fixed value`,
    );
  });
});

test("a path below an object that is none does not warn of its version", async () => {
  const endpoints = { apiVersion: "v1", kind: "Endpoints", metadata: { name: "a" } };
  const answers = await withServer((server) =>
    Promise.all([
      send(server, "PUT", `${core}/endpoints/a`, endpoints),
      send(server, "PUT", `${core}/endpoints/a/status`, endpoints),
    ]),
  );
  expect(answers.map(({ code, warnings }) => [code, warnings !== ""])).toEqual([
    [201, true],
    [404, false],
  ]);
});
