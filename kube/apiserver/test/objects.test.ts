import { describe, expect, test } from "vitest";
import { type ApiServer, createApiServer, createMemoryStorage } from "../src/index.ts";

interface Answer {
  readonly status: number;
  readonly warning: string | null;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look at whatever the server sent
  readonly body: any;
}

interface Sent {
  readonly body?: unknown;
  readonly type?: string;
  readonly accept?: string;
}

/** Runs a test against a server of its own. */
async function withServer(run: (send: Send, server: ApiServer) => Promise<void>): Promise<void> {
  await using storage = createMemoryStorage();
  await using server = await createApiServer({ storage });
  await run((method, path, sent = {}) => send(server, method, path, sent), server);
}

type Send = (method: string, path: string, sent?: Sent) => Promise<Answer>;

// oxlint-disable-next-line max-params -- a request
async function send(server: ApiServer, method: string, path: string, sent: Sent): Promise<Answer> {
  const headers = new Headers({ "content-type": sent.type ?? "application/json" });
  if (sent.accept !== undefined) headers.set("accept", sent.accept);
  const body = sent.body === undefined ? {} : { body: JSON.stringify(sent.body) };
  const response = await server.fetch(new Request(`http://server${path}`, { method, headers, ...body }));
  return {
    status: response.status,
    warning: response.headers.get("warning"),
    body: (await response.json()) as unknown,
  };
}

const maps = "/api/v1/namespaces/default/configmaps";
const merge = "application/merge-patch+json";
const apply = "application/apply-patch+yaml";

describe("objects", () => {
  test("are created, read, changed and deleted", () =>
    withServer(async (request) => {
      const made = await request("POST", maps, { body: { metadata: { name: "a" }, data: { k: "1" } } });
      expect(made.status).toBe(201);
      expect(made.body.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);

      const patched = await request("PATCH", `${maps}/a`, { type: merge, body: { data: { k: "2" } } });
      expect(patched.body.data).toEqual({ k: "2" });
      expect(Number(patched.body.metadata.resourceVersion)).toBeGreaterThan(
        Number(made.body.metadata.resourceVersion),
      );

      expect((await request("DELETE", `${maps}/a`)).body.status).toBe("Success");
      const gone = await request("GET", `${maps}/a`);
      expect(gone.status).toBe(404);
      expect(gone.body.message).toBe('configmaps "a" not found');
    }));

  test("that changed since they were read are not overwritten", () =>
    withServer(async (request) => {
      const made = await request("POST", maps, { body: { metadata: { name: "a" } } });
      await request("PATCH", `${maps}/a`, { type: merge, body: { data: { k: "1" } } });
      const stale = await request("PUT", `${maps}/a`, { body: made.body });
      expect(stale.status).toBe(409);
      expect(stale.body.reason).toBe("Conflict");
    }));

  test("keep their revision when a write changes nothing", () =>
    withServer(async (request) => {
      const made = await request("POST", maps, { body: { metadata: { name: "a" }, data: { k: "1" } } });
      const same = await request("PATCH", `${maps}/a`, { type: merge, body: { data: { k: "1" } } });
      expect(same.body.metadata.resourceVersion).toBe(made.body.metadata.resourceVersion);
    }));

  test("applied by two managers conflict until one forces", () =>
    withServer(async (request) => {
      const applied = (k: string): Sent => ({
        type: apply,
        body: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" }, data: { k } },
      });
      expect((await request("PATCH", `${maps}/a?fieldManager=one`, applied("1"))).status).toBe(201);
      const conflict = await request("PATCH", `${maps}/a?fieldManager=two`, applied("2"));
      expect(conflict.status).toBe(409);
      expect(conflict.body.message).toContain('conflict with "one": .data.k');
      const forced = await request("PATCH", `${maps}/a?fieldManager=two&force=true`, applied("2"));
      expect(forced.body.data).toEqual({ k: "2" });
    }));

  test("are not stored by a dry run", () =>
    withServer(async (request) => {
      const made = await request("POST", `${maps}?dryRun=All`, { body: { metadata: { name: "a" } } });
      expect(made.status).toBe(201);
      expect((await request("GET", `${maps}/a`)).status).toBe(404);
    }));

  test("with unknown fields are refused or warned of", () =>
    withServer(async (request) => {
      const body = { metadata: { name: "a" }, bogus: 1 };
      const strict = await request("POST", `${maps}?fieldValidation=Strict`, { body });
      expect(strict.status).toBe(400);
      expect(strict.body.message).toContain('strict decoding error: unknown field "bogus"');
      const warned = await request("POST", maps, { body });
      expect(warned.warning).toBe('299 - "unknown field \\"bogus\\""');
    }));

  test("with finalizers wait for them", () =>
    withServer(async (request) => {
      await request("POST", maps, { body: { metadata: { name: "a", finalizers: ["example.com/f"] } } });
      const deleting = await request("DELETE", `${maps}/a`);
      expect(deleting.body.metadata.deletionTimestamp).toBeDefined();
      await request("PATCH", `${maps}/a`, { type: merge, body: { metadata: { finalizers: null } } });
      expect((await request("GET", `${maps}/a`)).status).toBe(404);
    }));

  test("of a namespace that is not there are refused", () =>
    withServer(async (request) => {
      const refused = await request("POST", "/api/v1/namespaces/nope/configmaps", {
        body: { metadata: { name: "a" } },
      });
      expect(refused.status).toBe(404);
      expect(refused.body.message).toBe('namespaces "nope" not found');
    }));

  test("are listed in pages, by label, and as a Table", () =>
    withServer(async (request) => {
      for (const [name, app] of [
        ["a", "x"],
        ["b", "y"],
        ["c", "x"],
      ])
        await request("POST", maps, { body: { metadata: { name, labels: { app } } } });
      const names = (answer: Answer): string[] =>
        answer.body.items.map((item: { metadata: { name: string } }) => item.metadata.name);

      const first = await request("GET", `${maps}?limit=2`);
      expect(names(first)).toEqual(["a", "b"]);
      expect(first.body.metadata.remainingItemCount).toBe(1);
      const rest = await request("GET", `${maps}?limit=2&continue=${first.body.metadata.continue}`);
      expect(names(rest)).toEqual(["c"]);
      expect(names(await request("GET", `${maps}?labelSelector=app=x`))).toEqual(["a", "c"]);

      const table = await request("GET", maps, { accept: "application/json;as=Table;v=v1;g=meta.k8s.io" });
      expect(table.body.rows[0].cells.slice(0, 2)).toEqual(["a", 0]);
    }));
});

describe("custom resources", () => {
  const crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  const crd = {
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
          subresources: { status: {} },
          schema: {
            openAPIV3Schema: {
              type: "object",
              properties: {
                spec: {
                  type: "object",
                  properties: { size: { type: "integer", default: 1, maximum: 5 } },
                },
                status: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
              },
            },
          },
        },
      ],
    },
  };
  const widgets = "/apis/example.com/v1/namespaces/default/widgets";
  const widget = (spec: object): object => ({
    apiVersion: "example.com/v1",
    kind: "Widget",
    metadata: { name: "a" },
    spec,
  });

  async function withWidgets(run: (request: Send) => Promise<void>): Promise<void> {
    await withServer(async (request) => {
      expect((await request("POST", crds, { body: crd })).status).toBe(201);
      await expect
        .poll(async () => (await request("GET", `${crds}/widgets.example.com`)).body.status.conditions)
        .toContainEqual(expect.objectContaining({ type: "Established", status: "True" }));
      await run(request);
    });
  }

  test("are defaulted, pruned and validated", () =>
    withWidgets(async (request) => {
      const made = await request("POST", widgets, { body: widget({ other: true }) });
      expect(made.body.spec).toEqual({ size: 1 });
      const refused = await request("PATCH", `${widgets}/a`, { type: merge, body: { spec: { size: 9 } } });
      expect(refused.status).toBe(422);
      expect(refused.body.message).toBe(
        'Widget.example.com "a" is invalid: spec.size: Invalid value: 9: spec.size in body should be less than or equal to 5',
      );
    }));

  test("write their status apart from the rest", () =>
    withWidgets(async (request) => {
      await request("POST", widgets, { body: widget({}) });
      const written = await request("PATCH", `${widgets}/a/status`, {
        type: merge,
        body: { spec: { size: 3 }, status: { ready: true } },
      });
      expect(written.body.spec).toEqual({ size: 1 });
      expect(written.body.status).toEqual({ ready: true });
      expect(written.body.metadata.generation).toBe(1);
    }));

  test("go with their definition", () =>
    withWidgets(async (request) => {
      await request("POST", widgets, { body: widget({}) });
      await request("DELETE", `${crds}/widgets.example.com`);
      await expect.poll(async () => (await request("GET", `${crds}/widgets.example.com`)).status).toBe(404);
    }));
});

describe("watches", () => {
  test("tell every change after a revision", () =>
    withServer(async (request, server) => {
      const list = await request("GET", maps);
      const stop = new AbortController();
      const url = `http://server${maps}?watch=true&resourceVersion=${list.body.metadata.resourceVersion}`;
      const response = await server.fetch(new Request(url, { signal: stop.signal }));
      await request("POST", maps, { body: { metadata: { name: "a" } } });
      await request("DELETE", `${maps}/a`);
      const types: string[] = [];
      let text = "";
      for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
        text += chunk;
        const lines = text.split("\n");
        text = lines.pop() ?? "";
        for (const line of lines) types.push((JSON.parse(line) as { type: string }).type);
        if (types.length === 2) break;
      }
      stop.abort();
      expect(types).toEqual(["ADDED", "DELETED"]);
    }));

  test("from the future are refused in the stream", () =>
    withServer(async (_request, server) => {
      const url = `http://server${maps}?watch=true&resourceVersion=999999&timeoutSeconds=1`;
      const response = await server.fetch(new Request(url));
      expect(response.status).toBe(200);
    }));
});

describe("roles", () => {
  test("bound what a token may do", async () => {
    await using storage = createMemoryStorage();
    const tokens = new Map([["secret", { name: "alice", uid: "1", groups: ["devs"] }]]);
    await using server = await createApiServer({
      storage,
      auth: { tokens, authorization: "RBAC", withoutCredentials: "anonymous" },
    });
    const request = new Request(`http://server${maps}`, { headers: { authorization: "Bearer secret" } });
    const refused = await server.fetch(request);
    expect(refused.status).toBe(403);
    expect(((await refused.json()) as { message: string }).message).toBe(
      'configmaps is forbidden: User "alice" cannot list resource "configmaps" in API group "" in the namespace "default"',
    );
    expect((await server.fetch(new Request("http://server/version"))).status).toBe(200);
  });
});
