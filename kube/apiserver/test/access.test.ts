import { FakeClock } from "@weir/core";
import { describe, expect, test } from "vitest";
import { type ApiServer, createApiServer, createMemoryStorage } from "../src/index.ts";

type Json = Readonly<Record<string, unknown>>;

const START = Date.UTC(2026, 0, 1);

interface World extends AsyncDisposable {
  readonly clock: FakeClock;
  send(method: string, path: string, body?: Json, headers?: Json): Promise<{ status: number; body: Json }>;
}

async function aWorld(): Promise<World> {
  const clock = new FakeClock(START);
  const running = new AsyncDisposableStack();
  const storage = running.use(createMemoryStorage({ clock }));
  const auth = { authorization: "RBAC" } as const;
  const server: ApiServer = running.use(await createApiServer({ storage, clock, auth }));
  return {
    clock,
    send: async (method, path, body, headers = {}) => {
      const init = {
        method,
        headers: { "content-type": "application/json", ...(headers as Record<string, string>) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      };
      const answer = await server.fetch(new Request(`http://weir${path}`, init));
      return { status: answer.status, body: (await answer.json()) as Json };
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

const NAMESPACE = "/api/v1/namespaces/team";

async function prepare(world: World): Promise<void> {
  await world.send("POST", "/api/v1/namespaces", { metadata: { name: "team" } });
  await world.send("POST", `${NAMESPACE}/serviceaccounts`, { metadata: { name: "robot" } });
  await world.send("POST", "/api/v1/nodes", { metadata: { name: "node" } });
  await world.send("POST", `${NAMESPACE}/secrets`, { metadata: { name: "kept" } });
  await world.send("POST", `${NAMESPACE}/pods`, {
    metadata: { name: "pod" },
    spec: { serviceAccountName: "robot", nodeName: "node", containers: [{ name: "a", image: "a" }] },
  });
}

async function tokenOf(world: World, spec: Json = {}): Promise<string> {
  const answer = await world.send("POST", `${NAMESPACE}/serviceaccounts/robot/token`, { spec });
  expect(answer).toMatchObject({ status: 201 });
  return (answer.body["status"] as { token: string }).token;
}

/** What a token review says of a token. */
async function reviewed(world: World, token: string, audiences: readonly string[] = []): Promise<Json> {
  const path = "/apis/authentication.k8s.io/v1/tokenreviews";
  const answer = await world.send("POST", path, { spec: { token, audiences } });
  return answer.body["status"] as Json;
}

function bound(kind: string, name: string): Json {
  return { boundObjectRef: { kind, apiVersion: "v1", name } };
}

describe("a token of a ServiceAccount", () => {
  test("says who it is for, and where its Pod runs", async () => {
    await using world = await aWorld();
    await prepare(world);
    const status = await reviewed(world, await tokenOf(world, bound("Pod", "pod")));
    expect(status).toMatchObject({
      authenticated: true,
      user: {
        username: "system:serviceaccount:team:robot",
        groups: ["system:serviceaccounts", "system:serviceaccounts:team", "system:authenticated"],
        extra: {
          "authentication.kubernetes.io/pod-name": ["pod"],
          "authentication.kubernetes.io/node-name": ["node"],
          "authentication.kubernetes.io/credential-id": [expect.stringMatching(/^JTI=/)],
        },
      },
    });
  });

  test("ends with its time, a minute of grace included", async () => {
    await using world = await aWorld();
    await prepare(world);
    const token = await tokenOf(world);
    await world.clock.advance(3_660_000);
    expect(await reviewed(world, token)).toMatchObject({ authenticated: true });
    await world.clock.advance(1_000);
    expect(await reviewed(world, token)).toEqual({
      user: {},
      error: "[invalid bearer token, service account token has expired]",
    });
    const headers = { authorization: `Bearer ${token}` };
    expect(await world.send("GET", "/version", undefined, headers)).toMatchObject({ status: 401 });
  });

  test.each([
    ["Pod", "pod", `${NAMESPACE}/pods/pod?gracePeriodSeconds=0`],
    ["Secret", "kept", `${NAMESPACE}/secrets/kept`],
    ["Node", "node", "/api/v1/nodes/node"],
  ])("that is bound to a %s ends with it", async (kind, name, path) => {
    await using world = await aWorld();
    await prepare(world);
    const token = await tokenOf(world, bound(kind, name));
    expect(await reviewed(world, token)).toMatchObject({ authenticated: true });
    await world.send("DELETE", path);
    expect(await reviewed(world, token)).toEqual({
      user: {},
      error: "[invalid bearer token, service account token has been invalidated]",
    });
  });

  test("is not the token of an account that was made anew", async () => {
    await using world = await aWorld();
    await prepare(world);
    const token = await tokenOf(world);
    await world.send("DELETE", `${NAMESPACE}/serviceaccounts/robot`);
    expect((await reviewed(world, token))["error"]).toBe(
      '[invalid bearer token, serviceaccounts "robot" not found]',
    );
    await world.send("POST", `${NAMESPACE}/serviceaccounts`, { metadata: { name: "robot" } });
    expect((await reviewed(world, token))["error"]).toMatch(
      /^\[invalid bearer token, service account UID \(.*\) does not match claim \(.*\)\]$/,
    );
  });

  test("is for its audiences only", async () => {
    await using world = await aWorld();
    await prepare(world);
    const token = await tokenOf(world, { audiences: ["vault"] });
    expect(await reviewed(world, token, ["vault", "other"])).toMatchObject({
      authenticated: true,
      audiences: ["vault"],
    });
    expect((await reviewed(world, token))["error"]).toBe(
      '[invalid bearer token, token audiences ["vault"] is invalid for the target audiences ["https://kubernetes.default.svc"]]',
    );
  });

  test("with another key's signature is nobody's", async () => {
    await using world = await aWorld();
    await using other = await aWorld();
    await prepare(world);
    await prepare(other);
    const token = await tokenOf(other);
    expect((await reviewed(world, token))["error"]).toBe(
      "[invalid bearer token, go-jose/go-jose: error in cryptographic primitive]",
    );
  });
});

describe("impersonation", () => {
  const review = { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" };
  const self = "/apis/authentication.k8s.io/v1/selfsubjectreviews";

  async function allow(world: World, rules: readonly Json[]): Promise<void> {
    const rbac = "/apis/rbac.authorization.k8s.io/v1";
    await world.send("POST", `${rbac}/clusterroles`, { metadata: { name: "own" }, rules });
    await world.send("POST", `${rbac}/clusterrolebindings`, {
      metadata: { name: "own" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "own" },
      subjects: [{ kind: "ServiceAccount", name: "robot", namespace: "team" }],
    });
  }

  test("by a narrow right holds for the verb that it names", async () => {
    await using world = await aWorld();
    await prepare(world);
    const authentication = { apiGroups: ["authentication.k8s.io"] };
    await allow(world, [
      { ...authentication, resources: ["users"], verbs: ["impersonate:user-info"], resourceNames: ["alice"] },
      {
        ...authentication,
        resources: ["selfsubjectreviews"],
        verbs: ["impersonate-on:user-info:create"],
      },
    ]);
    const headers = { authorization: `Bearer ${await tokenOf(world)}`, "impersonate-user": "alice" };
    const allowed = await world.send("POST", self, review, headers);
    expect(allowed.body["status"]).toMatchObject({ userInfo: { username: "alice" } });
    const refused = await world.send("GET", `${NAMESPACE}/pods`, undefined, headers);
    expect(refused.body["message"]).toBe(
      'pods is forbidden: User "system:serviceaccount:team:robot" cannot impersonate-on:user-info:list resource "pods" in API group "" in the namespace "team"',
    );
    const masters = await world.send("POST", self, review, {
      ...headers,
      "impersonate-group": "system:masters",
    });
    expect(masters.body["message"]).toMatch(/impersonating the system:masters group is not allowed$/);
  });

  test("of its own Node is an account's right without naming the Node", async () => {
    await using world = await aWorld();
    await prepare(world);
    await allow(world, [
      { apiGroups: ["authentication.k8s.io"], resources: ["nodes"], verbs: ["impersonate:associated-node"] },
      {
        apiGroups: ["authentication.k8s.io"],
        resources: ["selfsubjectreviews"],
        verbs: ["impersonate-on:associated-node:create"],
      },
    ]);
    const token = await tokenOf(world, bound("Pod", "pod"));
    const headers = { authorization: `Bearer ${token}`, "impersonate-user": "system:node:node" };
    const answer = await world.send("POST", self, review, headers);
    expect(answer.body["status"]).toMatchObject({
      userInfo: { username: "system:node:node", groups: ["system:nodes", "system:authenticated"] },
    });
    const other = { ...headers, "impersonate-user": "system:node:other" };
    expect((await world.send("POST", self, review, other)).status).toBe(403);
  });
});
