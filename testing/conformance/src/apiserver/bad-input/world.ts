import { createApiServer, createMemoryStorage } from "@weir/apiserver";
import { createAuthority, listenHttps } from "@weir/cluster";
import { silentLogger, systemClock } from "@weir/core";
import { findControlPlane, startControlPlane } from "@weir/testkit";
import type { ClusterKind } from "../../suite.ts";
import { type BadAsk, CONFIG_MAPS, DEPLOYMENTS, NAMESPACE, PODS, WIDGETS } from "./bad-case.ts";
import { askRaw, type RawAnswer, type RawServer } from "./raw-http.ts";

/** A server with the objects that the cases are about. */
export interface BadWorld extends AsyncDisposable {
  ask(ask: BadAsk): Promise<RawAnswer>;
}

const ISSUER = "https://kubernetes.default.svc";

const users = [
  { name: "admin", uid: "admin-uid", token: "admin-token", groups: ["system:masters"] },
  { name: "alice", uid: "alice-uid", token: "alice-token", groups: ["devs"] },
  { name: "mallory", uid: "mallory-uid", token: "mallory-token", groups: ["ops"] },
];

/** Starts a server, embedded or real, and fills it. */
export async function startBadWorld(kind: ClusterKind): Promise<BadWorld> {
  const server = kind === "real" ? await startReal() : await startEmbedded();
  const world = new World(server);
  try {
    await world.fill();
  } catch (error) {
    await world[Symbol.asyncDispose]();
    throw error;
  }
  return world;
}

type Running = RawServer & AsyncDisposable;

async function startReal(): Promise<Running> {
  const programs = await findControlPlane();
  if (programs.kind === "absent") throw new TypeError(programs.reason);
  const plane = await startControlPlane({
    programs,
    users: users.slice(1),
    administratorUid: "admin-uid",
    issuer: ISSUER,
  });
  const administrator = `Bearer ${plane.token}`;
  return {
    url: plane.url,
    certificateAuthority: plane.certificateAuthority,
    administrator,
    [Symbol.asyncDispose]: () => plane[Symbol.asyncDispose](),
  } as Running;
}

async function startEmbedded(): Promise<Running> {
  await using starting = new AsyncDisposableStack();
  const storage = starting.use(createMemoryStorage());
  const tokens = new Map(users.map(({ token, ...user }) => [token, user]));
  const api = starting.use(await createApiServer({ storage, auth: { tokens, authorization: "RBAC" } }));
  const authority = createAuthority("ca", systemClock.now());
  const identity = authority.issue({ dns: ["localhost"], ips: ["127.0.0.1"] });
  const handle = api.handle.bind(api);
  const listener = starting.use(
    await listenHttps({
      host: "127.0.0.1",
      port: 0,
      identity,
      handle: (request) => handle(request),
      logger: silentLogger,
    }),
  );
  const running = starting.move();
  return {
    url: listener.url,
    certificateAuthority: authority.certificate,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

const schema = {
  type: "object",
  properties: {
    spec: {
      type: "object",
      properties: {
        size: { type: "integer" },
        ratio: { type: "number" },
        text: { type: "string" },
        a: { type: "string" },
        c: { type: "string" },
        list: { type: "array", items: { type: "object", properties: { name: { type: "string" } } } },
        free: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
      },
    },
    status: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
  },
};

const definition = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "widgets.example.com" },
  spec: {
    group: "example.com",
    scope: "Namespaced",
    names: { plural: "widgets", singular: "widget", kind: "Widget", listKind: "WidgetList" },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        schema: { openAPIV3Schema: schema },
        subresources: { status: {} },
      },
    ],
  },
};

const container = { name: "a", image: "a" };
const template = { metadata: { labels: { app: "web" } }, spec: { containers: [container] } };
const RBAC = "/apis/rbac.authorization.k8s.io/v1";

function rule(
  apiGroup: string,
  resources: readonly string[],
  verbs: readonly string[],
  resourceNames?: readonly string[],
): object {
  return {
    apiGroups: [apiGroup],
    resources,
    verbs,
    ...(resourceNames === undefined ? {} : { resourceNames }),
  };
}

function grant(namespace: string, role: string, subject: object): readonly (readonly [string, object])[] {
  return [
    [
      `${RBAC}/namespaces/${namespace}/rolebindings`,
      {
        metadata: { name: role === "reader" ? "carol" : role },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role },
        subjects: [subject],
      },
    ],
  ];
}

function user(name: string): object {
  return { kind: "User", apiGroup: "rbac.authorization.k8s.io", name };
}

/** What is there before the first case: by the collection that it is posted to. */
const objects: readonly (readonly [target: string, object: object])[] = [
  ["/api/v1/namespaces", { metadata: { name: NAMESPACE } }],
  ["/api/v1/namespaces", { metadata: { name: "other" } }],
  ["/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition],
  ...["cm1", "cm2", "cm3", "keep", "x-kept"].map(
    (name) => [CONFIG_MAPS, { metadata: { name }, data: { a: "b" } }] as const,
  ),
  [DEPLOYMENTS, { metadata: { name: "web" }, spec: { selector: { matchLabels: { app: "web" } }, template } }],
  [PODS, { metadata: { name: "p" }, spec: { containers: [container] } }],
  [`/api/v1/namespaces/${NAMESPACE}/secrets`, { metadata: { name: "s" } }],
  [`/api/v1/namespaces/${NAMESPACE}/serviceaccounts`, { metadata: { name: "robot" } }],
  [
    `${RBAC}/namespaces/${NAMESPACE}/roles`,
    { metadata: { name: "reader" }, rules: [rule("", ["configmaps"], ["get"])] },
  ],
  [
    `${RBAC}/namespaces/${NAMESPACE}/roles`,
    {
      metadata: { name: "mallory" },
      rules: [
        rule("rbac.authorization.k8s.io", ["roles", "rolebindings"], ["create", "update", "patch"]),
        rule("", ["configmaps"], ["get"]),
      ],
    },
  ],
  ...grant(NAMESPACE, "mallory", user("mallory")),
  ...grant(NAMESPACE, "reader", user("carol")),
  [
    `${RBAC}/clusterroles`,
    {
      metadata: { name: "impersonator" },
      rules: [rule("", ["users"], ["impersonate"], ["alice"]), rule("", ["groups"], ["impersonate"], ["g"])],
    },
  ],
  [
    `${RBAC}/clusterrolebindings`,
    {
      metadata: { name: "impersonator" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "impersonator" },
      subjects: [user("mallory")],
    },
  ],
];

const WAIT_MS = 30_000;

class World implements BadWorld {
  readonly #server: Running & { readonly administrator?: string };
  #token = "";

  constructor(server: Running) {
    this.#server = server;
  }

  async ask(ask: BadAsk): Promise<RawAnswer> {
    const { body, user: asker = "admin" } = ask;
    const made = typeof body === "function" ? body() : body;
    const text =
      typeof made === "string"
        ? Buffer.from(made.replace("$TOKEN", ask.authorization?.(this.#token) ?? ""))
        : made;
    return askRaw(this.#server, {
      method: ask.method,
      target: ask.target,
      headers: [...this.#authorization(ask, asker), ["User-Agent", "bad/1"], ...(ask.headers ?? [])],
      ...(text === undefined ? {} : { body: text }),
      ...(ask.isChunked === undefined ? {} : { isChunked: ask.isChunked }),
    });
  }

  #authorization(ask: BadAsk, asker: string): readonly (readonly [string, string])[] {
    if (asker === "nobody") {
      return ask.authorization === undefined ? [] : [["Authorization", ask.authorization(this.#token)]];
    }
    if (asker === "admin") return [["Authorization", this.#server.administrator ?? "Bearer admin-token"]];
    return [["Authorization", `Bearer ${asker}-token`]];
  }

  async fill(): Promise<void> {
    for (const [target, object] of objects) await this.#create(target, object);
    await this.#until(async () => (await this.ask({ method: "GET", target: WIDGETS })).status === 200);
    await this.#create(WIDGETS, {
      apiVersion: "example.com/v1",
      kind: "Widget",
      metadata: { name: "w1" },
      spec: { a: "b", free: { a: "b" } },
    });
    const target = `/api/v1/namespaces/${NAMESPACE}/serviceaccounts/robot/token`;
    const answer = await this.ask({
      method: "POST",
      target,
      headers: [["Content-Type", "application/json"]],
      body: "{}",
    });
    this.#token = (
      JSON.parse(Buffer.from(answer.body).toString()) as { status: { token: string } }
    ).status.token;
  }

  async #create(target: string, object: object): Promise<void> {
    const headers = [["Content-Type", "application/json"]] as const;
    await this.#until(async () => {
      const answer = await this.ask({ method: "POST", target, headers, body: JSON.stringify(object) });
      return answer.status === 201 || answer.status === 409;
    });
  }

  async #until(isDone: () => Promise<boolean>): Promise<void> {
    const end = systemClock.monotonic() + WAIT_MS;
    while (!(await isDone())) {
      if (systemClock.monotonic() > end) throw new TypeError("the server did not become ready for the cases");
      await systemClock.sleep(50);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
  }
}
