import { FakeClock, seededRandom } from "@weir/core";
import { describe, expect, test } from "vitest";
import {
  type ApiServer,
  createApiServer,
  createMemoryStorage,
  type Fault,
  type FaultedRequest,
} from "../src/index.ts";

const CONFIG_MAPS = "http://weir/api/v1/namespaces/default/configmaps";

/** A server whose requests to ConfigMaps fail as the test says at the time. */
async function startServer(clock = new FakeClock()) {
  const storage = createMemoryStorage({ clock });
  const asked: FaultedRequest[] = [];
  let fault: Fault | undefined;
  const faults = (request: FaultedRequest): Fault | undefined => {
    asked.push(request);
    return fault;
  };
  const server = await createApiServer({ storage, clock, random: seededRandom(1), faults });
  return {
    server,
    clock,
    asked,
    set: (next: Fault | undefined) => {
      fault = next;
    },
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await storage[Symbol.asyncDispose]();
    },
  };
}

async function create(server: ApiServer, name: string, namespace = "default"): Promise<Response> {
  const url = CONFIG_MAPS.replace("default", namespace);
  return server.fetch(
    new Request(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ metadata: { name }, data: { a: "b" } }),
    }),
  );
}

async function names(response: Response): Promise<readonly string[]> {
  const { items } = (await response.json()) as {
    readonly items: readonly { readonly metadata: { readonly name: string } }[];
  };
  return items.map(({ metadata }) => metadata.name);
}

/** What a watch gives until it ends: types and names, and how it ended. */
async function watched(response: Response): Promise<{ seen: string[]; end: string; rest: string }> {
  const decoder = new TextDecoder();
  let text = "";
  let end = "closed";
  try {
    for await (const chunk of response.body ?? []) text += decoder.decode(chunk);
  } catch (error) {
    end = (error as Error).name;
  }
  const lines = text.split("\n");
  const rest = lines.pop() ?? "";
  const seen = lines.map((line) => {
    const { type, object } = JSON.parse(line) as {
      type: string;
      object: { metadata?: { name?: string }; reason?: string };
    };
    return `${type} ${object.metadata?.name ?? object.reason ?? ""}`;
  });
  return { seen, end, rest };
}

describe("faults of the API server", () => {
  test("are told what a request is about", async () => {
    await using api = await startServer();
    await create(api.server, "a");
    expect(api.asked).toMatchObject([
      { verb: "create", group: "", version: "v1", resource: "configmaps", namespace: "default", name: "" },
    ]);
  });

  test("break the connection before or after the server did its work", async () => {
    await using api = await startServer();
    api.set({ kind: "drop" });
    await expect(create(api.server, "a")).rejects.toMatchObject({ name: "ConnectionDroppedError" });
    api.set({ kind: "lose-reply" });
    await expect(create(api.server, "b")).rejects.toMatchObject({ name: "ConnectionDroppedError" });
    api.set(undefined);
    expect(await names(await api.server.fetch(new Request(CONFIG_MAPS)))).toEqual(["b"]);
  });

  test.each([
    [410, "Expired", null],
    [429, "TooManyRequests", "3"],
    [500, "InternalError", "3"],
    [503, "ServiceUnavailable", "3"],
  ] as const)("refuse with %i unseen", async (code, reason, retryAfter) => {
    await using api = await startServer();
    api.set({ kind: "refuse", code, retryAfterSeconds: 3 });
    const response = await create(api.server, "a");
    expect(response.status).toBe(code);
    expect(response.headers.get("retry-after")).toBe(retryAfter);
    expect(await response.json()).toMatchObject({ kind: "Status", code, reason });
  });

  test("delay an answer by the server's clock", async () => {
    await using api = await startServer();
    api.set({ kind: "delay", ms: 500 });
    let isAnswered = false;
    const answer = create(api.server, "a").then(() => (isAnswered = true));
    await api.clock.advance(499);
    expect(isAnswered).toBe(false);
    await api.clock.advance(1);
    await answer;
  });

  test("repeat an earlier answer to a read, and to nothing else", async () => {
    await using api = await startServer();
    await create(api.server, "a");
    const list = () => api.server.fetch(new Request(CONFIG_MAPS));
    await list();
    api.set({ kind: "stale" });
    expect((await create(api.server, "b")).status).toBe(201);
    expect(await names(await list())).toEqual(["a"]);
    api.set(undefined);
    expect(await names(await list())).toEqual(["a", "b"]);
  });

  test.each<[Fault, object]>([
    [
      { kind: "cut", afterEvents: 1 },
      { seen: ["ADDED a"], end: "ConnectionDroppedError" },
    ],
    [
      { kind: "close", afterEvents: 2 },
      { seen: ["ADDED a", "ADDED b"], end: "closed", rest: "" },
    ],
    [
      { kind: "expire", afterEvents: 1 },
      { seen: ["ADDED a", "ERROR Expired"], end: "closed" },
    ],
    [
      { kind: "expire", afterEvents: 0 },
      { seen: ["ERROR Expired"], end: "closed" },
    ],
    [{ kind: "duplicate" }, { seen: ["ADDED a", "ADDED a", "ADDED b", "ADDED b", "ADDED c", "ADDED c"] }],
    [{ kind: "reorder" }, { seen: ["ADDED b", "ADDED a", "ADDED c"] }],
    [{ kind: "drop" }, { name: "ConnectionDroppedError" }],
  ])("spoil a watch: %o", async (fault, expected) => {
    await using api = await startServer();
    for (const name of ["a", "b", "c"]) await create(api.server, name);
    api.set(fault);
    const url = `${CONFIG_MAPS}?watch=1&resourceVersion=0&timeoutSeconds=1`;
    const answer = api.server
      .fetch(new Request(url))
      .then(watched)
      .catch((error: unknown) => error);
    for (let turn = 0; turn < 20; turn++) await api.clock.advance(100);
    expect(await answer).toMatchObject(expected);
  });

  test("cut a watch in the middle of a line", async () => {
    await using api = await startServer();
    for (const name of ["a", "b"]) await create(api.server, name);
    api.set({ kind: "cut", afterEvents: 1 });
    const { rest } = await watched(
      await api.server.fetch(new Request(`${CONFIG_MAPS}?watch=1&resourceVersion=0`)),
    );
    expect(rest).toMatch(/^\{"type":"ADDED"/);
  });
});

describe("a server that lags, forgets or starts again", () => {
  test("answers reads of any version as of some revisions ago, and all others as they are", async () => {
    await using api = await startServer();
    await create(api.server, "one");
    await create(api.server, "two");
    api.set({ kind: "lag", revisions: 1 });
    const list = (query: string): Promise<readonly string[]> =>
      api.server.fetch(new Request(`${CONFIG_MAPS}?${query}`)).then(names);
    expect(await list("resourceVersion=0")).toEqual(["one"]);
    expect(await list("resourceVersion=0&limit=1")).toEqual(["one"]);
    expect(await list("")).toEqual(["one", "two"]);
    const get = async (query: string): Promise<number> =>
      (await api.server.fetch(new Request(`${CONFIG_MAPS}/two?${query}`))).status;
    expect(await get("resourceVersion=0")).toBe(404);
    expect(await get("")).toBe(200);
    api.set({ kind: "lag", revisions: 1000 });
    expect(await list("resourceVersion=0")).toEqual(["one", "two"]);
  });

  test("says the version that a list out of the past is of", async () => {
    await using api = await startServer();
    const version = async (query: string): Promise<number> => {
      const answer = await api.server.fetch(new Request(`${CONFIG_MAPS}?${query}`));
      const { metadata } = (await answer.json()) as {
        readonly metadata: { readonly resourceVersion: string };
      };
      return Number(metadata.resourceVersion);
    };
    for (const name of ["one", "two", "three"]) await create(api.server, name);
    api.set({ kind: "lag", revisions: 2 });
    expect(await version("resourceVersion=0")).toBe((await version("")) - 2);
  });

  test("tells who watches from before a compaction that it is too late, and lets others go on", async () => {
    await using api = await startServer();
    const first = (await (await create(api.server, "one")).json()) as {
      readonly metadata: { readonly resourceVersion: string };
    };
    await create(api.server, "two");
    api.set({ kind: "compact" });
    expect((await create(api.server, "three")).status).toBe(201);
    api.set(undefined);
    const from = (version: string): Promise<Response> =>
      api.server.fetch(new Request(`${CONFIG_MAPS}?watch=1&resourceVersion=${version}&timeoutSeconds=1`));
    const gone = await watched(await from(first.metadata.resourceVersion));
    expect(gone.rest + gone.seen.join()).toContain("ERROR");
    expect(await names(await api.server.fetch(new Request(CONFIG_MAPS)))).toEqual(["one", "three", "two"]);
  });

  test("breaks everything off when it starts again, may have done what it was at, and loses nothing", async () => {
    await using api = await startServer();
    await create(api.server, "one");
    const watch = await api.server.fetch(new Request(`${CONFIG_MAPS}?watch=1`));
    const seen = watched(watch);
    api.set({ kind: "restart" });
    await expect(create(api.server, "two")).rejects.toMatchObject({ name: "ConnectionDroppedError" });
    expect((await seen).end).not.toBe("closed");
    api.set(undefined);
    const after = await names(await api.server.fetch(new Request(CONFIG_MAPS)));
    expect(after).toContain("one");
    expect((await create(api.server, "three")).status).toBe(201);
  });

  test("serves custom resources and holds policies after it has started again", async () => {
    await using api = await startServer();
    await api.server.restart();
    expect((await create(api.server, "one")).status).toBe(201);
    const discovery = await api.server.fetch(new Request("http://weir/apis"));
    expect(discovery.status).toBe(200);
  });
});
