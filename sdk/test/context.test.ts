import { kind } from "../src/index.ts";
import { describe, expect, test } from "vitest";
import { createController, type ReconcileContext } from "../src/index.ts";
import { startManager } from "./running-manager.ts";
import { failure, type StubServer } from "./stub-server.ts";
import { aThing, CONFIG_MAPS, ConfigMap, Thing, THINGS } from "./things.ts";

const A = { namespace: "default", name: "a" };
const Other = kind("example.com/v1", "Other", { plural: "others", scope: "Namespaced" });
const one = (server: StubServer): void => void server.put(THINGS, aThing("a"));

/** Runs code in the reconcile of one Thing; gives what it returned or threw. */
async function inReconcile<Value>(
  code: (ctx: ReconcileContext<Thing>, server: StubServer) => Promise<Value>,
  wire: (builder: ReturnType<typeof base>) => ReturnType<typeof base> = (builder) => builder,
  prepare: (server: StubServer) => void = () => {},
) {
  let value: unknown;
  let times = 0;
  let server: StubServer | undefined;
  const controller = wire(base()).reconcile(async (_, ctx) => {
    if (times++ > 0 || server === undefined) return;
    value = await code(ctx, server).catch((error: unknown) => error);
  });
  const running = await startManager([controller], {
    prepare: (made) => {
      server = made;
      one(made);
      prepare(made);
    },
  });
  for (let round = 0; round < 10; round++) await running.pass(100);
  return {
    value,
    server: running.server,
    requests: running.server.requests
      .filter(({ query }) => !query.has("watch"))
      .map(({ method, path, query }) => `${method} ${path}${query.size === 0 ? "" : `?${query.toString()}`}`),
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  };
}

const base = () => createController("things", { status: "none" }).for(Thing);

describe("a read", () => {
  test("of a kind that was declared comes from the cache", async () => {
    await using done = await inReconcile(
      async (ctx) => [
        (await ctx.get(Other, A))?.metadata.name,
        (await ctx.list(Other, { namespace: "default", labels: { app: "x" } })).length,
        (await ctx.list(Other, { labels: "app notin (x)" })).length,
        (await ctx.get(Thing, { ...A, name: "none" }))?.metadata.name,
      ],
      (builder) => builder.reads(Other),
      (server) => {
        server.put("/apis/example.com/v1/others", {
          ...aThing("a", {}, { labels: { app: "x" } }),
          kind: "Other",
        });
      },
    );
    expect(done.value).toEqual(["a", 1, 0, undefined]);
    expect(done.requests).toEqual([]);
  });

  test("of a kind that nobody declared is refused, rather than opening a watch", async () => {
    await using done = await inReconcile((ctx) => ctx.list(Other));
    expect(done.value).toMatchObject({
      name: "UndeclaredReadError",
      message:
        "Other in example.com/v1 is not watched: declare it with .owns, .watches or .reads, or read it through live",
    });
    expect(done.server.watches).toBe(1);
  });

  test("outside of the namespace that is watched is refused", async () => {
    await using done = await inReconcile(
      (ctx) => ctx.get(Other, { namespace: "elsewhere", name: "a" }),
      (builder) => builder.reads(Other, { namespace: "default" }),
    );
    expect(done.value).toMatchObject({ name: "UndeclaredReadError" });
  });

  test("of Secrets and ConfigMaps goes to the server, for they are not cached", async () => {
    await using done = await inReconcile(
      async (ctx) => [
        (await ctx.get(ConfigMap, { namespace: "default", name: "m" }))?.data,
        (await ctx.list(ConfigMap, { namespace: "default", labels: { app: "x" } })).length,
      ],
      undefined,
      (server) =>
        server.put(CONFIG_MAPS, { metadata: { namespace: "default", name: "m" }, data: { a: "b" } }),
    );
    expect(done.value).toEqual([{ a: "b" }, 1]);
    expect(done.requests).toEqual([
      "GET /api/v1/namespaces/default/configmaps/m",
      "GET /api/v1/namespaces/default/configmaps?labelSelector=app%3Dx&limit=500",
    ]);
  });

  test("that is live goes to the server", async () => {
    await using done = await inReconcile(async (ctx) => (await ctx.live.get(Thing, A))?.metadata.name);
    expect(done.value).toBe("a");
    expect(done.requests).toEqual(["GET /apis/example.com/v1/namespaces/default/things/a"]);
  });

  test("by an index finds what it lists, and an unknown index is refused", async () => {
    await using done = await inReconcile(
      async (ctx) => [
        (await ctx.list(Thing, { index: ["ref", "x"] })).map(({ metadata }) => metadata.name),
        await ctx.list(Thing, { index: ["nope", "x"] }).catch((error: unknown) => (error as Error).name),
      ],
      (builder) => builder.index(Thing, "ref", (thing) => thing.spec?.ref),
      (server) => {
        server.put(THINGS, aThing("b", { ref: "x" }));
        server.put(THINGS, aThing("c", { ref: "y" }));
      },
    );
    expect(done.value).toEqual([["b"], "UndeclaredIndexError"]);
  });

  test("sees what the run has just written, through any of its clients", async () => {
    await using done = await inReconcile(
      async (ctx, server) => {
        // The watch is dumb: what is read comes of the answers alone.
        server.endWatches();
        server.fault(({ query }) => (query.has("watch") ? failure(500, "InternalError", "down") : undefined));
        const other = (name: string, spec = {}) => ({ ...aThing(name, spec), kind: "Other" }) as never;
        await ctx.create(Other, other("new"));
        const afterCreate = (await ctx.list(Other)).map(({ metadata }) => metadata.name);
        await ctx.client.patch(Other, { ...A, name: "new" }, { type: "merge", patch: { spec: { size: 2 } } });
        const afterPatch = (await ctx.get(Other, { ...A, name: "new" }))?.["spec"];
        await ctx.client.impersonate({ name: "x" }).delete(Other, { ...A, name: "new" });
        return [afterCreate, afterPatch, (await ctx.list(Other)).length];
      },
      (builder) => builder.reads(Other),
    );
    expect(done.value).toEqual([["new"], { size: 2 }, 0]);
  });
});

describe("a list", () => {
  const pods = (server: { put(path: string, object: never): unknown }): void => {
    for (const [name, node, phase] of [
      ["a", "n1", "Running"],
      ["b", "n1", "Pending"],
      ["c", "n2", "Running"],
    ] as const) {
      server.put("/apis/example.com/v1/others", {
        ...aThing(name, { node }, { labels: { app: "x" } }),
        kind: "Other",
        status: { phase },
      } as never);
    }
  };
  const namesBy = (query: object) =>
    inReconcile(
      async (ctx) => (await ctx.list(Other, query)).map(({ metadata }) => metadata.name).toSorted(),
      (builder) => builder.reads(Other),
      pods,
    );

  test.each([
    { name: "pairs of fields", query: { fields: { "spec.node": "n1" } }, want: ["a", "b"] },
    { name: "a field selector", query: { fields: "spec.node=n1,status.phase!=Running" }, want: ["b"] },
    { name: "a field that is not there", query: { fields: { "spec.none": "" } }, want: ["a", "b", "c"] },
    { name: "labels and fields", query: { labels: { app: "x" }, fields: "metadata.name=c" }, want: ["c"] },
    { name: "labels that nothing has", query: { labels: { app: "y" } }, want: [] },
  ])("by $name takes what matches", async ({ query, want }) => {
    await using done = await namesBy(query);
    expect(done.value).toEqual(want);
  });

  test("with a limit takes no more", async () => {
    await using done = await namesBy({ limit: 2 });
    expect(done.value).toHaveLength(2);
  });

  test("of a kind that is read live hands selectors and limit to the server", async () => {
    await using done = await inReconcile(async (ctx) => {
      const query = {
        namespace: "default",
        labels: { app: "x" },
        fields: { "metadata.name": "a,b" },
        limit: 5,
      };
      return (await ctx.list(ConfigMap, query)).length;
    });
    expect(done.requests.at(-1)).toContain(
      "/configmaps?labelSelector=app%3Dx&fieldSelector=metadata.name%3Da%5C%2Cb&limit=5",
    );
  });
});

describe("an update", () => {
  test.each([
    { name: "another object", change: () => ({ metadata: { namespace: "default", name: "z" } }) },
    { name: "another namespace", change: () => ({ metadata: { namespace: "else", name: "a" } }) },
    { name: "nothing", change: () => undefined as never },
  ])("that gives $name is refused", async ({ change }) => {
    await using done = await inReconcile(
      (ctx) => ctx.update(Thing, A, change as never),
      (builder) => builder,
    );
    expect(done.value).toMatchObject({
      name: "InvalidUpdateError",
      message: expect.stringContaining("default/a"),
    });
    expect(done.requests).toEqual([]);
  });

  const grow = (thing: Thing): Thing => ({ ...thing, spec: { size: (thing.spec?.size ?? 0) + 1 } });

  test("makes the change from the state that is known", async () => {
    await using done = await inReconcile(async (ctx) => (await ctx.update(Thing, A, grow))?.spec);
    expect(done.value).toEqual({ size: 1 });
    expect(done.requests).toEqual([
      "PUT /apis/example.com/v1/namespaces/default/things/a?fieldManager=things",
    ]);
  });

  test("reads again on a conflict, and makes the change to what is there", async () => {
    await using done = await inReconcile(async (ctx, server) => {
      let isChanged = false;
      server.fault(({ method }) => {
        if (method === "PUT" && !isChanged) {
          isChanged = true;
          server.put(THINGS, aThing("a", { size: 10 }));
        }
        return undefined;
      });
      return (await ctx.update(Thing, A, grow))?.spec;
    });
    expect(done.value).toEqual({ size: 11 });
  });

  test("gives up after five conflicts", async () => {
    await using done = await inReconcile((ctx, server) => {
      server.fault(({ method }) =>
        method === "PUT" ? failure(409, "Conflict", "modified", "a") : undefined,
      );
      return ctx.update(Thing, A, grow);
    });
    expect(done.value).toMatchObject({ reason: "Conflict" });
    expect(done.requests.filter((request) => request.startsWith("PUT"))).toHaveLength(5);
  });

  test("writes nothing where nothing changes, and is nothing for an object that is not there", async () => {
    await using done = await inReconcile(async (ctx) => [
      (await ctx.update(Thing, A, (thing) => ({ ...thing })))?.metadata.name,
      await ctx.update(Thing, { ...A, name: "none" }, grow),
    ]);
    expect(done.value).toEqual(["a", undefined]);
    expect(done.requests).toEqual(["GET /apis/example.com/v1/namespaces/default/things/none"]);
  });
});

describe("an apply", () => {
  const intent = (value: string) => ({ metadata: { namespace: "default", name: "a" }, data: { value } });
  const owning = (builder: ReturnType<typeof base>) => builder.owns(ConfigMap);
  const patches = (requests: readonly string[]): number =>
    requests.filter((request) => request.startsWith("PATCH")).length;

  test("makes the object a controller owns, forced, under the controller's name", async () => {
    await using done = await inReconcile((ctx) => ctx.apply(ConfigMap, intent("1")), owning);
    expect(done.value).toMatchObject({ changed: true });
    expect(done.requests).toEqual([
      "PATCH /api/v1/namespaces/default/configmaps/a?fieldManager=things&force=true",
    ]);
    expect(done.server.get(CONFIG_MAPS, "default", "a")?.metadata.ownerReferences).toEqual([
      {
        apiVersion: "example.com/v1",
        kind: "Thing",
        name: "a",
        uid: "uid-1",
        controller: true,
        blockOwnerDeletion: true,
      },
    ]);
  });

  test("is not sent again while nothing changed, and is when something did", async () => {
    await using done = await inReconcile(async (ctx, server) => {
      const changes: boolean[] = [];
      const apply = async (value: string) =>
        changes.push((await ctx.apply(ConfigMap, intent(value))).changed);
      await apply("1");
      await apply("1");
      await apply("2");
      const { metadata } = server.get(CONFIG_MAPS, "default", "a") ?? {};
      server.put(CONFIG_MAPS, { metadata, status: { seen: "yes" } } as never);
      await ctx.clock.sleep(100);
      await apply("2");
      server.put(CONFIG_MAPS, { metadata, data: { value: "drift" } } as never);
      await ctx.clock.sleep(100);
      await apply("2");
      return changes;
    }, owning);
    expect(done.value).toEqual([true, false, true, false, true]);
    expect(patches(done.requests)).toBe(3);
  });

  test("of a kind that is not cached is always sent, without an owner unless asked for", async () => {
    await using done = await inReconcile(async (ctx) => {
      await ctx.apply(ConfigMap, intent("1"));
      await ctx.apply(ConfigMap, intent("1"), { fieldManager: "else", force: false });
    });
    expect(done.requests).toEqual([
      "PATCH /api/v1/namespaces/default/configmaps/a?fieldManager=things&force=true",
      "PATCH /api/v1/namespaces/default/configmaps/a?fieldManager=else",
    ]);
    expect(done.server.get(CONFIG_MAPS, "default", "a")?.metadata.ownerReferences).toBeUndefined();
  });

  test.each([
    {
      name: "in another namespace",
      metadata: { namespace: "other", name: "a" },
      want: "Thing default/a cannot own an object outside of its namespace",
    },
    {
      name: "without a namespace, as it belongs to the cluster,",
      metadata: { name: "a" },
      want: "Thing default/a cannot own an object outside of its namespace",
    },
    {
      name: "that somebody else controls",
      metadata: {
        namespace: "default",
        name: "a",
        ownerReferences: [{ apiVersion: "v1", kind: "Pod", name: "p", uid: "u", controller: true }],
      },
      want: "the object is already controlled by Pod p",
    },
  ])("of an object $name is refused an owner", async ({ metadata, want }) => {
    await using done = await inReconcile((ctx) => ctx.apply(ConfigMap, { metadata }), owning);
    expect(done.value).toMatchObject({ name: "OwnerReferenceError", message: want });
    expect(done.requests).toEqual([]);
  });
});

test("owned objects are those that the object controls", async () => {
  await using done = await inReconcile(
    async (ctx) => {
      await ctx.create(ConfigMap, { metadata: { namespace: "default", name: "mine" } }, { owner: true });
      await ctx.create(ConfigMap, { metadata: { namespace: "default", name: "free" } }, { owner: false });
      return ctx.owned(ConfigMap).map(({ metadata }) => metadata.name);
    },
    (builder) => builder.owns(ConfigMap),
  );
  expect(done.value).toEqual(["mine"]);
});

test("a watch of a run tells what is there and what changes, shares what is watched, and ends with the run", async () => {
  await using done = await inReconcile(async (ctx, server) => {
    const seen: string[] = [];
    ctx.watch(Thing, {}, ({ kind, object }) => void seen.push(`${kind} ${object.metadata.name}`));
    const lease = ctx.watch(Other, { namespace: "default" }, ({ kind }) => void seen.push(kind));
    await lease.synced();
    server.put("/apis/example.com/v1/others", { ...aThing("o"), kind: "Other" });
    await ctx.clock.sleep(100);
    return [seen, server.watches];
  });
  expect(done.value).toEqual([["create a", "create"], 2]);
  expect(done.server.watches).toBe(1);
});
