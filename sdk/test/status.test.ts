import { type Outcome, WeirError } from "@weir/core";
import { describe, expect, test } from "vitest";
import {
  createController,
  type ReconcileContext,
  type Report,
  REQUESTED_AT_ANNOTATION,
  TerminalError,
} from "../src/index.ts";
import { startManager } from "./running-manager.ts";
import { failure, type SeenRequest, type StubServer } from "./stub-server.ts";
import { aThing, Thing, THINGS } from "./things.ts";

class BrokenError extends WeirError {
  override readonly name = "BrokenError";
  readonly reason = "Broken";
  readonly retry = "backoff";
}

const STATUS = `PATCH ${THINGS.replace("/things", "")}/namespaces/default/things/a/status`;
const one = (server: StubServer): void => void server.put(THINGS, aThing("a", { size: 1 }));
const isStatusWrite = ({ method, path }: SeenRequest): boolean =>
  method === "PATCH" && path.endsWith("/status");

/** The conditions of a Thing as one reads them. */
function conditionsOf(server: StubServer): string[] {
  const status = server.get(THINGS, "default", "a")?.["status"] as Thing["status"];
  return (status?.conditions ?? []).map(
    ({ type, status, reason, message }) => `${type}=${status} ${reason}: ${message}`,
  );
}

const statusOf = (server: StubServer): unknown => server.get(THINGS, "default", "a")?.["status"];

describe("the status of a controller without a report", () => {
  type Run = (ctx: ReconcileContext<Thing>) => Outcome | void;
  const cases: ReadonlyArray<{
    readonly name: string;
    readonly run: Run;
    readonly want: readonly string[];
    readonly isObserved: boolean;
  }> = [
    {
      name: "is Ready after a run that said nothing",
      run: () => {},
      want: ["Ready=True Succeeded: reconciled"],
      isObserved: true,
    },
    {
      name: "is Ready for the reason that was given",
      run: (ctx) => ctx.status.ready("Available", "all there"),
      want: ["Ready=True Available: all there"],
      isObserved: true,
    },
    {
      name: "is Reconciling while not ready",
      run: (ctx) => ctx.status.notReady("Progressing", "1/2 ready"),
      want: ["Reconciling=True Progressing: 1/2 ready", "Ready=False Progressing: 1/2 ready"],
      isObserved: true,
    },
    {
      name: "is Stalled where the run said so",
      run: (ctx) => ctx.status.stalled("BadSpec", "cannot be"),
      want: ["Stalled=True BadSpec: cannot be", "Ready=False BadSpec: cannot be"],
      isObserved: true,
    },
    {
      name: "is Stalled after a terminal error",
      run: () => {
        throw new TerminalError("mutable tag", { reason: "MutableTag", cause: new Error("latest") });
      },
      want: ["Stalled=True MutableTag: mutable tag: latest", "Ready=False MutableTag: mutable tag: latest"],
      isObserved: true,
    },
    {
      name: "is Reconciling while it waits",
      run: () => ({ kind: "waiting", reason: "DependencyNotReady", message: "b is not ready" }),
      want: [
        "Reconciling=True DependencyNotReady: b is not ready",
        "Ready=False DependencyNotReady: b is not ready",
      ],
      isObserved: false,
    },
    {
      name: "is Reconciling with retry after a failure",
      run: () => {
        throw new BrokenError("cannot do it", { cause: new Error("because") });
      },
      want: [
        "Reconciling=True ProgressingWithRetry: cannot do it: because",
        "Ready=False Broken: cannot do it: because",
      ],
      isObserved: false,
    },
  ];

  test.each(cases)("$name", async ({ run, want, isObserved }) => {
    const controller = createController("things")
      .for(Thing)
      .reconcile((_, ctx) => run(ctx));
    await using running = await startManager([controller], { prepare: one });
    expect(conditionsOf(running.server)).toEqual(want);
    expect((statusOf(running.server) as Thing["status"])?.observedGeneration).toBe(
      isObserved ? 1 : undefined,
    );
    expect(running.writes()).toEqual([STATUS]);
  });

  test("carries the fields that the run patched, and keeps the others", async () => {
    const controller = createController("things")
      .for(Thing)
      .reconcile((thing, ctx) => ctx.status.patch({ size: thing.spec?.size ?? 0 }));
    await using running = await startManager([controller], {
      prepare: (server) => server.put(THINGS, { ...aThing("a", { size: 4 }), status: { other: "kept" } }),
    });
    expect(statusOf(running.server)).toMatchObject({ size: 4, other: "kept" });
  });

  test("loses Stalled and Reconciling when it becomes ready", async () => {
    const controller = createController("things")
      .for(Thing)
      .reconcile((thing) => {
        if (thing.spec?.size === 1) throw new TerminalError("too small");
      });
    await using running = await startManager([controller], { prepare: one });
    expect(conditionsOf(running.server)).toHaveLength(2);
    running.server.put(THINGS, aThing("a", { size: 2 }));
    await running.settle();
    expect(conditionsOf(running.server)).toEqual(["Ready=True Succeeded: reconciled"]);
  });

  test("is not written when nothing of it changed", async () => {
    const controller = createController("things")
      .for(Thing)
      .reconcile(() => ({ kind: "settled", recheckAfterMs: 60_000 }));
    await using running = await startManager([controller], { prepare: one });
    for (let minute = 0; minute < 5; minute++) await running.pass(60_000);
    expect(running.writes()).toEqual([STATUS]);
  });

  test("is left alone for built-in kinds, and where the controller says so", async () => {
    const builtIn = createController("builtin")
      .for({ ...Thing, group: "apps" })
      .reconcile(() => {});
    const none = createController("none", { status: "none" })
      .for(Thing)
      .reconcile(() => {});
    await using running = await startManager([builtIn, none], {
      prepare: (server) => {
        one(server);
        server.put("/apis/apps/v1/things", aThing("a"));
      },
    });
    expect(running.writes()).toEqual([]);
  });
});

describe("a report", () => {
  interface Facts {
    readonly found: number;
    readonly extra: string;
  }
  const calls: unknown[] = [];
  const report: Report<Thing, Facts> = (previous, observation, outcome, clock) => {
    calls.push({
      previous,
      facts: observation.facts,
      outcome: outcome.kind,
      at: clock.now() - Date.UTC(2026, 0, 1),
    });
    return outcome.kind === "progressing"
      ? { ...previous, observedGeneration: -1 }
      : {
          ...previous,
          size: observation.facts.found ?? 0,
          observedGeneration: observation.object.metadata.generation ?? 0,
        };
  };

  test("is given what was, what was found, how it ended, and the time", async () => {
    calls.length = 0;
    const controller = createController("things")
      .for(Thing)
      .report(report)
      .reconcile((_, ctx) => {
        ctx.record({ found: 3 });
        ctx.record({ extra: "x" });
        expect(ctx.facts).toEqual({ found: 3, extra: "x" });
      });
    await using running = await startManager([controller], { prepare: one });
    expect(calls).toEqual([{ previous: {}, facts: { found: 3, extra: "x" }, outcome: "settled", at: 0 }]);
    expect(statusOf(running.server)).toEqual({ size: 3, observedGeneration: 1 });
  });

  test("of an error sees the facts from before it", async () => {
    calls.length = 0;
    const controller = createController("things")
      .for(Thing)
      .report(report)
      .reconcile((_, ctx) => {
        ctx.record({ found: 7 });
        throw new BrokenError("no");
      });
    await using running = await startManager([controller], { prepare: one });
    expect(calls).toMatchObject([{ facts: { found: 7 }, outcome: "failed" }]);
    expect(statusOf(running.server)).toMatchObject({ size: 7 });
  });

  test("that throws fails the run, which is tried again", async () => {
    let throws = true;
    const controller = createController("things")
      .for(Thing)
      .report(() => {
        if (throws) throw new TypeError("bug");
        return { size: 1 };
      })
      .reconcile(() => {});
    await using running = await startManager([controller], { prepare: one });
    expect(running.logged).toEqual(['error reconcile failed "the reconcile threw an unexpected error: bug"']);
    throws = false;
    await running.pass(750);
    expect(statusOf(running.server)).toEqual({ size: 1 });
  });

  test("may take fields and conditions away", async () => {
    const controller = createController("things")
      .for(Thing)
      .report(() => ({ size: 1 }))
      .reconcile(() => {});
    await using running = await startManager([controller], {
      prepare: (server) =>
        server.put(THINGS, {
          ...aThing("a"),
          status: { size: 1, gone: { a: 1 }, conditions: [{ type: "Old" }] },
        }),
    });
    expect(statusOf(running.server)).toEqual({ size: 1 });
  });
});

describe("progress", () => {
  const controllerOf = (run: (ctx: ReconcileContext<Thing>) => Promise<void>) =>
    createController("things")
      .for(Thing)
      .reconcile((_, ctx) => run(ctx));
  const ready = ["Ready=True Succeeded: reconciled"];

  test("of a quick run is not written", async () => {
    const controller = controllerOf(async (ctx) => {
      await ctx.progress({ reason: "Progressing", message: "building" });
      await ctx.clock.sleep(200);
    });
    await using running = await startManager([controller], { prepare: one });
    await running.pass(1_000);
    expect(running.writes()).toEqual([STATUS]);
    expect(conditionsOf(running.server)).toEqual(ready);
  });

  test("of a run that takes longer is what it is at then", async () => {
    const controller = controllerOf(async (ctx) => {
      await ctx.progress({ reason: "Progressing", message: "fetching" });
      await ctx.clock.sleep(100);
      await ctx.progress({ reason: "Progressing", message: "building" });
      await ctx.clock.sleep(900);
    });
    await using running = await startManager([controller], { prepare: one });
    await running.pass(249);
    expect(running.writes()).toEqual([]);
    await running.pass(1);
    expect(conditionsOf(running.server)).toEqual([
      "Reconciling=True Progressing: building",
      "Ready=Unknown Progressing: building",
    ]);
    await running.pass(1_000);
    expect(running.writes()).toEqual([STATUS, STATUS]);
    expect(conditionsOf(running.server)).toEqual(ready);
  });

  test("is said even where the run does not say what it is at", async () => {
    const controller = controllerOf((ctx) => ctx.clock.sleep(1_000));
    await using running = await startManager([controller], { prepare: one });
    await running.pass(300);
    expect(conditionsOf(running.server)).toContain(
      "Reconciling=True Progressing: reconciliation in progress",
    );
  });

  test("that comes in quick succession is written at most four times a second", async () => {
    const controller = controllerOf(async (ctx) => {
      for (let step = 0; step < 100; step++) {
        await ctx.progress({ reason: "Progressing", message: `step ${step}` });
        await ctx.clock.sleep(10);
      }
    });
    await using running = await startManager([controller], { prepare: one });
    await running.pass(2_000);
    expect(running.writes().length).toBeLessThanOrEqual(5);
    expect(conditionsOf(running.server)).toEqual(ready);
  });

  test("before a long wait is written at once", async () => {
    const controller = controllerOf(async (ctx) => {
      await ctx.progress({ reason: "Progressing", message: "waiting for health" }, { now: true });
      await ctx.clock.sleep(60_000, ctx.signal);
    });
    await using running = await startManager([controller], { prepare: one });
    expect(conditionsOf(running.server)).toContain("Reconciling=True Progressing: waiting for health");
  });

  test("that cannot be written does not fail the run", async () => {
    const controller = controllerOf(async (ctx) => {
      await ctx.progress({ reason: "Progressing", message: "x" }, { now: true });
    });
    await using running = await startManager([controller], {
      prepare: (server) => {
        one(server);
        server.failNext(isStatusWrite, () => failure(500, "InternalError", "oops"));
      },
    });
    expect(running.logged).toEqual(['warn cannot write progress to the status "oops"']);
    expect(conditionsOf(running.server)).toEqual(ready);
  });
});

describe("a status write", () => {
  test("that meets another writer is made again on what is there, other conditions kept", async () => {
    const controller = createController("things")
      .for(Thing)
      .reconcile(async (_, ctx) => {
        await ctx.clock.sleep(100);
        ctx.status.patch({ size: 5 });
      });
    await using running = await startManager([controller], { prepare: one });
    running.server.fault((request) => {
      if (!isStatusWrite(request) || running.writes().length !== 1) return undefined;
      const conditions = [{ type: "Foreign", status: "True", reason: "R", message: "m" }];
      running.server.put(THINGS, { ...aThing("a", { size: 1 }), status: { conditions, foreign: 1 } });
      return undefined;
    });
    await running.pass(200);
    await running.pass(200);
    expect(running.writes()).toEqual([STATUS, STATUS]);
    expect(conditionsOf(running.server)).toEqual(["Ready=True Succeeded: reconciled", "Foreign=True R: m"]);
    expect(statusOf(running.server)).toMatchObject({ size: 5, foreign: 1 });
  });

  test("that meets other writers for ever fails, and the run is tried again", async () => {
    const controller = createController("things")
      .for(Thing)
      .reconcile(() => {});
    await using running = await startManager([controller], { prepare: one, isStarted: false });
    let refused = 0;
    running.server.fault((request) =>
      isStatusWrite(request) && ++refused <= 5 ? failure(409, "Conflict", "modified", "a") : undefined,
    );
    await running.manager.start();
    for (let round = 0; round < 10; round++) await running.pass(100);
    expect(running.logged).toEqual(['error reconcile failed "modified"']);
    await running.pass(750);
    expect(conditionsOf(running.server)).toEqual(["Ready=True Succeeded: reconciled"]);
  });

  test("takes away its own conditions that it did not know of, as after an answer that was lost", async () => {
    const controller = createController("things")
      .for(Thing)
      .reconcile((_, ctx) => ctx.clock.sleep(100));
    await using running = await startManager([controller], { prepare: one });
    const reconciling = {
      type: "Reconciling",
      status: "True",
      reason: "ProgressingWithRetry",
      message: "lost",
    };
    const foreign = { type: "Audited", status: "True", reason: "Seen", message: "by another" };
    const thing = aThing("a", { size: 1 });
    running.server.put(THINGS, { ...thing, status: { conditions: [reconciling, foreign] } });
    await running.pass(100);
    await running.pass(100);
    expect(conditionsOf(running.server)).toEqual([
      "Ready=True Succeeded: reconciled",
      "Audited=True Seen: by another",
    ]);
  });

  test("to an object that went away meanwhile is let go", async () => {
    const controller = createController("things")
      .for(Thing)
      .reconcile((_, ctx) => ctx.clock.sleep(100));
    await using running = await startManager([controller], { prepare: one });
    running.server.take(THINGS, "default", "a");
    await running.pass(200);
    expect(running.logged).toEqual([]);
  });

  test("names the controller's component as field manager", async () => {
    const managers: (string | null)[] = [];
    const controller = createController("things", { component: "thing-controller" })
      .for(Thing)
      .reconcile(() => {});
    await using running = await startManager([controller], { prepare: one, isStarted: false });
    running.server.fault((request) => {
      if (request.method === "PATCH") managers.push(request.query.get("fieldManager"));
      return undefined;
    });
    await running.manager.start();
    await running.settle();
    expect(managers).toEqual(["thing-controller"]);
  });
});

describe("a reconcile request", () => {
  const annotated = (at: string) =>
    aThing("a", { size: 1 }, { annotations: { [REQUESTED_AT_ANNOTATION]: at } });

  test("starts a run, and is kept in the status where the controller asks for that", async () => {
    let runs = 0;
    const controller = createController("things")
      .for(Thing, { handledAt: true })
      .reconcile(() => void runs++);
    await using running = await startManager([controller], { prepare: one });
    running.server.put(THINGS, annotated("one"));
    await running.settle();
    expect(runs).toBe(2);
    expect(statusOf(running.server)).toMatchObject({ lastHandledReconcileAt: "one" });
  });

  test("is kept after a failure, too", async () => {
    const controller = createController("things")
      .for(Thing, { handledAt: true })
      .reconcile(() => {
        throw new BrokenError("no");
      });
    await using running = await startManager([controller], {
      prepare: (server) => server.put(THINGS, annotated("two")),
    });
    expect(statusOf(running.server)).toMatchObject({ lastHandledReconcileAt: "two" });
  });

  test("is not kept while its run goes on", async () => {
    const controller = createController("things")
      .for(Thing, { handledAt: true })
      .reconcile((_, ctx) => ctx.clock.sleep(1_000));
    await using running = await startManager([controller], {
      prepare: (server) => server.put(THINGS, annotated("three")),
    });
    await running.pass(500);
    expect(conditionsOf(running.server)).toContain(
      "Reconciling=True Progressing: reconciliation in progress",
    );
    expect(statusOf(running.server)).not.toHaveProperty("lastHandledReconcileAt");
    await running.pass(500);
    expect(statusOf(running.server)).toMatchObject({ lastHandledReconcileAt: "three" });
  });

  test("is not kept by default", async () => {
    const controller = createController("things")
      .for(Thing)
      .reconcile(() => {});
    await using running = await startManager([controller], {
      prepare: (server) => server.put(THINGS, annotated("three")),
    });
    expect(statusOf(running.server)).not.toHaveProperty("lastHandledReconcileAt");
  });
});

describe("a suspended object", () => {
  test("is not reconciled, and its status stays, until it is resumed", async () => {
    const runs: (number | undefined)[] = [];
    const controller = createController("things")
      .for(Thing)
      .reconcile((thing) => void runs.push(thing.spec?.size));
    await using running = await startManager([controller], {
      prepare: (server) => server.put(THINGS, aThing("a", { size: 1, suspend: true })),
    });
    expect([runs, running.writes()]).toEqual([[], []]);
    running.server.put(THINGS, aThing("a", { size: 2 }));
    await running.settle();
    expect(runs).toEqual([2]);
  });

  test("is told to the report", async () => {
    const controller = createController("things")
      .for(Thing, { suspended: (thing) => thing.spec?.ref === "paused" })
      .report((previous, { object }, outcome) => ({
        ...previous,
        ...(outcome.kind === "suspended" ? { observedGeneration: object.metadata.generation ?? 0 } : {}),
      }))
      .reconcile(() => {});
    await using running = await startManager([controller], {
      prepare: (server) => server.put(THINGS, aThing("a", { ref: "paused" })),
    });
    expect(statusOf(running.server)).toEqual({ observedGeneration: 1 });
  });
});
