import type { JsonObject } from "@weir/core";
import { describe, expect, test } from "vitest";
import { changed, createController, kind, type Predicate } from "../src/index.ts";
import { startManager } from "./running-manager.ts";
import { failure, type StubServer } from "./stub-server.ts";
import { aThing, CONFIG_MAPS, ConfigMap, Thing, THINGS } from "./things.ts";

const map = (name: string, metadata: JsonObject = {}, data: JsonObject = {}): JsonObject => ({
  metadata: { namespace: "default", name, ...metadata },
  data,
});

const controlledBy = (name: string, more: JsonObject = {}): JsonObject => ({
  ownerReferences: [
    { apiVersion: "example.com/v1", kind: "Thing", name, uid: "u", controller: true, ...more },
  ],
});

const two = (server: StubServer): void => {
  server.put(THINGS, aThing("a", { ref: "x" }));
  server.put(THINGS, aThing("b", { ref: "y" }));
};

/** A controller of Things that keeps the names it reconciles. */
function recording(wire: (builder: ReturnType<typeof base>) => ReturnType<typeof base>) {
  const runs: string[] = [];
  const controller = wire(base()).reconcile(({ metadata }) => void runs.push(metadata.name ?? ""));
  return { controller, takeRuns: () => runs.splice(0).sort() };
}

const base = () => createController("things", { status: "none" }).for(Thing);

describe("an owned object", () => {
  const owning = () => recording((builder) => builder.owns(ConfigMap));

  test("brings up its controller when it is made, changed or deleted", async () => {
    const { controller, takeRuns } = owning();
    await using running = await startManager([controller], { prepare: two });
    takeRuns();
    const after: string[][] = [];
    running.server.put(CONFIG_MAPS, map("m", controlledBy("a")));
    await running.settle();
    after.push(takeRuns());
    running.server.put(CONFIG_MAPS, map("m", controlledBy("a"), { k: "v" }));
    await running.settle();
    after.push(takeRuns());
    running.server.take(CONFIG_MAPS, "default", "m");
    await running.settle();
    after.push(takeRuns());
    expect(after).toEqual([["a"], ["a"], ["a"]]);
  });

  test("that moves to another controller brings up both", async () => {
    const { controller, takeRuns } = owning();
    await using running = await startManager([controller], { prepare: two });
    running.server.put(CONFIG_MAPS, map("m", controlledBy("a")));
    await running.settle();
    takeRuns();
    running.server.put(CONFIG_MAPS, map("m", controlledBy("b")));
    await running.settle();
    expect(takeRuns()).toEqual(["a", "b"]);
  });

  test.each([
    { name: "of the same group in another version", more: { apiVersion: "example.com/v9" }, want: ["a"] },
    { name: "of another group", more: { apiVersion: "other.com/v1" }, want: [] },
    { name: "of another kind", more: { kind: "Other" }, want: [] },
    { name: "that is only an owner", more: { controller: false }, want: [] },
    { name: "with a broken version", more: { apiVersion: "a/b/c" }, want: [] },
  ])("brings up a controller $name: $want", async ({ more, want }) => {
    const { controller, takeRuns } = owning();
    await using running = await startManager([controller], { prepare: two });
    takeRuns();
    running.server.put(CONFIG_MAPS, map("m", controlledBy("a", more)));
    await running.settle();
    expect(takeRuns()).toEqual(want);
  });

  test("of a controller scoped to the cluster has a key without a namespace", async () => {
    const runs: string[] = [];
    const Wide = { ...Thing, plural: "wides", kind: "Wide", scope: "Cluster" } as const;
    const controller = createController("wides", { status: "none" })
      .for(Wide)
      .owns(ConfigMap)
      .reconcile((_, ctx) => void runs.push(ctx.key));
    await using _running = await startManager([controller], {
      prepare: (server) => {
        server.put("/apis/example.com/v1/wides", {
          kind: "Wide",
          apiVersion: "example.com/v1",
          metadata: { name: "w" },
        });
        server.put(CONFIG_MAPS, map("m", controlledBy("w", { kind: "Wide" })));
      },
    });
    expect(runs).toEqual(["w"]);
  });
});

describe("a mapped watch", () => {
  test("names objects by an index, from the old and the new state", async () => {
    const { controller, takeRuns } = recording((builder) =>
      builder
        .index(Thing, "ref", (thing) => thing.spec?.ref)
        .watches(ConfigMap, {
          map: ({ data }, cache) => cache.list(Thing, { index: ["ref", data?.["ref"] ?? ""] }),
        }),
    );
    await using running = await startManager([controller], {
      prepare: (server) => {
        two(server);
        server.put(CONFIG_MAPS, map("m", {}, { ref: "x" }));
      },
    });
    takeRuns();
    running.server.put(CONFIG_MAPS, map("m", {}, { ref: "y" }));
    await running.settle();
    expect(takeRuns()).toEqual(["a", "b"]);
    running.server.take(CONFIG_MAPS, "default", "m");
    await running.settle();
    expect(takeRuns()).toEqual(["b"]);
  });

  test("whose function throws is logged, and the rest goes on", async () => {
    const { controller, takeRuns } = recording((builder) =>
      builder
        .watches(ConfigMap, {
          map: ({ metadata }) => {
            if (metadata.name === "bad") throw new TypeError("oops");
            return [{ namespace: "default", name: "a" }];
          },
        })
        .watches(ConfigMap, { map: () => [{ namespace: "default", name: "b" }] }),
    );
    await using running = await startManager([controller], { prepare: two });
    takeRuns();
    running.server.put(CONFIG_MAPS, map("bad"));
    await running.settle();
    expect(takeRuns()).toEqual(["b"]);
    expect(running.logged).toEqual(['error a handler of object changes threw "oops"']);
    running.server.put(CONFIG_MAPS, map("good"));
    await running.settle();
    expect(takeRuns()).toEqual(["a", "b"]);
  });

  test("lets only the changes through that its predicate takes", async () => {
    const { controller, takeRuns } = recording((builder) =>
      builder.watches(ConfigMap, {
        map: () => [{ namespace: "default", name: "a" }],
        when: changed.all(changed.label("watched"), changed.only("update")),
      }),
    );
    await using running = await startManager([controller], { prepare: two });
    takeRuns();
    running.server.put(CONFIG_MAPS, map("m"));
    await running.settle();
    running.server.put(CONFIG_MAPS, map("m", {}, { k: "v" }));
    await running.settle();
    expect(takeRuns()).toEqual([]);
    running.server.put(CONFIG_MAPS, map("m", { labels: { watched: "yes" } }));
    await running.settle();
    expect(takeRuns()).toEqual(["a"]);
  });
});

test("a handler is given creations, updates with old and new, and deletions", async () => {
  const seen: string[] = [];
  const { controller, takeRuns } = recording((builder) =>
    builder.watches(ConfigMap, {
      create: (object, enqueue) => {
        seen.push(`create ${object.data?.["v"]}`);
        enqueue.add({ namespace: "default", name: "a" }, { afterMs: 1_000 });
      },
      update: (previous, object) => void seen.push(`update ${previous.data?.["v"]} to ${object.data?.["v"]}`),
      delete: (object) => void seen.push(`delete ${object.data?.["v"]}`),
    }),
  );
  await using running = await startManager([controller], { prepare: two });
  takeRuns();
  running.server.put(CONFIG_MAPS, map("m", {}, { v: "1" }));
  running.server.put(CONFIG_MAPS, map("m", {}, { v: "2" }));
  running.server.take(CONFIG_MAPS, "default", "m");
  await running.settle();
  expect([seen, takeRuns()]).toEqual([["create 1", "update 1 to 2", "delete 2"], []]);
  await running.pass(1_000);
  expect(takeRuns()).toEqual(["a"]);
});

describe("watches of the same kind and scope", () => {
  test("are one, whoever declares them, and others are their own", async () => {
    const first = recording((builder) => builder.watches(ConfigMap, { map: () => [] })).controller;
    const second = createController("second", { status: "none" })
      .for(Thing)
      .owns(ConfigMap)
      .watches(ConfigMap, { map: () => [] }, { namespace: "default" })
      .reads(ConfigMap, { labelSelector: "a=b" })
      .reconcile(() => {});
    await using running = await startManager([first, second]);
    expect(running.server.watches).toBe(4);
  });

  test("of metadata alone hold nothing else", async () => {
    const seen: unknown[] = [];
    const { controller } = recording((builder) =>
      builder.watches(
        ConfigMap,
        {
          map: (object) => {
            seen.push(object);
            return [];
          },
        },
        { metadataOnly: true },
      ),
    );
    await using running = await startManager([controller], {
      prepare: (server) =>
        server.put(CONFIG_MAPS, map("m", { managedFields: [{ manager: "x" }] }, { big: "data" })),
    });
    expect(seen).toEqual([
      { apiVersion: "v1", kind: "ConfigMap", metadata: expect.objectContaining({ name: "m" }) as unknown },
    ]);
    expect(JSON.stringify(seen)).not.toContain("managedFields");
    expect(running.manager.isReady).toBe(true);
  });

  test("may lose a handler while it is told, and gain one, without anybody missing a change", async () => {
    await using running = await startManager([], { prepare: two });
    const seen: string[] = [];
    const first = running.manager.watch(Thing, {}, ({ object }) => {
      seen.push(`first ${object.metadata.name}`);
      if (object.metadata.name !== "c") return;
      void first[Symbol.asyncDispose]();
      running.manager.watch(Thing, {}, (change) => void seen.push(`late ${change.object.metadata.name}`));
    });
    running.manager.watch(Thing, {}, ({ object }) => void seen.push(`second ${object.metadata.name}`));
    await running.settle();
    seen.length = 0;
    running.server.put(THINGS, aThing("c"));
    running.server.put(THINGS, aThing("d"));
    await running.settle();
    expect(seen.filter((line) => line.startsWith("first"))).toEqual(["first c"]);
    expect(seen.filter((line) => line.startsWith("second"))).toEqual(["second c", "second d"]);
    const late = seen.filter((line) => line.startsWith("late"));
    expect(late).toEqual(["late a", "late b", "late c", "late d"]);
  });

  test("may be added while the manager runs, and end by themselves", async () => {
    await using running = await startManager([], { prepare: two });
    const seen: string[] = [];
    const lease = running.manager.watch(
      Thing,
      {},
      ({ kind, object }) => void seen.push(`${kind} ${object.metadata.name}`),
    );
    await running.settle();
    await lease.synced();
    running.server.put(THINGS, aThing("c"));
    await running.settle();
    const late = running.manager.watch(
      Thing,
      {},
      ({ object }) => void seen.push(`late ${object.metadata.name}`),
    );
    expect(running.manager.cache.list(Thing)).toHaveLength(3);
    expect(running.server.watches).toBe(1);
    await lease[Symbol.asyncDispose]();
    await lease[Symbol.asyncDispose]();
    expect(running.server.watches).toBe(1);
    await late[Symbol.asyncDispose]();
    expect(running.server.watches).toBe(0);
    expect(seen).toEqual(["create a", "create b", "create c", "late a", "late b", "late c"]);
    expect(() => running.manager.cache.list(Thing)).toThrow("is not watched");
  });

  test("that fail are logged once per cause, and again when they work", async () => {
    let isDenied = true;
    await using running = await startManager([], {
      prepare: (server) =>
        server.fault(() => (isDenied ? failure(403, "Forbidden", "things is forbidden") : undefined)),
    });
    const lease = running.manager.watch(Thing, {}, () => {});
    for (let second = 0; second < 60; second++) await running.pass(1_000);
    expect(lease.hasSynced).toBe(false);
    expect(lease.trouble).toMatchObject({ reason: "Forbidden" });
    isDenied = false;
    for (let second = 0; second < 60; second++) await running.pass(1_000);
    expect(lease.hasSynced).toBe(true);
    expect(running.logged).toEqual([
      'warn cannot watch, trying again "things is forbidden"',
      'info watching again ""',
    ]);
    await lease[Symbol.asyncDispose]();
  });
});

test("a controller of objects that count no generations reacts to any change of them", async () => {
  const runs: unknown[] = [];
  const controller = createController("maps")
    .for(ConfigMap)
    .reconcile(({ data }) => void runs.push(data));
  await using running = await startManager([controller], {
    prepare: (server) => {
      server.hasGenerations = false;
      server.put(CONFIG_MAPS, map("m", {}, { v: "1" }));
    },
  });
  running.server.put(CONFIG_MAPS, map("m", {}, { v: "2" }));
  await running.settle();
  expect(runs).toEqual([{ v: "1" }, { v: "2" }]);
});

describe("a predicate", () => {
  const thing = (metadata: object, spec: object = {}) =>
    ({ apiVersion: "v1", kind: "Thing", metadata: { name: "a", ...metadata }, spec }) as never;
  const update = (before: object, after: object) =>
    ({ kind: "update", previous: thing(before), object: thing(after), isOwn: false }) as const;
  const create = { kind: "create", object: thing({}), isInitial: false, isOwn: false } as const;
  const remove = { kind: "delete", object: thing({}), isMissed: false, isOwn: false } as const;

  const cases: ReadonlyArray<{
    readonly name: string;
    readonly predicate: Predicate;
    readonly change: Parameters<Predicate>[0];
    readonly want: boolean;
  }> = [
    {
      name: "generation, changed",
      predicate: changed.generation,
      change: update({ generation: 1 }, { generation: 2 }),
      want: true,
    },
    {
      name: "generation, same",
      predicate: changed.generation,
      change: update({ generation: 1 }, { generation: 1 }),
      want: false,
    },
    {
      name: "generation, deletion asked for",
      predicate: changed.generation,
      change: update({}, { deletionTimestamp: "t" }),
      want: true,
    },
    { name: "generation, created", predicate: changed.generation, change: create, want: true },
    { name: "generation, deleted", predicate: changed.generation, change: remove, want: true },
    {
      name: "annotation, added",
      predicate: changed.annotation("k"),
      change: update({}, { annotations: { k: "v" } }),
      want: true,
    },
    {
      name: "annotation, removed",
      predicate: changed.annotation("k"),
      change: update({ annotations: { k: "v" } }, {}),
      want: true,
    },
    {
      name: "annotation, another",
      predicate: changed.annotation("k"),
      change: update({}, { annotations: { o: "v" } }),
      want: false,
    },
    {
      name: "label, changed",
      predicate: changed.label("k"),
      change: update({ labels: { k: "1" } }, { labels: { k: "2" } }),
      want: true,
    },
    {
      name: "label, same",
      predicate: changed.label("k"),
      change: update({ labels: { k: "1" } }, { labels: { k: "1", o: "2" } }),
      want: false,
    },
    {
      name: "labels, any",
      predicate: changed.labels,
      change: update({}, { labels: { o: "2" } }),
      want: true,
    },
    {
      name: "resource version",
      predicate: changed.resourceVersion,
      change: update({ resourceVersion: "1" }, { resourceVersion: "2" }),
      want: true,
    },
    {
      name: "value, same",
      predicate: changed.value((object) => object.metadata.generation),
      change: update({ generation: 1 }, { generation: 1 }),
      want: false,
    },
    {
      name: "value, changed",
      predicate: changed.value((object) => object.metadata.generation),
      change: update({}, { generation: 1 }),
      want: true,
    },
    {
      name: "value, created without one",
      predicate: changed.value((object) => object.metadata.generation),
      change: create,
      want: false,
    },
    {
      name: "any",
      predicate: changed.any(changed.generation, changed.label("k")),
      change: update({}, { labels: { k: "1" } }),
      want: true,
    },
    {
      name: "all",
      predicate: changed.all(changed.generation, changed.label("k")),
      change: update({}, { labels: { k: "1" } }),
      want: false,
    },
    { name: "not", predicate: changed.not(changed.generation), change: update({}, {}), want: true },
    { name: "only", predicate: changed.only("delete"), change: create, want: false },
  ];

  test.each(cases)("$name is $want", ({ predicate, change, want }) => {
    expect(predicate(change)).toBe(want);
  });
});

test("a controller is a value that shows how it is wired", () => {
  const start = base();
  const owning = start.owns(ConfigMap, { namespace: "ns", metadataOnly: true });
  const plain = start.reconcile(() => {});
  const wired = owning
    .reads(kind("v1", "Secret"))
    .index(Thing, "ref", () => [])
    .reconcile(() => {});
  expect(plain.watches).toEqual([]);
  expect(wired.watches.map(({ role, kind, scope }) => [role, kind.kind, kind.metadataOnly, scope])).toEqual([
    ["owns", "ConfigMap", true, { namespace: "ns" }],
    ["reads", "Secret", undefined, {}],
  ]);
  expect(wired.indexes.map(({ name }) => name)).toEqual(["weir:controller-uid", "ref"]);
  expect(Object.isFrozen(wired)).toBe(true);
});
