import { describe, expect, test } from "vitest";
import { type ApiServer, createApiServer, createMemoryStorage, type Storage } from "../src/index.ts";
import { aRequest } from "./a-request.ts";

const MAP = "/api/v1/namespaces/default/configmaps/contended";

interface Asked {
  readonly status: number;
  readonly body: {
    readonly metadata?: { readonly deletionGracePeriodSeconds?: number };
    readonly data?: Readonly<Record<string, string>>;
    readonly status?: { readonly phase?: string };
  };
}

async function ask(server: ApiServer, request: Parameters<typeof aRequest>[0]): Promise<Asked> {
  const answer = await server.handle(aRequest(request), { isTrusted: true });
  return { status: answer.status, body: JSON.parse(String(answer.body)) as Asked["body"] };
}

/** A storage that does something else before the next commit of a key. */
function interrupted(storage: Storage, key: string, before: () => Promise<unknown>): Storage {
  let isDone = false;
  return {
    revision: () => storage.revision(),
    get: (...args) => storage.get(...args),
    range: (...args) => storage.range(...args),
    watch: (...args) => storage.watch(...args),
    compact: (revision) => storage.compact(revision),
    async commit(write) {
      if (write.key === key && !isDone) {
        isDone = true;
        await before();
      }
      return storage.commit(write);
    },
    [Symbol.asyncDispose]: () => storage[Symbol.asyncDispose](),
  };
}

describe("requests that meet", () => {
  const apply = { path: `${MAP}?fieldManager=me`, method: "PATCH" } as const;
  const headers = { "content-type": "application/apply-patch+yaml" };
  const body = (data: object): string =>
    JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "contended" }, data });

  test("an apply that finds the object made meanwhile updates it", async () => {
    const running: { server?: ApiServer } = {};
    const create = async (): Promise<void> => {
      if (running.server === undefined) return;
      const path = "/api/v1/namespaces/default/configmaps";
      await ask(running.server, { method: "POST", path, body: body({ theirs: "1" }) });
    };
    await using memory = createMemoryStorage();
    const storage = interrupted(memory, "/core/configmaps/default/contended", create);
    await using server = await createApiServer({ storage });
    running.server = server;
    const applied = await ask(server, { ...apply, headers, body: body({ mine: "2" }) });
    expect(applied.status).toBe(200);
    expect(applied.body.data).toEqual({ mine: "2", theirs: "1" });
  });

  test("a deletion of a namespace that comes to nothing leaves its phase alone", async () => {
    await using storage = createMemoryStorage();
    await using server = await createApiServer({ storage });
    const path = "/api/v1/namespaces/default";
    await ask(server, { method: "DELETE", path: `${path}?dryRun=All` });
    const patched = await ask(server, {
      method: "PATCH",
      path,
      headers: { "content-type": "application/merge-patch+json" },
      body: JSON.stringify({ metadata: { labels: { a: "b" } } }),
    });
    expect(patched.body.status?.phase).toBe("Active");
  });

  test("a namespace that only waits for finalizers of its metadata has a grace period once it is deleted again", async () => {
    await using storage = createMemoryStorage();
    await using server = await createApiServer({ storage });
    const path = "/api/v1/namespaces/held";
    const metadata = { name: "held", finalizers: ["example.com/hold"] };
    await ask(server, { method: "POST", path: "/api/v1/namespaces", body: JSON.stringify({ metadata }) });
    await ask(server, { method: "DELETE", path });
    const finalized = JSON.stringify({ metadata, spec: { finalizers: [] } });
    await ask(server, { method: "PUT", path: `${path}/finalize`, body: finalized });
    const graceAfter = async (method: string): Promise<unknown> =>
      (await ask(server, { method, path })).body.metadata?.deletionGracePeriodSeconds;
    expect(await graceAfter("GET")).toBeUndefined();
    expect(await graceAfter("DELETE")).toBe(0);
    expect(await graceAfter("GET")).toBe(0);
  });
});
