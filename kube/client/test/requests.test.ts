import { FakeClock, seededRandom } from "@weir/core";
import { describe, expect, test } from "vitest";
import {
  ApiProtocolError,
  ApiUnreachableError,
  createClient,
  type Kind,
  KindNotServedError,
  type KubeClient,
  KubeApiError,
  metadataOnly,
  ObjectAddressError,
  type TransportResponse,
} from "../src/index.ts";
import { failure, json, scriptedTransport } from "./scripted-transport.ts";

const ConfigMap: Kind = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  scope: "Namespaced",
};
const Node: Kind = { group: "", version: "v1", kind: "Node", plural: "nodes", scope: "Cluster" };
const Deployment: Kind = {
  group: "apps",
  version: "v1",
  kind: "Deployment",
  plural: "deployments",
  scope: "Namespaced",
};

const map = { apiVersion: "v1", kind: "ConfigMap", metadata: { namespace: "ns", name: "a" } };
const key = { namespace: "ns", name: "a" };

describe("requests", () => {
  const cases: ReadonlyArray<{
    readonly name: string;
    readonly call: (client: KubeClient) => Promise<unknown>;
    readonly want: Record<string, unknown>;
  }> = [
    {
      name: "get an object of the core group",
      call: (client) => client.get(ConfigMap, key, { resourceVersion: "0" }),
      want: { method: "GET", path: "/api/v1/namespaces/ns/configmaps/a?resourceVersion=0" },
    },
    {
      name: "get an object scoped to the cluster, whatever namespace is given",
      call: (client) => client.get(Node, { namespace: "ns", name: "n:1" }),
      want: { method: "GET", path: "/api/v1/nodes/n%3A1" },
    },
    {
      name: "get a subresource",
      call: (client) => client.get(Deployment, key, { subresource: "scale" }),
      want: { method: "GET", path: "/apis/apps/v1/namespaces/ns/deployments/a/scale" },
    },
    {
      name: "create in the namespace of the object, with its kind filled in",
      call: (client) => client.create(ConfigMap, { metadata: key } as never, { fieldManager: "me" }),
      want: {
        method: "POST",
        path: "/api/v1/namespaces/ns/configmaps?fieldManager=me",
        body: { apiVersion: "v1", kind: "ConfigMap", metadata: key },
      },
    },
    {
      name: "create a subresource whose body is of another kind",
      call: (client) =>
        client.create(
          { ...ConfigMap, kind: "ServiceAccount", plural: "serviceaccounts" },
          { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", metadata: key } as never,
          { subresource: "token" },
        ),
      want: {
        method: "POST",
        path: "/api/v1/namespaces/ns/serviceaccounts/a/token",
        body: { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", metadata: key },
      },
    },
    {
      name: "replace the status",
      call: (client) => client.replace(ConfigMap, map, { subresource: "status", dryRun: true }),
      want: { method: "PUT", path: "/api/v1/namespaces/ns/configmaps/a/status?dryRun=All" },
    },
    {
      name: "patch with JSON patch",
      call: (client) =>
        client.patch(ConfigMap, key, { type: "json", operations: [{ op: "remove", path: "/data" }] }),
      want: {
        method: "PATCH",
        path: "/api/v1/namespaces/ns/configmaps/a",
        contentType: "application/json-patch+json",
        body: [{ op: "remove", path: "/data" }],
      },
    },
    {
      name: "patch with a merge patch",
      call: (client) =>
        client.patch(ConfigMap, key, { type: "merge", patch: { data: null } }, { fieldValidation: "Strict" }),
      want: {
        method: "PATCH",
        path: "/api/v1/namespaces/ns/configmaps/a?fieldValidation=Strict",
        contentType: "application/merge-patch+json",
        body: { data: null },
      },
    },
    {
      name: "patch with a strategic merge patch",
      call: (client) => client.patch(ConfigMap, key, { type: "strategic", patch: {} }),
      want: { method: "PATCH", contentType: "application/strategic-merge-patch+json" },
    },
    {
      name: "apply",
      call: (client) => client.apply(ConfigMap, map, { fieldManager: "me", force: true }),
      want: {
        method: "PATCH",
        path: "/api/v1/namespaces/ns/configmaps/a?fieldManager=me&force=true",
        contentType: "application/apply-patch+yaml",
        body: map,
      },
    },
    {
      name: "delete with preconditions",
      call: (client) =>
        client.delete(ConfigMap, key, {
          propagationPolicy: "Foreground",
          gracePeriodSeconds: 0,
          preconditions: { uid: "u", resourceVersion: "7" },
        }),
      want: {
        method: "DELETE",
        path: "/api/v1/namespaces/ns/configmaps/a",
        body: {
          apiVersion: "v1",
          kind: "DeleteOptions",
          propagationPolicy: "Foreground",
          gracePeriodSeconds: 0,
          preconditions: { uid: "u", resourceVersion: "7" },
        },
      },
    },
  ];

  test.each(cases)("$name", async ({ call, want }) => {
    const { transport, sent } = scriptedTransport(() => json(map));
    await call(createClient({ transport, server: "https://api.test/" }));
    const [{ method, path, body, headers } = sent[0]!] = sent;
    expect({ method, path, body, contentType: headers.get("content-type") }).toMatchObject(want);
  });

  test("keep the path prefix of the server", async () => {
    let url = "";
    const client = createClient({
      server: "https://api.test/k8s/clusters/c-1",
      transport: async (request) => {
        url = request.url;
        return { status: 200, headers: [], body: JSON.stringify(map) };
      },
    });
    await client.get(ConfigMap, key);
    expect(url).toBe("https://api.test/k8s/clusters/c-1/api/v1/namespaces/ns/configmaps/a");
  });

  test.each(["", ".", "..", "a/b", "a%2fb"])("refuse the name %j", async (name) => {
    const { transport, sent } = scriptedTransport(() => json(map));
    await expect(createClient({ transport }).get(ConfigMap, { namespace: "ns", name })).rejects.toThrow(
      ObjectAddressError,
    );
    expect(sent).toEqual([]);
  });

  test("refuse an object of a namespaced kind without a namespace", async () => {
    const client = createClient({ transport: scriptedTransport(() => json(map)).transport });
    await expect(client.get(ConfigMap, { name: "a" })).rejects.toThrow("needs a namespace");
  });

  test("carry integers of any size exactly, both ways", async () => {
    const body =
      '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"namespace":"ns","name":"a"},"big":9007199254740993}';
    let sentText = "";
    const client = createClient({
      transport: async (request) => {
        sentText = String(request.body);
        return { status: 200, headers: [], body };
      },
    });
    const read = await client.get(ConfigMap, key);
    expect(read?.["big"]).toBe(9007199254740993n);
    await client.replace(ConfigMap, read!);
    expect(sentText).toContain('"big":9007199254740993');
  });

  test("ask for metadata alone and keep the object's own kind", async () => {
    const partial = { apiVersion: "meta.k8s.io/v1", kind: "PartialObjectMetadata", metadata: key };
    const { transport, sent } = scriptedTransport(() => json(partial));
    const read = await createClient({ transport }).get(metadataOnly(Deployment), key);
    expect(sent[0]?.headers.get("accept")).toContain("as=PartialObjectMetadata;g=meta.k8s.io;v=v1");
    expect(read).toEqual({ apiVersion: "apps/v1", kind: "Deployment", metadata: key });
  });

  test("cut whole objects down to metadata where the server knows no partial ones", async () => {
    const { transport } = scriptedTransport(() => json({ ...map, data: { a: "b" } }));
    expect(await createClient({ transport }).get(metadataOnly(ConfigMap), key)).toEqual(map);
  });
});

describe("answers", () => {
  test("an object that is not there is undefined", async () => {
    const { transport } = scriptedTransport(() => failure(404, "NotFound", { details: { name: "a" } }));
    const client = createClient({ transport });
    expect(await client.get(ConfigMap, key)).toBeUndefined();
    expect(await client.delete(ConfigMap, key)).toBeUndefined();
  });

  test("a path that is not there is a kind that is not served", async () => {
    const { transport } = scriptedTransport(() => new Response("404 page not found", { status: 404 }));
    const client = createClient({ transport });
    await expect(client.get(Deployment, key)).rejects.toThrow(
      new KindNotServedError("apps/v1", "Deployment").message,
    );
    await expect(client.list(Deployment)).rejects.toThrow(KindNotServedError);
  });

  test("a missing subresource says nothing of the kind", async () => {
    const { transport } = scriptedTransport(() => failure(404, "NotFound"));
    const created = createClient({ transport }).create(ConfigMap, map, { subresource: "binding" });
    await expect(created).rejects.toMatchObject({ name: "KubeApiError", code: 404 });
  });

  test("a refusal carries the server's Status", async () => {
    const details = {
      name: "a",
      retryAfterSeconds: 3,
      causes: [{ reason: "FieldManagerConflict", message: 'conflict with "m"', field: ".data" }],
    };
    const { transport } = scriptedTransport(() => failure(409, "Conflict", { details }));
    const error = await createClient({ transport })
      .apply(ConfigMap, map, { fieldManager: "me" })
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(KubeApiError);
    expect(error).toMatchObject({
      message: "it is Conflict",
      reason: "Conflict",
      code: 409,
      retryAfterMs: 3000,
      causes: [{ reason: "FieldManagerConflict", message: 'conflict with "m"', field: ".data" }],
    });
  });

  test.each([
    {
      name: "text",
      body: "no healthy upstream",
      want: { message: "no healthy upstream", reason: "ServiceUnavailable" },
    },
    { name: "nothing", body: "", want: { message: "the server answered 503", reason: "ServiceUnavailable" } },
    { name: "JSON of another kind", body: "[1]", want: { message: "[1]", reason: "ServiceUnavailable" } },
  ])("a refusal with $name is an error, too", async ({ body, want }) => {
    const { transport } = scriptedTransport(() => new Response(body, { status: 503 }));
    const error = await createClient({ transport })
      .list(ConfigMap)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ ...want, code: 503 });
  });

  test("an answer that is not JSON is a protocol error", async () => {
    const { transport } = scriptedTransport(() => new Response("<html>"));
    await expect(createClient({ transport }).list(ConfigMap)).rejects.toThrow(ApiProtocolError);
  });

  test("a warning is handed on once per text", async () => {
    const heard: string[] = [];
    const { transport } = scriptedTransport(() =>
      json(map, { headers: { warning: '299 - "v1 \\"old\\" is gone", 299 - "other"' } }),
    );
    const client = createClient({ transport, onWarning: (text) => heard.push(text) });
    await client.get(ConfigMap, key);
    await client.impersonate({ name: "x" }).get(ConfigMap, key);
    expect(heard).toEqual(['v1 "old" is gone', "other"]);
  });

  test("every answer is counted", async () => {
    const counted: unknown[] = [];
    const { transport } = scriptedTransport(() => json(map));
    const client = createClient({
      transport,
      server: "https://api.test:6443",
      onAnswer: (answer) => counted.push(answer),
    });
    await client.get(ConfigMap, key);
    expect(counted).toEqual([{ method: "GET", host: "api.test:6443", code: 200 }]);
  });
});

describe("lists", () => {
  test("read all pages of 500 as one", async () => {
    const { transport, sent } = scriptedTransport((_, index) =>
      json({
        kind: "List",
        apiVersion: "v1",
        metadata: { resourceVersion: "9", ...(index < 2 ? { continue: `token-${index}` } : {}) },
        items: [{ metadata: { namespace: "ns", name: `n${index}` } }],
      }),
    );
    const list = await createClient({ transport }).list(ConfigMap, { namespace: "ns", labelSelector: "a=b" });
    expect(sent.map(({ path }) => path)).toEqual([
      "/api/v1/namespaces/ns/configmaps?labelSelector=a%3Db&limit=500",
      "/api/v1/namespaces/ns/configmaps?labelSelector=a%3Db&limit=500&continue=token-0",
      "/api/v1/namespaces/ns/configmaps?labelSelector=a%3Db&limit=500&continue=token-1",
    ]);
    expect(list.metadata).toEqual({ resourceVersion: "9" });
    expect(list.items).toEqual(
      [0, 1, 2].map((index) => ({
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { namespace: "ns", name: `n${index}` },
      })),
    );
  });

  test("begin again when a page token has expired", async () => {
    let expired = 0;
    const { transport } = scriptedTransport(({ path }) => {
      if (path.includes("continue=") && expired++ === 0) return failure(410, "Expired");
      const next = path.includes("continue=") ? {} : { continue: "t" };
      return json({
        kind: "List",
        apiVersion: "v1",
        metadata: { resourceVersion: "9", ...next },
        items: [map],
      });
    });
    const list = await createClient({ transport }).list(ConfigMap);
    expect(list.items).toHaveLength(2);
  });

  test("give up when page tokens always expire", async () => {
    const { transport, sent } = scriptedTransport(({ path }) =>
      path.includes("continue=")
        ? failure(410, "Expired")
        : json({ kind: "List", apiVersion: "v1", metadata: { continue: "t" }, items: [] }),
    );
    await expect(createClient({ transport }).list(ConfigMap)).rejects.toThrow("it is Expired");
    expect(sent).toHaveLength(8);
  });

  test("read one page when asked to", async () => {
    const { transport, sent } = scriptedTransport(() =>
      json({ kind: "List", apiVersion: "v1", metadata: { continue: "next" }, items: null }),
    );
    const list = await createClient({ transport }).list(ConfigMap, { limit: 2, continue: "here" });
    expect(sent[0]?.path).toBe("/api/v1/configmaps?limit=2&continue=here");
    expect(list).toEqual({ apiVersion: "v1", kind: "List", metadata: { continue: "next" }, items: [] });
  });
});

describe("retries", () => {
  const patient = (transport: Parameters<typeof createClient>[0]["transport"]) => {
    const clock = new FakeClock();
    return { clock, client: createClient({ transport, clock, random: seededRandom(1) }) };
  };

  test.each([429, 500, 503])("wait as long as a %i asks to", async (status) => {
    const { transport, sent } = scriptedTransport((_, index) =>
      index === 0 ? new Response("busy", { status, headers: { "retry-after": "2" } }) : json(map),
    );
    const { clock, client } = patient(transport);
    const created = client.create(ConfigMap, map);
    await clock.advance(1_999);
    expect(sent).toHaveLength(1);
    await clock.advance(300);
    await expect(created).resolves.toEqual(map);
  });

  test("end after ten tries", async () => {
    const { transport, sent } = scriptedTransport(
      () => new Response("", { status: 429, headers: { "retry-after": "1" } }),
    );
    const { clock, client } = patient(transport);
    const read = client.get(ConfigMap, key).catch((error: unknown) => error);
    await clock.advance(60_000);
    expect(await read).toMatchObject({ code: 429 });
    expect(sent).toHaveLength(10);
    expect(clock.pendingTimers).toBe(0);
  });

  test("are not made where the server does not ask for one", async () => {
    const { transport, sent } = scriptedTransport(() => new Response("", { status: 500 }));
    await expect(createClient({ transport }).create(ConfigMap, map)).rejects.toThrow(KubeApiError);
    expect(sent).toHaveLength(1);
  });

  test("end with the caller's signal", async () => {
    const { transport } = scriptedTransport(
      () => new Response("", { status: 503, headers: { "retry-after": "30" } }),
    );
    const { clock, client } = patient(transport);
    const abort = new AbortController();
    const read = client.get(ConfigMap, key, { signal: abort.signal }).catch((error: unknown) => error);
    await clock.advance(1);
    const reason = new Error("enough");
    abort.abort(reason);
    expect(await read).toBe(reason);
    expect(clock.pendingTimers).toBe(0);
  });

  test("do not outlive the caller's signal, whatever the transport does", async () => {
    let cancelled = 0;
    const { promise, resolve: answer } = Promise.withResolvers<TransportResponse>();
    const client = createClient({ transport: () => promise });
    const abort = new AbortController();
    const read = client.get(ConfigMap, key, { signal: abort.signal }).catch((error: unknown) => error);
    await Promise.resolve();
    abort.abort(new Error("enough"));
    expect(await read).toMatchObject({ message: "enough" });
    const body: AsyncIterable<string> = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise(() => {}),
        return: async () => ({ done: true, value: void cancelled++ }),
      }),
    };
    answer({ status: 200, headers: [], body });
    await new Promise((resolve) => setImmediate(resolve));
    expect(cancelled).toBe(1);
  });

  test.each([
    { name: "reads", call: (client: KubeClient) => client.get(ConfigMap, key), tries: 3 },
    { name: "writes never", call: (client: KubeClient) => client.create(ConfigMap, map), tries: 1 },
  ])("of broken connections are made for $name", async ({ call, tries }) => {
    const { transport, sent } = scriptedTransport(() => {
      throw Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
    });
    const { clock, client } = patient(transport);
    const failed = call(client).catch((error: unknown) => error);
    await clock.advance(10_000);
    expect(await failed).toBeInstanceOf(ApiUnreachableError);
    expect(sent).toHaveLength(tries);
  });

  test("of raw requests follow the same rules", async () => {
    const { transport, sent } = scriptedTransport((_, index) =>
      index === 0 ? new Response("", { status: 429, headers: { "retry-after": "1" } }) : new Response("fine"),
    );
    const { clock, client } = patient(transport);
    const answer = client.raw("/version");
    await clock.advance(2_000);
    expect(await (await answer).text()).toBe("fine");
    expect(sent.map(({ path }) => path)).toEqual(["/version", "/version"]);
  });
});

describe("impersonation", () => {
  test("names the user, and each group apart", async () => {
    const { transport, sent } = scriptedTransport(() => json(map));
    const user = { name: "jane", uid: "u1", groups: ["system:authenticated", "a, b"] };
    await createClient({ transport }).impersonate(user).get(ConfigMap, key);
    expect(sent[0]?.headers.get("impersonate-user")).toBe("jane");
    expect(sent[0]?.headers.get("impersonate-uid")).toBe("u1");
    expect(sent[0]?.request.headers.filter(([name]) => name === "impersonate-group")).toEqual([
      ["impersonate-group", "system:authenticated"],
      ["impersonate-group", "a, b"],
    ]);
  });

  test("names what an authenticator knows besides, under escaped keys", async () => {
    const { transport, sent } = scriptedTransport(() => json(map));
    const user = { name: "jane", extra: { "Example.com/Teams (EU)": ["a", "b, c"] } };
    await createClient({ transport }).impersonate(user).get(ConfigMap, key);
    const name = "impersonate-extra-example.com%2fteams%20%28eu%29";
    expect(sent[0]?.request.headers.filter(([line]) => line === name)).toEqual([
      [name, "a"],
      [name, "b, c"],
    ]);
    expect(sent[0]?.headers.get(name)).toBe("a, b, c");
  });
});

describe("a dry-run client", () => {
  const writes: ReadonlyArray<{
    readonly name: string;
    readonly call: (client: KubeClient) => Promise<unknown>;
  }> = [
    { name: "create", call: (client) => client.create(ConfigMap, map) },
    { name: "replace", call: (client) => client.replace(ConfigMap, map) },
    { name: "patch", call: (client) => client.patch(ConfigMap, key, { type: "merge", patch: {} }) },
    { name: "apply", call: (client) => client.apply(ConfigMap, map, { fieldManager: "x" }) },
    { name: "a raw write", call: (client) => client.raw("/api/v1/nodes?pretty=true", { method: "POST" }) },
    {
      name: "an impersonated write",
      call: (client) => client.impersonate({ name: "jane" }).create(ConfigMap, map),
    },
  ];

  test.each(writes)("asks for no lasting effect of $name", async ({ call }) => {
    const { transport, sent } = scriptedTransport(() => json(map));
    await call(createClient({ transport }).dryRun());
    expect(new URL(sent[0]?.path ?? "", "http://x").searchParams.get("dryRun")).toBe("All");
  });

  test("deletes by options in the body, and reads as ever", async () => {
    const { transport, sent } = scriptedTransport(() => json(map));
    const client = createClient({ transport }).dryRun();
    await client.delete(ConfigMap, key);
    await client.get(ConfigMap, key);
    await client.raw("/version");
    expect(sent.map(({ path }) => new URL(path, "http://x").search)).toEqual(["", "", ""]);
    expect(sent[0]?.body).toMatchObject({ dryRun: ["All"] });
  });
});
