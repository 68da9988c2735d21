import { describe, expect, test } from "vitest";
import { createController, every, type ManagerOptions } from "../src/index.ts";
import { type Running, startManager } from "./running-manager.ts";
import { aThing, Thing, THINGS } from "./things.ts";

const LEASES = "/apis/coordination.k8s.io/v1/leases";
const leaderElection = { name: "weir", namespace: "default", identity: "a" } as const;

const holder = ({ server }: Running): unknown =>
  (server.get(LEASES, "default", "weir")?.["spec"] as { readonly holderIdentity?: string } | undefined)
    ?.holderIdentity;

/** Somebody else holds the lease for so many seconds. */
const held = (server: { put(path: string, object: never): unknown }, leaseDurationSeconds: number): void => {
  server.put(LEASES, {
    metadata: { namespace: "default", name: "weir" },
    spec: { holderIdentity: "b", leaseDurationSeconds, leaseTransitions: 0 },
  } as never);
};

function recorder(options: Parameters<typeof createController>[1] = {}, name = "things") {
  const runs: string[] = [];
  const controller = createController(name, { status: "none", ...options })
    .for(Thing)
    .reconcile((thing) => void runs.push(thing.metadata.name ?? ""));
  return { controller, runs };
}

describe("a manager with leader election", () => {
  test("is warm before it leads: caches and endpoints are up, only what is leaderless works", async () => {
    const bound = recorder();
    const free = recorder({ leaderless: true }, "free");
    const ticks: string[] = [];
    await using running = await startManager([bound.controller, free.controller], {
      leaderElection,
      healthServer: { host: "127.0.0.1", port: 0 },
      tasks: [
        every("1m", "bound-task", () => void ticks.push("bound")),
        every("1m", "free-task", () => void ticks.push("free"), { leaderless: true }),
      ],
      prepare: (server) => {
        held(server, 35);
        server.put(THINGS, aThing("x"));
      },
    });
    const ready = await fetch(`http://127.0.0.1:${running.manager.ports.health}/readyz`);
    expect([ready.status, running.manager.isReady, running.manager.isLeader]).toEqual([200, true, false]);
    expect([bound.runs, free.runs, ticks]).toEqual([[], ["x"], ["free"]]);
    await running.pass(60_000);
    await running.manager.elected();
    expect([running.manager.isLeader, holder(running)]).toEqual([true, "a"]);
    expect([bound.runs, free.runs, ticks.toSorted()]).toEqual([["x"], ["x"], ["bound", "free", "free"]]);
  });

  test("shows in the metrics whether it leads", async () => {
    await using running = await startManager([recorder().controller], {
      leaderElection,
      prepare: (server) => held(server, 35),
    });
    const status = async (): Promise<readonly string[]> =>
      (await running.manager.metrics.metrics())
        .split("\n")
        .filter((line) => line.startsWith("leader_election"));
    expect(await status()).toEqual([
      'leader_election_master_status{name="weir"} 0',
      'leader_election_slowpath_total{name="weir"} 0',
    ]);
    await running.pass(60_000);
    expect(await status()).toContain('leader_election_master_status{name="weir"} 1');
  });

  test("gives the lease up after its runs have ended, not before", async () => {
    const seen: unknown[] = [];
    const controller = createController("things", { status: "none" })
      .for(Thing)
      .reconcile(async (_, ctx) => {
        await new Promise<void>((resolve) => ctx.signal.addEventListener("abort", () => resolve()));
        // What it does to come to an end takes as long as it takes, and is still the leader's.
        await ctx.clock.sleep(8_000);
        seen.push(holder(running));
      });
    const running = await startManager([controller], {
      leaderElection,
      prepare: (server) => void server.put(THINGS, aThing("x")),
    });
    const stopped = running.manager.stop();
    await running.pass(8_000);
    await stopped;
    expect([seen, holder(running)]).toEqual([["a"], ""]);
    expect([running.clock.pendingTimers, running.server.watches]).toEqual([0, 0]);
  });

  test("keeps the lease where a run did not end in time", async () => {
    const controller = createController("things", { status: "none" })
      .for(Thing)
      .reconcile(() => new Promise(() => {}));
    const running = await startManager([controller], {
      leaderElection,
      gracefulStopMs: 5_000,
      prepare: (server) => void server.put(THINGS, aThing("x")),
    });
    const stopped = running.manager.stop();
    await running.pass(5_000);
    await stopped;
    expect(holder(running)).toBe("a");
  });

  test("fails its run at once when the lease is lost, and its controllers can write no more", async () => {
    let late: unknown;
    const controller = createController("things", { status: "none" })
      .for(Thing)
      .reconcile(async (_, ctx) => {
        await ctx.clock.sleep(3_600_000);
        late = ctx;
      });
    const running = await startManager([controller], {
      isStarted: false,
      leaderElection,
      prepare: (server) => void server.put(THINGS, aThing("x")),
    });
    const ran = running.manager
      .run({ signal: new AbortController().signal })
      .catch((error: unknown) => error);
    await running.settle();
    expect(running.manager.isLeader).toBe(true);
    held(running.server as never, 35);
    await running.pass(5_000);
    expect(await ran).toMatchObject({ name: "LeaseLostError", lease: "default/weir" });
    expect([late, holder(running), running.manager.isReady]).toEqual([undefined, "b", false]);
  });

  test("that stops while it waits for the lease leaves it alone", async () => {
    const running = await startManager([recorder().controller], {
      leaderElection,
      prepare: (server) => held(server, 35),
    });
    await running.manager.stop();
    expect([holder(running), running.clock.pendingTimers]).toEqual(["b", 0]);
  });

  test("is refused where the options cannot work", async () => {
    const options: Partial<ManagerOptions> = { leaderElection: { ...leaderElection, leaseDuration: "1s" } };
    await expect(startManager([], options)).rejects.toMatchObject({ name: "LeaderElectionConfigError" });
  });

  test("without it, two managers both work, and neither undoes the other's status", async () => {
    const runs: string[] = [];
    const controllerOf = (name: string) =>
      createController("things")
        .for(Thing)
        .reconcile((_, ctx) => {
          runs.push(name);
          ctx.status.ready("Done", "done");
        });
    await using first = await startManager([controllerOf("a")]);
    await using second = await startManager([controllerOf("b")], { sharedServer: first.server });
    first.server.put(THINGS, aThing("x"));
    await first.settle();
    await second.settle();
    await first.pass(1_000);
    await second.pass(1_000);
    expect(runs.toSorted()).toEqual(["a", "b"]);
    const writes = first.writes().length;
    expect(writes).toBeLessThanOrEqual(2);
  });
});
