import type { KubeObject } from "@weir/objects";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createController, type Manager } from "../src/index.ts";
import { type Running, startManager } from "./running-manager.ts";
import { failure, type StubServer } from "./stub-server.ts";
import { aThing, Thing, THINGS } from "./things.ts";

fc.configureGlobal({ seed: 1 });

const names = ["a", "b", "c", "d", "e"];
const name = fc.constantFrom(...names);

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("put" as const), name, size: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("take" as const), name }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("own" as const),
      verb: fc.constantFrom("patch", "patch", "create", "delete"),
      name,
      size: fc.nat(5),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("drop" as const), isTorn: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("call" as const),
      method: fc.constantFrom("compact" as const, "bookmark" as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("refuse" as const), code: fc.constantFrom(410, 429, 500) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("lose-answer" as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("pass" as const), ms: fc.constantFrom(1, 300, 2_000, 80_000) }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** Carries one step out; what this process writes is not waited for, so that steps overlap. */
async function carryOut(step: Step, running: Running): Promise<void> {
  const { server, manager } = running;
  switch (step.kind) {
    case "put":
      return void server.put(THINGS, aThing(step.name, { size: step.size }));
    case "take":
      return server.take(THINGS, "default", step.name);
    case "own":
      return void write(step, manager).catch(() => {});
    case "drop":
      return server.endWatches(step.isTorn ? new Error("torn") : undefined);
    case "call":
      return server[step.method]();
    case "refuse":
      return server.failNext(
        ({ method }) => method === "GET",
        () => failure(step.code, reasons[step.code] ?? "", "no"),
      );
    case "lose-answer":
      return loseAnswer(server);
    case "pass":
      return running.pass(step.ms);
  }
}

const reasons: Readonly<Record<number, string>> = {
  410: "Expired",
  429: "TooManyRequests",
  500: "InternalError",
};

function write(step: Extract<Step, { readonly kind: "own" }>, { client }: Manager): Promise<unknown> {
  const key = { namespace: "default", name: step.name };
  const spec = { size: step.size };
  if (step.verb === "create") return client.create(Thing, aThing(step.name, spec) as never);
  if (step.verb === "delete") return client.delete(Thing, key);
  return client.patch(Thing, key, { type: "merge", patch: { spec } });
}

/** The next write happens, but its answer never comes. */
function loseAnswer(server: StubServer): void {
  let isLost = false;
  const fault = server.fault((request) => {
    if (isLost || request.method !== "PATCH") return undefined;
    isLost = true;
    fault[Symbol.dispose]();
    const parts = request.path.split("/");
    const body = request.body as { readonly spec: { readonly size: number } };
    if (server.get(THINGS, "default", parts.at(-1) ?? "") !== undefined) {
      server.put(THINGS, aThing(parts.at(-1) ?? "", body.spec));
    }
    throw Object.assign(new Error("reset"), { code: "ECONNRESET" });
  });
}

const asState = (objects: readonly KubeObject[]): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    objects.map(({ metadata, spec }) => [metadata.name ?? "", [metadata.resourceVersion, spec]]),
  );

test("whatever happens to the connection, cache, handlers and reconciles end at the server's state", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const reconciled = new Map<string, unknown>();
      const running_ = new Set<string>();
      let isOverlapping = false;
      const controller = createController("things", { concurrency: 3, status: "none" })
        .for(Thing)
        .reconcile(async (thing, ctx) => {
          isOverlapping ||= running_.has(ctx.key);
          running_.add(ctx.key);
          await ctx.clock.sleep(50, ctx.signal).catch(() => {});
          running_.delete(ctx.key);
          reconciled.set(
            thing.metadata.name ?? "",
            (ctx.cache.get(Thing, { namespace: "default", name: thing.metadata.name ?? "" }) ?? thing).spec
              ?.size,
          );
        });
      const running = await startManager([controller]);
      const told = new Map<string, KubeObject>();
      await using _lease = running.manager.watch(Thing, {}, ({ kind, object }) => {
        const one = object as unknown as KubeObject;
        if (kind === "delete") told.delete(one.metadata.name ?? "");
        else told.set(one.metadata.name ?? "", one);
      });
      for (const one of steps) await carryOut(one, running);
      // At rest: the server is well, bookmarks come, retries are over.
      for (let minute = 0; minute < 4; minute++) {
        await running.pass(50_000);
        running.server.bookmark();
      }
      await running.settle();
      const server = names.flatMap((one) => running.server.get(THINGS, "default", one) ?? []);
      const cached = running.manager.cache.list(Thing) as unknown as readonly KubeObject[];
      expect(asState(cached)).toEqual(asState(server));
      expect(asState([...told.values()])).toEqual(asState(server));
      for (const { metadata, spec } of server) {
        expect(reconciled.get(metadata.name ?? "")).toEqual((spec as { readonly size?: number }).size);
      }
      expect(isOverlapping).toBe(false);
      await running.manager.stop();
      expect([running.clock.pendingTimers, running.server.watches]).toEqual([0, 0]);
    }),
    { numRuns: 300 },
  );
});
