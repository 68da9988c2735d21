import { type Outcome, WeirError } from "@weir/core";
import { describe, expect, test } from "vitest";
import { createController } from "../src/index.ts";
import { startManager } from "./running-manager.ts";
import type { StubServer } from "./stub-server.ts";
import { aThing, Thing, THINGS } from "./things.ts";

class StuckError extends WeirError {
  override readonly name = "StuckError";
  readonly reason = "Stuck";
  readonly retry = "backoff";
}

const A = { namespace: "default", name: "a" };
const MINE = "example.com/mine";
const one = (server: StubServer): void => void server.put(THINGS, aThing("a"));
const finalizersOf = (server: StubServer): readonly string[] | undefined =>
  server.get(THINGS, "default", "a")?.metadata.finalizers;

/** A controller with a finalizer; keeps what is called. */
function controllerOf(remove: (times: number) => Outcome | void = () => {}, name = MINE) {
  const calls: string[] = [];
  const controller = createController("things", { status: "none" })
    .for(Thing)
    .finalizer(name, () => {
      calls.push("remove");
      return remove(calls.filter((call) => call === "remove").length);
    })
    .reconcile(({ metadata }) => void calls.push(`reconcile ${(metadata.finalizers ?? []).join(" ")}`));
  return { controller, calls };
}

describe("a finalizer", () => {
  test("is on the object before the first reconcile, and added once", async () => {
    const { controller, calls } = controllerOf();
    await using running = await startManager([controller], { prepare: one });
    running.server.put(THINGS, {
      ...aThing("a", { size: 2 }),
      metadata: { ...(aThing("a")["metadata"] as object), finalizers: [MINE] },
    });
    await running.settle();
    expect(calls).toEqual([`reconcile ${MINE}`, `reconcile ${MINE}`]);
    expect(running.writes()).toHaveLength(1);
  });

  test("keeps the object until its work is done", async () => {
    const { controller, calls } = controllerOf();
    await using running = await startManager([controller], { prepare: one });
    await running.client.delete(Thing, A);
    await running.settle();
    expect(calls).toEqual([`reconcile ${MINE}`, "remove"]);
    expect(running.server.get(THINGS, "default", "a")).toBeUndefined();
    expect(running.logged).toEqual([]);
  });

  test("stays while its work fails or waits, which is tried again", async () => {
    const { controller, calls } = controllerOf((times) => {
      if (times === 1) throw new StuckError("no");
      if (times === 2) return { kind: "waiting", reason: "R", message: "m", recheckAfterMs: 5_000 };
      return undefined;
    });
    await using running = await startManager([controller], { prepare: one });
    await running.client.delete(Thing, A);
    await running.settle();
    expect(finalizersOf(running.server)).toEqual([MINE]);
    await running.pass(750);
    expect(finalizersOf(running.server)).toEqual([MINE]);
    await running.pass(5_000);
    expect(calls.slice(1)).toEqual(["remove", "remove", "remove"]);
    expect(running.server.get(THINGS, "default", "a")).toBeUndefined();
  });

  test("is not added to an object that is being deleted", async () => {
    const { controller, calls } = controllerOf();
    const deletionTimestamp = "2026-01-01T00:00:00Z";
    await using running = await startManager([controller], {
      prepare: (server) => server.put(THINGS, aThing("a", {}, { deletionTimestamp, finalizers: ["other"] })),
    });
    expect([calls, running.writes()]).toEqual([[], []]);
  });

  test("of somebody else is left alone, whatever comes in between", async () => {
    const { controller } = controllerOf();
    await using running = await startManager([controller], { prepare: one, isStarted: false });
    let isTouched = false;
    running.server.fault(({ method }) => {
      if (method === "PATCH" && !isTouched) {
        isTouched = true;
        running.server.put(THINGS, aThing("a", {}, { finalizers: ["other"] }));
      }
      return undefined;
    });
    await running.manager.start();
    await running.settle();
    expect(finalizersOf(running.server)).toEqual(["other", MINE]);
    await running.client.delete(Thing, A);
    await running.settle();
    expect(finalizersOf(running.server)).toEqual(["other"]);
  });

  test("is taken off in the order of declaration, each after its work", async () => {
    const order: string[] = [];
    const controller = createController("things", { status: "none" })
      .for(Thing)
      .finalizer("example.com/first", () => void order.push("first"))
      .finalizer("example.com/second", (_, ctx) => {
        order.push("second");
        return ctx.delete(Thing, { namespace: "default", name: "other" }).then(() => {});
      })
      .reconcile(() => {});
    await using running = await startManager([controller], { prepare: one });
    expect(finalizersOf(running.server)).toEqual(["example.com/first", "example.com/second"]);
    await running.client.delete(Thing, A);
    await running.settle();
    expect(order).toEqual(["first", "second"]);
    expect(running.server.get(THINGS, "default", "a")).toBeUndefined();
  });

  test("works for a suspended object, too", async () => {
    const { controller, calls } = controllerOf();
    await using running = await startManager([controller], {
      prepare: (server) => server.put(THINGS, aThing("a", { suspend: true })),
    });
    await running.client.delete(Thing, A);
    await running.settle();
    expect(calls).toEqual(["remove"]);
  });

  test("whose work fails shows in the status", async () => {
    const controller = createController("things")
      .for(Thing)
      .finalizer(MINE, () => {
        throw new StuckError("cannot clean up");
      })
      .reconcile(() => {});
    await using running = await startManager([controller], { prepare: one });
    await running.client.delete(Thing, A);
    await running.settle();
    expect(running.server.get(THINGS, "default", "a")?.["status"]).toMatchObject({
      conditions: [
        { type: "Reconciling", reason: "ProgressingWithRetry" },
        { type: "Ready", status: "False", reason: "Stuck", message: "cannot clean up" },
      ],
    });
  });
});
