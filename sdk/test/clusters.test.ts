import { seededRandom } from "@weir/core";
import { createClient, metadataOnly } from "@weir/client";
import { describe, expect, expectTypeOf, test } from "vitest";
import { createController, createManager } from "../src/index.ts";
import { startManager } from "./running-manager.ts";
import { failure, StubServer } from "./stub-server.ts";
import { aThing, CONFIG_MAPS, ConfigMap, Thing, THINGS } from "./things.ts";

const clientOf = (server: StubServer) =>
  createClient({ transport: server.transport, random: seededRandom(9) });

describe("a manager of several clusters", () => {
  test("watches another cluster for its own objects, and reads and writes there", async () => {
    const remote = new StubServer();
    const seen: unknown[] = [];
    const controller = createController("things", { status: "none" })
      .for(Thing)
      .index(ConfigMap, "app", ({ data }) => data?.["app"], { cluster: "edge" })
      .watches(
        ConfigMap,
        { map: ({ metadata }) => [{ namespace: "default", name: metadata.labels?.["thing"] ?? "" }] },
        { cluster: "edge" },
      )
      .reconcile(async (_, ctx) => {
        const edge = ctx.cluster("edge");
        const found = await edge.list(ConfigMap, { index: ["app", "x"] });
        seen.push(found.map(({ metadata }) => metadata.name));
        if (found.length === 0) return;
        await edge.apply(ConfigMap, { metadata: { namespace: "default", name: "made" } });
        seen.push((await edge.get(ConfigMap, { namespace: "default", name: "made" }))?.metadata.name);
      });
    await using running = await startManager([controller], {
      clusters: { edge: clientOf(remote) },
      prepare: (server) => void server.put(THINGS, aThing("a")),
    });
    remote.put(CONFIG_MAPS, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { namespace: "default", name: "m", labels: { thing: "a" } },
      data: { app: "x" },
    });
    await running.settle();
    expect(seen.slice(0, 3)).toEqual([[], ["m"], "made"]);
    expect([running.writes(), remote.get(CONFIG_MAPS, "default", "made") !== undefined]).toEqual([[], true]);
    expect(running.manager.cluster("edge").cache.list(ConfigMap)).toHaveLength(2);
    expect(() => running.manager.cluster("moon")).toThrow('the manager has no cluster "moon"');
    await running.manager.stop();
    expect(remote.watches).toBe(0);
  });

  test("reconciles the objects of another cluster there", async () => {
    const remote = new StubServer();
    remote.put(THINGS, aThing("far"));
    const controller = createController("things", { cluster: "edge" })
      .for(Thing)
      .finalizer("example.com/keep", () => {})
      .reconcile((_, ctx) => ctx.status.ready("Done", "done"));
    await using running = await startManager([controller], { clusters: { edge: clientOf(remote) } });
    expect(remote.get(THINGS, "default", "far")).toMatchObject({
      metadata: { finalizers: ["example.com/keep"] },
      status: { conditions: [{ type: "Ready", status: "True" }] },
    });
    expect(running.server.requests).toEqual([]);
  });

  test("refuses a controller of a cluster that it has not", () => {
    const controller = createController("things", { cluster: "moon" })
      .for(Thing)
      .reconcile(() => {});
    expect(() => createManager({ client: {} as never, controllers: [controller] })).toThrow(
      expect.objectContaining({ name: "UnknownClusterError", cluster: "moon" }),
    );
  });

  test("never lets an object of one cluster own one of another", async () => {
    let refused: unknown;
    const controller = createController("things", { status: "none" })
      .for(Thing)
      .reconcile(async (_, ctx) => {
        const metadata = { namespace: "default", name: "m" };
        refused = await ctx
          .cluster("edge")
          .apply(ConfigMap, { metadata }, { owner: true })
          .catch((error: unknown) => error);
      });
    await using _running = await startManager([controller], {
      clusters: { edge: clientOf(new StubServer()) },
      prepare: (server) => void server.put(THINGS, aThing("a")),
    });
    expect(refused).toMatchObject({ name: "OwnerReferenceError" });
  });
});

describe("a manager of some namespaces", () => {
  const seeingAll = () => {
    const runs: string[] = [];
    const controller = createController("things", { status: "none" })
      .for(Thing)
      .index(Thing, "ref", (thing) => thing.spec?.ref)
      .reconcile((thing) => void runs.push(`${thing.metadata.namespace}/${thing.metadata.name}`));
    return { controller, runs };
  };

  test("sees what is in them, as if there were nothing else", async () => {
    const { controller, runs } = seeingAll();
    await using running = await startManager([controller], {
      namespaces: ["one", "two"],
      prepare: (server) => {
        for (const namespace of ["one", "two", "three"])
          server.put(THINGS, aThing("a", { ref: "x" }, { namespace }));
      },
    });
    const { cache } = running.manager;
    expect(runs.toSorted()).toEqual(["one/a", "two/a"]);
    expect(cache.list(Thing)).toHaveLength(2);
    expect(cache.list(Thing, { index: ["ref", "x"], limit: 1 })).toHaveLength(1);
    expect(cache.get(Thing, { namespace: "two", name: "a" })?.metadata.namespace).toBe("two");
    expect(() => cache.list(Thing, { namespace: "three" })).toThrow("is not watched in namespace three");
    expect(running.server.watches).toBe(2);
  });

  test("goes on in the others while one of them is denied, and catches up when it no longer is", async () => {
    const { controller, runs } = seeingAll();
    let isDenied = false;
    await using running = await startManager([controller], {
      namespaces: ["one", "two"],
      prepare: (server) => {
        server.fault(({ path }) =>
          isDenied && path.includes("/namespaces/two/")
            ? failure(403, "Forbidden", "things is forbidden")
            : undefined,
        );
      },
    });
    isDenied = true;
    running.server.endWatches();
    await running.pass(5_000);
    running.server.put(THINGS, aThing("a", {}, { namespace: "one" }));
    running.server.put(THINGS, aThing("b", {}, { namespace: "two" }));
    for (let second = 0; second < 10; second++) await running.pass(1_000);
    expect(runs).toEqual(["one/a"]);
    isDenied = false;
    for (let second = 0; second < 60; second++) await running.pass(1_000);
    expect(runs).toEqual(["one/a", "two/b"]);
    expect(running.logged).toEqual([
      'warn cannot watch, trying again "things is forbidden"',
      'info watching again ""',
    ]);
  });
});

test("the option of metadata alone changes what a handler may read", () => {
  createController("typed")
    .for(Thing)
    .watches(ConfigMap, { map: (map) => (expectTypeOf(map).toEqualTypeOf<ConfigMap>(), []) })
    .watches(
      ConfigMap,
      {
        create: (map) => {
          expectTypeOf(map).not.toHaveProperty("data");
          expectTypeOf(map).toHaveProperty("metadata");
        },
      },
      { metadataOnly: true },
    )
    .watches(metadataOnly(ConfigMap), {
      delete: (map) => expectTypeOf(map).not.toHaveProperty("data"),
    });
});
