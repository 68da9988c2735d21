import { FakeClock, type JsonObject, type JsonValue } from "@weir/core";
import { describe, expect, test } from "vitest";
import { type ApiServer, type ApiServerOptions, createApiServer, createMemoryStorage } from "../src/index.ts";

interface Answer {
  readonly code: number;
  /** What is wrong, or nothing. */
  readonly message: string;
  readonly body: JsonObject;
}

interface Write {
  readonly method?: string;
  readonly path: string;
  readonly object: JsonObject;
}

async function send(server: ApiServer, { method = "POST", path, object }: Write): Promise<Answer> {
  const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
  const request = new Request(`https://weir${path}`, {
    method,
    headers: { "content-type": type },
    body: JSON.stringify(object),
  });
  const response = await server.fetch(request);
  const body = (await response.json()) as JsonObject;
  return { code: response.status, message: typeof body["message"] === "string" ? body["message"] : "", body };
}

/** What a server with some objects answers to the last of some writes. */
async function answerTo(writes: readonly Write[], options: Partial<ApiServerOptions> = {}): Promise<Answer> {
  await using storage = createMemoryStorage({});
  await using server = await createApiServer({ storage, ...options });
  const answers: Answer[] = [];
  for (const write of writes) answers.push(await send(server, write));
  const before = answers.slice(0, -1).filter(({ code }) => code >= 300);
  expect(before).toEqual([]);
  return answers.at(-1) as Answer;
}

/** A part of an answer's body, by the names of fields and the places in lists. */
function at(answer: Answer, ...path: readonly (string | number)[]): JsonValue | undefined {
  expect(answer.message).toBe("");
  let value: unknown = answer.body;
  for (const step of path) value = (value as Record<string | number, unknown> | undefined)?.[step];
  return value as JsonValue | undefined;
}

const CORE = "/api/v1/namespaces/default";

function named(kind: string, apiVersion: string, rest: JsonObject): JsonObject {
  const { metadata, ...others } = rest;
  return { apiVersion, kind, metadata: { name: kind.toLowerCase(), ...(metadata as JsonObject) }, ...others };
}

function aPod(spec: JsonObject = {}, metadata: JsonObject = {}): Write {
  const containers = [{ name: "web", image: "web" }];
  return { path: `${CORE}/pods`, object: named("Pod", "v1", { metadata, spec: { containers, ...spec } }) };
}

function limited(...limits: readonly JsonObject[]): Write {
  return { path: `${CORE}/limitranges`, object: named("LimitRange", "v1", { spec: { limits } }) };
}

const withResources = (resources: JsonObject) => ({
  containers: [{ name: "web", image: "web", resources }],
});

describe("LimitRanger", () => {
  test("gives containers what they do not say, and tells so", async () => {
    const range = limited({
      type: "Container",
      default: { cpu: "2" },
      defaultRequest: { cpu: "1", memory: "1Mi" },
    });
    const answer = await answerTo([range, aPod(withResources({ requests: { cpu: "500m" } }))]);
    expect(at(answer, "spec", "containers", 0, "resources")).toEqual({
      limits: { cpu: "2" },
      requests: { cpu: "500m", memory: "1Mi" },
    });
    expect(at(answer, "metadata", "annotations")).toEqual({
      "kubernetes.io/limit-ranger":
        "LimitRanger plugin set: memory request for container web; cpu limit for container web",
    });
  });

  test.each<[name: string, limit: JsonObject, resources: JsonObject, problem: string]>([
    [
      "too little is asked for",
      { type: "Container", min: { cpu: "1" } },
      { requests: { cpu: "500m" }, limits: { cpu: "2" } },
      "minimum cpu usage per Container is 1, but request is 500m",
    ],
    [
      "too much is allowed",
      { type: "Container", max: { memory: "1Gi" } },
      { limits: { memory: "2Gi" } },
      "maximum memory usage per Container is 1Gi, but limit is 2Gi",
    ],
    [
      "nothing is asked for",
      { type: "Pod", min: { cpu: "1" } },
      {},
      "minimum cpu usage per Pod is 1.  No request is specified",
    ],
    [
      "the limit is too far from the request",
      { type: "Container", maxLimitRequestRatio: { cpu: "2" } },
      { requests: { cpu: "1" }, limits: { cpu: "3" } },
      "cpu max limit to request ratio per Container is 2, but provided ratio is 3.000000",
    ],
  ])("refuses a Pod where %s", async (_, limit, resources, problem) => {
    const answer = await answerTo([limited(limit), aPod(withResources(resources))]);
    expect(answer).toMatchObject({ code: 403, message: `pods "pod" is forbidden: ${problem}` });
  });

  test("refuses a claim that is too large", async () => {
    const claim = {
      path: `${CORE}/persistentvolumeclaims`,
      object: named("PersistentVolumeClaim", "v1", {
        spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "2Gi" } } },
      }),
    };
    const answer = await answerTo([
      limited({ type: "PersistentVolumeClaim", max: { storage: "1Gi" } }),
      claim,
    ]);
    expect(answer.message).toContain(
      "maximum storage usage per PersistentVolumeClaim is 1Gi, but request is 2Gi",
    );
  });

  test("looks at the namespace of the object alone", async () => {
    const other = {
      path: "/api/v1/namespaces",
      object: named("Namespace", "v1", { metadata: { name: "other" } }),
    };
    const range = limited({ type: "Container", min: { cpu: "1" } });
    const elsewhere = { ...range, path: "/api/v1/namespaces/other/limitranges" };
    expect(await answerTo([other, elsewhere, aPod()])).toMatchObject({ code: 201 });
  });
});

describe("TaintNodesByCondition", () => {
  const taint = { key: "node.kubernetes.io/not-ready", effect: "NoSchedule" };
  test.each<[name: string, given: readonly JsonObject[], want: readonly JsonObject[]]>([
    ["a node without taints", [], [taint]],
    ["beside another one", [{ key: "a", effect: "NoExecute" }], [{ key: "a", effect: "NoExecute" }, taint]],
    ["once", [taint], [taint]],
  ])("taints %s", async (_, given, want) => {
    const taints = given.length === 0 ? {} : { taints: given };
    const answer = await answerTo([{ path: "/api/v1/nodes", object: named("Node", "v1", { spec: taints }) }]);
    expect(at(answer, "spec", "taints")).toEqual(want);
  });
});

function priorityClass(name: string, rest: JsonObject): Write {
  const object = named("PriorityClass", "scheduling.k8s.io/v1", { metadata: { name }, ...rest });
  return { path: "/apis/scheduling.k8s.io/v1/priorityclasses", object };
}

describe("Priority", () => {
  const high = priorityClass("high", { value: 1000, preemptionPolicy: "Never" });
  const usual = priorityClass("usual", { value: 10, globalDefault: true });

  test.each<[name: string, classes: readonly Write[], spec: JsonObject, want: JsonObject]>([
    ["no class there is", [], {}, { priority: 0, preemptionPolicy: "PreemptLowerPriority" }],
    [
      "the class that it names",
      [high, usual],
      { priorityClassName: "high" },
      { priorityClassName: "high", priority: 1000, preemptionPolicy: "Never" },
    ],
    [
      "the default class",
      [high, usual],
      {},
      { priorityClassName: "usual", priority: 10, preemptionPolicy: "PreemptLowerPriority" },
    ],
    ["a class of the system", [], { priorityClassName: "system-node-critical" }, { priority: 2000001000 }],
  ])("gives a Pod the priority of %s", async (_, classes, spec, want) => {
    expect(at(await answerTo([...classes, aPod(spec)]), "spec")).toMatchObject(want);
  });

  test.each<[name: string, spec: JsonObject, problem: string]>([
    ["a class that is missing", { priorityClassName: "none" }, "no PriorityClass with name none was found"],
    [
      "another number than its class",
      { priorityClassName: "high", priority: 5 },
      "the integer value of priority (5) must not be provided in pod spec; priority admission controller computed 1000 from the given PriorityClass name",
    ],
    [
      "another policy than its class",
      { priorityClassName: "high", preemptionPolicy: "PreemptLowerPriority" },
      "the string value of PreemptionPolicy (PreemptLowerPriority) must not be provided in pod spec; priority admission controller computed Never from the given PriorityClass name",
    ],
  ])("refuses a Pod that names %s", async (_, spec, problem) => {
    expect((await answerTo([high, aPod(spec)])).message).toBe(`pods "pod" is forbidden: ${problem}`);
  });

  test("keeps the default class the only one", async () => {
    const answer = await answerTo([usual, priorityClass("other", { value: 1, globalDefault: true })]);
    expect(answer.message).toContain(
      "PriorityClass usual is already marked as default. Only one default can exist",
    );
  });

  test("keeps the priority of a Pod that is updated without it", async () => {
    const update = { ...aPod({}, { labels: { a: "b" } }), method: "PUT", path: `${CORE}/pods/pod` };
    expect(
      at(await answerTo([high, aPod({ priorityClassName: "high" }), withClass(update)]), "spec"),
    ).toMatchObject({
      priority: 1000,
    });
  });

  function withClass(write: Write): Write {
    const spec = { ...(write.object["spec"] as JsonObject), priorityClassName: "high" };
    return { ...write, object: { ...write.object, spec } };
  }
});

describe("DefaultTolerationSeconds", () => {
  const added = (key: string) => ({
    key: `node.kubernetes.io/${key}`,
    operator: "Exists",
    effect: "NoExecute",
    tolerationSeconds: 300,
  });
  const all = { operator: "Exists" };
  const notReady = { key: "node.kubernetes.io/not-ready", operator: "Exists", effect: "NoExecute" };
  const unlike = { key: "node.kubernetes.io/unreachable", operator: "Exists", effect: "NoSchedule" };
  test.each<[name: string, own: readonly JsonObject[], want: readonly JsonObject[]]>([
    ["a Pod that says nothing", [], [added("not-ready"), added("unreachable")]],
    ["one that tolerates everything", [all], [all]],
    ["one that says it of one condition", [notReady], [notReady, added("unreachable")]],
    ["one that speaks of scheduling only", [unlike], [unlike, added("not-ready"), added("unreachable")]],
  ])("lets %s stay for five minutes", async (_, own, want) => {
    const answer = await answerTo([aPod(own.length === 0 ? {} : { tolerations: own })]);
    expect(at(answer, "spec", "tolerations")).toEqual(want);
  });
});

function storageClass(name: string, annotations: JsonObject, rest: JsonObject = {}): Write {
  const provisioner = "example.com/disk";
  const object = named("StorageClass", "storage.k8s.io/v1", {
    metadata: { name, annotations },
    provisioner,
    ...rest,
  });
  return { path: "/apis/storage.k8s.io/v1/storageclasses", object };
}

const IS_DEFAULT = { "storageclass.kubernetes.io/is-default-class": "true" };

function aClaim(spec: JsonObject = {}, metadata: JsonObject = {}): Write {
  const needed = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };
  const object = named("PersistentVolumeClaim", "v1", { metadata, spec: { ...needed, ...spec } });
  return { path: `${CORE}/persistentvolumeclaims`, object };
}

describe("DefaultStorageClass", () => {
  const usual = storageClass("usual", IS_DEFAULT);
  const beta = storageClass("old", { "storageclass.beta.kubernetes.io/is-default-class": "true" });
  const none = storageClass("none", { "storageclass.kubernetes.io/is-default-class": "false" });
  test.each<[name: string, classes: readonly Write[], claim: Write, want: string | undefined]>([
    ["the default one", [none, usual], aClaim(), "usual"],
    ["one that is marked in the old way", [beta], aClaim(), "old"],
    [
      "the first by name of two that are equally old",
      [storageClass("b", IS_DEFAULT), storageClass("a", IS_DEFAULT)],
      aClaim(),
      "a",
    ],
    ["none where there is no default", [none], aClaim(), undefined],
    ["none where it asks for none", [usual], aClaim({ storageClassName: "" }), ""],
    ["its own", [usual], aClaim({ storageClassName: "own" }), "own"],
    [
      "none beside the one of an annotation",
      [usual],
      aClaim({}, { annotations: { "volume.beta.kubernetes.io/storage-class": "own" } }),
      undefined,
    ],
  ])("gives a claim %s", async (_, classes, claim, want) => {
    const clock = new FakeClock();
    expect(at(await answerTo([...classes, claim], { clock }), "spec", "storageClassName")).toBe(want);
  });
});

describe("StorageObjectInUseProtection", () => {
  test.each<[plural: string, write: Write, finalizer: string]>([
    ["claims", aClaim(), "kubernetes.io/pvc-protection"],
    [
      "volumes",
      {
        path: "/api/v1/persistentvolumes",
        object: named("PersistentVolume", "v1", {
          spec: {
            capacity: { storage: "1Gi" },
            accessModes: ["ReadWriteOnce"],
            hostPath: { path: "/data" },
          },
        }),
      },
      "kubernetes.io/pv-protection",
    ],
  ])("keeps %s until nobody uses them", async (_, write, finalizer) => {
    expect(at(await answerTo([write]), "metadata", "finalizers")).toEqual([finalizer]);
  });

  test("adds to the finalizers that there are, once", async () => {
    const finalizers = ["example.com/a", "kubernetes.io/pvc-protection"];
    expect(at(await answerTo([aClaim({}, { finalizers })]), "metadata", "finalizers")).toEqual(finalizers);
  });
});

describe("PersistentVolumeClaimResize", () => {
  const claim = aClaim({ storageClassName: "disk" });
  const phase = (name: string): Write => ({
    method: "PATCH",
    path: `${claim.path}/persistentvolumeclaim/status`,
    object: { status: { phase: name } },
  });
  const grown: Write = {
    method: "PATCH",
    path: `${claim.path}/persistentvolumeclaim`,
    object: { spec: { resources: { requests: { storage: "2Gi" } } } },
  };
  const growing = storageClass("disk", {}, { allowVolumeExpansion: true });

  test("lets a bound claim grow whose class allows it", async () => {
    const answer = await answerTo([growing, claim, phase("Bound"), grown]);
    expect(at(answer, "spec", "resources", "requests", "storage")).toBe("2Gi");
  });

  test.each<[name: string, writes: readonly Write[], problem: string]>([
    [
      "has a class that does not allow it",
      [storageClass("disk", {}), claim, phase("Bound")],
      "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize",
    ],
    [
      "has a class that is missing",
      [claim, phase("Bound")],
      "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize",
    ],
  ])("refuses to let a claim grow that %s", async (_, writes, problem) => {
    const answer = await answerTo([...writes, grown]);
    expect(answer).toMatchObject({ code: 403 });
    expect(answer.message).toContain(problem);
  });
});

function runtimeClass(rest: JsonObject): Write {
  const object = named("RuntimeClass", "node.k8s.io/v1", {
    metadata: { name: "vm" },
    handler: "vm",
    ...rest,
  });
  return { path: "/apis/node.k8s.io/v1/runtimeclasses", object };
}

describe("RuntimeClass", () => {
  const dear = runtimeClass({ overhead: { podFixed: { cpu: "100m" } } });

  test("gives a Pod what its class costs and where it runs", async () => {
    const tolerations = [{ key: "vm", operator: "Exists" }];
    const placed = runtimeClass({
      overhead: { podFixed: { cpu: "100m" } },
      scheduling: { nodeSelector: { vm: "yes" }, tolerations },
    });
    const answer = await answerTo([placed, aPod({ runtimeClassName: "vm", nodeSelector: { disk: "fast" } })]);
    expect(at(answer, "spec")).toMatchObject({
      overhead: { cpu: "100m" },
      nodeSelector: { vm: "yes", disk: "fast" },
      tolerations: expect.arrayContaining(tolerations),
    });
  });

  test.each<[name: string, writes: readonly Write[], problem: string]>([
    [
      "a class that is missing",
      [aPod({ runtimeClassName: "vm" })],
      'pod rejected: RuntimeClass "vm" not found',
    ],
    [
      "another overhead than its class",
      [dear, aPod({ runtimeClassName: "vm", overhead: { cpu: "1" } })],
      "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead",
    ],
    [
      "an overhead without a class",
      [aPod({ overhead: { cpu: "1" } })],
      "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead",
    ],
    [
      "another place than its class",
      [
        runtimeClass({ scheduling: { nodeSelector: { vm: "yes" } } }),
        aPod({ runtimeClassName: "vm", nodeSelector: { vm: "no" } }),
      ],
      "conflict: runtimeClass.scheduling.nodeSelector[vm] = yes; pod.spec.nodeSelector[vm] = no",
    ],
  ])("refuses a Pod with %s", async (_, writes, problem) => {
    const answer = await answerTo(writes);
    expect(answer).toMatchObject({ code: 403 });
    expect(answer.message).toContain(problem);
  });
});

describe("DefaultIngressClass", () => {
  const usual: Write = {
    path: "/apis/networking.k8s.io/v1/ingressclasses",
    object: named("IngressClass", "networking.k8s.io/v1", {
      metadata: { name: "usual", annotations: { "ingressclass.kubernetes.io/is-default-class": "true" } },
      spec: { controller: "example.com/ingress" },
    }),
  };
  const ingress = (spec: JsonObject, annotations: JsonObject = {}): Write => ({
    path: "/apis/networking.k8s.io/v1/namespaces/default/ingresses",
    object: named("Ingress", "networking.k8s.io/v1", {
      metadata: { annotations },
      spec: { defaultBackend: { service: { name: "web", port: { number: 80 } } }, ...spec },
    }),
  });
  test.each<[name: string, writes: readonly Write[], want: string | undefined]>([
    ["the default class", [usual, ingress({})], "usual"],
    ["none where there is no default", [ingress({})], undefined],
    ["its own", [usual, ingress({ ingressClassName: "own" })], "own"],
    [
      "none beside an old annotation",
      [usual, ingress({}, { "kubernetes.io/ingress.class": "own" })],
      undefined,
    ],
  ])("gives an Ingress %s", async (_, writes, want) => {
    expect(at(await answerTo(writes), "spec", "ingressClassName")).toBe(want);
  });
});

describe("ServiceAccount", () => {
  const needsServiceAccounts = true;
  const account = (rest: JsonObject = {}): Write => ({
    path: `${CORE}/serviceaccounts`,
    object: named("ServiceAccount", "v1", { metadata: { name: "robot" }, ...rest }),
  });
  const robot = { serviceAccountName: "robot" };
  const TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount";

  test("mounts the token where no container says otherwise", async () => {
    const answer = await answerTo([account(), aPod(robot)], { needsServiceAccounts });
    const [volume] = at(answer, "spec", "volumes") as readonly JsonObject[];
    expect(volume).toMatchObject({ name: expect.stringMatching(/^kube-api-access-\w{5}$/), projected: {} });
    const mount = { name: volume?.["name"], readOnly: true, mountPath: TOKEN };
    expect(at(answer, "spec", "containers", 0, "volumeMounts")).toEqual([mount]);
  });

  test.each<[name: string, account: JsonObject, spec: JsonObject]>([
    ["the account says", { automountServiceAccountToken: false }, {}],
    ["the Pod says", { automountServiceAccountToken: true }, { automountServiceAccountToken: false }],
  ])("mounts no token where %s so", async (_, of, spec) => {
    const answer = await answerTo([account(of), aPod({ ...robot, ...spec })], { needsServiceAccounts });
    expect(at(answer, "spec", "volumes")).toBeUndefined();
  });

  test("gives a Pod the pull secrets of its account, unless it has its own", async () => {
    const of = account({ imagePullSecrets: [{ name: "pull" }] });
    const given = await answerTo([of, aPod(robot)], { needsServiceAccounts });
    expect(at(given, "spec", "imagePullSecrets")).toEqual([{ name: "pull" }]);
    const own = { ...robot, imagePullSecrets: [{ name: "own" }] };
    const kept = await answerTo([of, aPod(own)], { needsServiceAccounts });
    expect(at(kept, "spec", "imagePullSecrets")).toEqual([{ name: "own" }]);
  });

  const strict = { annotations: { "kubernetes.io/enforce-mountable-secrets": "true" }, name: "robot" };
  const mirror = { annotations: { "kubernetes.io/config.mirror": "x" } };
  test.each<[name: string, writes: readonly Write[], problem: string]>([
    [
      "an account that is missing",
      [aPod(robot)],
      'error looking up service account default/robot: serviceaccount "robot" not found',
    ],
    [
      "a Secret that its account does not name",
      [
        account({ metadata: strict, secrets: [{ name: "known" }] }),
        aPod({ ...robot, volumes: [{ name: "a", secret: { secretName: "other" } }] }),
      ],
      'volume with secret.secretName="other" is not allowed because service account robot does not reference that secret',
    ],
    [
      "an account, as a mirror",
      [account(), aPod(robot, mirror)],
      "a mirror pod may not reference service accounts",
    ],
  ])("refuses a Pod with %s", async (_, writes, problem) => {
    const answer = await answerTo(writes, { needsServiceAccounts });
    expect(answer).toMatchObject({ code: 403, message: `pods "pod" is forbidden: ${problem}` });
  });
});

describe("PodTopologyLabels", () => {
  const zone = "topology.kubernetes.io/zone";
  const region = "topology.kubernetes.io/region";
  const node: Write = {
    path: "/api/v1/nodes",
    object: named("Node", "v1", { metadata: { labels: { [zone]: "a", [region]: "north", other: "x" } } }),
  };
  const binding = (rest: JsonObject = {}): Write => ({
    path: `${CORE}/pods/pod/binding`,
    object: named("Binding", "v1", {
      metadata: { name: "pod" },
      target: { kind: "Node", name: "node" },
      ...rest,
    }),
  });
  const labels = (answer: Answer): JsonValue | undefined => at(answer, "metadata", "labels");
  const touch: Write = { method: "PATCH", path: `${CORE}/pods/pod`, object: {} };

  test("says where a Pod runs that is made for a node", async () => {
    const answer = await answerTo([
      node,
      aPod({ nodeName: "node" }, { labels: { app: "web", [zone]: "b" } }),
    ]);
    expect(labels(answer)).toEqual({ app: "web", [zone]: "a", [region]: "north" });
  });

  test("says nothing of a node that is missing", async () => {
    expect(labels(await answerTo([aPod({ nodeName: "node" })]))).toBeUndefined();
  });

  test("says where a Pod runs that is bound", async () => {
    expect(labels(await answerTo([node, aPod(), binding(), touch]))).toEqual({
      [zone]: "a",
      [region]: "north",
    });
  });

  test("looks at bindings to nodes alone", async () => {
    const answer = await answerTo([node, aPod(), binding({ target: { name: "node" } }), touch]);
    expect(labels(answer)).toBeUndefined();
    expect(at(answer, "spec", "nodeName")).toBe("node");
  });

  test("keeps what a binding says for itself", async () => {
    const metadata = { name: "pod", labels: { a: "b" }, annotations: { c: "d" } };
    const answer = await answerTo([aPod({}, { labels: { a: "c" } }), binding({ metadata }), touch]);
    expect(at(answer, "metadata")).toMatchObject({ labels: { a: "b" }, annotations: { c: "d" } });
  });

  test("binds no other Pod of the same name, and none that waits", async () => {
    const other = await answerTo([aPod(), binding({ metadata: { name: "pod", uid: "other" } })]);
    expect(other).toMatchObject({
      code: 409,
      message: expect.stringContaining("UID in precondition: other"),
    });
    const gated = await answerTo([aPod({ schedulingGates: [{ name: "a.b/c" }] }), binding()]);
    expect(gated).toMatchObject({
      code: 409,
      message: expect.stringContaining("has non-empty .spec.schedulingGates"),
    });
  });
});
