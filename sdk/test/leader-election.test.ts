import { FakeClock, type JsonObject, seededRandom, silentLogger } from "@weir/core";
import { createClient } from "@weir/client";
import { formatMicroTime } from "@weir/objects";
import { describe, expect, test } from "vitest";
import { electionSettings } from "../src/election/election-settings.ts";
import { guardedClient } from "../src/election/guarded-client.ts";
import { LeaderElector } from "../src/election/leader-elector.ts";
import { StallingClock } from "./stalling-clock.ts";
import { failure, type SeenRequest, StubServer } from "./stub-server.ts";
import { Thing } from "./things.ts";

const LEASES = "/apis/coordination.k8s.io/v1/leases";
const isWrite = ({ method }: SeenRequest): boolean => method !== "GET";

/** Electors of one lease over one server, each with clocks of its own that advance together. */
class Election {
  readonly fake = new FakeClock(Date.UTC(2026, 0, 1, 12));
  readonly server = new StubServer();
  readonly changes: string[] = [];
  readonly slow: string[] = [];
  readonly stop = new AbortController();
  #seed = 1;

  candidate(identity: string, options: { readonly releaseOnStop?: boolean } = {}) {
    const clock = new StallingClock(this.fake);
    const client = createClient({
      transport: this.server.transport,
      clock,
      random: seededRandom(this.#seed++),
    });
    const elector = new LeaderElector({
      client,
      clock,
      random: seededRandom(this.#seed++),
      logger: silentLogger,
      settings: electionSettings({ name: "weir", namespace: "default", identity, ...options }),
      onChange: (isLeader) => void this.changes.push(`${identity} ${isLeader ? "leads" : "ceases"}`),
      onSlowPath: () => void this.slow.push(identity),
    });
    return { elector, clock, client };
  }

  /** A candidate that leads. */
  async leader(identity: string, options: { readonly releaseOnStop?: boolean } = {}) {
    const made = this.candidate(identity, options);
    const acquired = made.elector.acquire(this.stop.signal);
    await this.pass(0);
    await acquired;
    return made;
  }

  async pass(ms: number): Promise<void> {
    await this.fake.advance(ms);
    for (let turn = 0; turn < 10; turn++) await this.fake.advance(0);
  }

  /** Carries out what needs time to end. */
  async through<Value>(promise: Promise<Value>, ms = 60_000): Promise<Value> {
    await this.pass(ms);
    return promise;
  }

  get lease(): JsonObject | undefined {
    return this.server.get(LEASES, "default", "weir")?.["spec"] as JsonObject | undefined;
  }

  /** Writes the lease as somebody else would. */
  put(spec: JsonObject): void {
    this.server.put(LEASES, { metadata: { namespace: "default", name: "weir" }, spec });
  }
}

const at = (seconds: number): string => formatMicroTime(Date.UTC(2026, 0, 1, 12, 0, seconds));
const foreign = (holder: string, seconds = 35): JsonObject => ({
  holderIdentity: holder,
  leaseDurationSeconds: seconds,
  acquireTime: at(0),
  renewTime: at(0),
  leaseTransitions: 3,
});

describe("a lease", () => {
  test("that is not there is made, with times of six digits", async () => {
    const election = new Election();
    const { elector } = await election.leader("a");
    expect(elector.isLeader).toBe(true);
    expect(election.lease).toEqual({
      holderIdentity: "a",
      leaseDurationSeconds: 35,
      acquireTime: "2026-01-01T12:00:00.000000Z",
      renewTime: "2026-01-01T12:00:00.000000Z",
      leaseTransitions: 0,
    });
    await elector.stop(true);
  });

  test("that is empty, nobody's, or over is taken, and the change of hands counted", async () => {
    for (const spec of [{}, { ...foreign(""), leaseTransitions: 3 }, foreign("gone", 0)] as JsonObject[]) {
      const election = new Election();
      election.put(spec);
      const { elector } = await election.leader("a");
      const before = (spec["leaseTransitions"] as number | undefined) ?? 0;
      expect(election.lease).toMatchObject({ holderIdentity: "a", leaseTransitions: before + 1 });
      await elector.stop(true);
    }
  });

  test("of somebody else is taken only once it was not seen to change for as long as it says", async () => {
    const election = new Election();
    // Its own time is of no account: the holder's clock may be a day behind.
    election.put({ ...foreign("b"), renewTime: "2025-12-31T00:00:00.000000Z" });
    const { elector } = election.candidate("a");
    const acquired = elector.acquire(election.stop.signal);
    await election.pass(30_000);
    election.put({ ...foreign("b"), renewTime: "2025-12-31T00:00:30.000000Z" });
    await election.pass(35_000);
    expect(elector.isLeader).toBe(false);
    await election.pass(25_000);
    await acquired;
    expect(election.lease).toMatchObject({ holderIdentity: "a", leaseTransitions: 4 });
    await elector.stop(true);
  });

  test("is one holder's at a time, and the next one's within a retry after it is given up", async () => {
    const election = new Election();
    const first = await election.leader("a");
    const second = election.candidate("b");
    const acquired = second.elector.acquire(election.stop.signal);
    await election.pass(120_000);
    expect([first.elector.isLeader, second.elector.isLeader]).toEqual([true, false]);
    await election.through(first.elector.stop(true), 0);
    await election.pass(11_000);
    await acquired;
    expect(election.changes).toEqual(["a leads", "a ceases", "b leads"]);
    await second.elector.stop(true);
  });

  test("is renewed every five seconds, keeping when it was acquired", async () => {
    const election = new Election();
    const { elector } = await election.leader("a");
    await election.pass(15_000);
    expect(election.lease).toMatchObject({ acquireTime: at(0), renewTime: at(15), leaseTransitions: 0 });
    expect(election.server.requests.map(({ method }) => method)).toEqual([
      "GET",
      "POST",
      "PUT",
      "PUT",
      "PUT",
    ]);
    expect(election.slow).toEqual([]);
    await elector.stop(true);
  });

  test("that changed behind the holder's back is read anew and renewed", async () => {
    const election = new Election();
    const { elector } = await election.leader("a");
    election.server.put(LEASES, {
      metadata: { namespace: "default", name: "weir", labels: { team: "x" } },
      spec: election.lease ?? {},
    });
    await election.pass(5_000);
    expect(election.slow).toEqual(["a"]);
    expect(election.lease).toMatchObject({ holderIdentity: "a", renewTime: at(5) });
    expect(election.server.get(LEASES, "default", "weir")?.metadata.labels).toEqual({ team: "x" });
    await elector.stop(true);
  });

  test("that somebody deletes is made again by its holder", async () => {
    const election = new Election();
    const { elector } = await election.leader("a");
    election.server.take(LEASES, "default", "weir");
    await election.pass(5_000);
    expect([elector.isLeader, election.lease?.["holderIdentity"]]).toEqual([true, "a"]);
    await elector.stop(true);
  });

  test("that somebody else holds suddenly is lost at once", async () => {
    const election = new Election();
    const { elector } = await election.leader("a");
    election.put(foreign("b"));
    await election.pass(5_000);
    expect(elector.lost.reason).toMatchObject({ name: "LeaseLostError", lease: "default/weir" });
    expect(election.lease).toMatchObject({ holderIdentity: "b" });
    await elector.stop(true);
    expect(election.lease).toMatchObject({ holderIdentity: "b" });
  });

  test("carries the labels that were asked for", async () => {
    const election = new Election();
    const client = createClient({ transport: election.server.transport, clock: election.fake });
    const elector = new LeaderElector({
      client,
      clock: election.fake,
      random: seededRandom(1),
      logger: silentLogger,
      settings: electionSettings({ name: "weir", namespace: "default", labels: { app: "weir" } }),
    });
    await elector.acquire(election.stop.signal);
    expect(election.server.get(LEASES, "default", "weir")?.metadata.labels).toEqual({ app: "weir" });
    await elector.stop(true);
  });
});

describe("the leader", () => {
  test.each([
    {
      name: "answers with conflicts",
      answer: () => failure(409, "Conflict", "the object has been modified", "weir"),
    },
    { name: "answers with errors", answer: () => failure(500, "InternalError", "etcd is away") },
    { name: "does not answer", answer: () => new Promise<Response>(() => {}) },
  ])("is lost at its deadline, before others may begin, when the API server $name", async ({ answer }) => {
    const election = new Election();
    const { elector } = await election.leader("a");
    await election.pass(5_000);
    using _fault = election.server.fault((request) => (isWrite(request) ? answer() : undefined));
    await election.pass(29_999);
    expect(elector.isLeader).toBe(true);
    await election.pass(2);
    expect([elector.isLeader, elector.lost.aborted]).toEqual([false, true]);
    await election.through(elector.stop(true));
  });

  test("stays it when the trouble ends in time", async () => {
    const election = new Election();
    const { elector } = await election.leader("a");
    const fault = election.server.fault(() => failure(500, "InternalError", "etcd is away"));
    await election.pass(24_000);
    fault[Symbol.dispose]();
    await election.pass(60_000);
    expect([elector.isLeader, election.changes]).toEqual([true, ["a leads"]]);
    await elector.stop(true);
  });

  test.each([3_600_000, -3_600_000])("stays it when the wall clock is set by %i ms", async (ms) => {
    const election = new Election();
    const { elector, clock } = await election.leader("a");
    clock.setAhead(ms);
    await election.pass(60_000);
    expect([elector.isLeader, elector.lost.aborted]).toEqual([true, false]);
    await elector.stop(true);
  });

  test("is lost after its event loop was blocked beyond the deadline, without another try", async () => {
    const election = new Election();
    const { elector, clock } = await election.leader("a");
    clock.stall(31_000);
    const before = election.server.requests.length;
    expect(elector.isLeader).toBe(false);
    await election.pass(5_000);
    expect([elector.lost.aborted, election.server.requests.length - before]).toEqual([true, 0]);
    await elector.stop(true);
  });

  test("goes on after its event loop was blocked for a while", async () => {
    const election = new Election();
    const { elector, clock } = await election.leader("a");
    clock.stall(20_000);
    await election.pass(60_000);
    expect(elector.isLeader).toBe(true);
    await elector.stop(true);
  });

  test("is unhealthy only while it leads and its lease is long over", async () => {
    const election = new Election();
    const { elector, clock } = await election.leader("a");
    const waiting = election.candidate("b");
    expect([elector.isHealthy, waiting.elector.isHealthy]).toEqual([true, true]);
    clock.stall(56_000);
    expect([elector.isHealthy, waiting.elector.isHealthy]).toEqual([false, true]);
    await elector.stop(true);
  });
});

describe("a release", () => {
  test("of a lease that was never held does nothing", async () => {
    const election = new Election();
    const { elector } = election.candidate("a");
    await elector.stop(true);
    expect(election.server.requests).toEqual([]);
  });

  test("empties the holder and ends the lease, from what is there now", async () => {
    const election = new Election();
    const { elector } = await election.leader("a");
    await election.pass(3_000);
    election.server.put(LEASES, {
      metadata: { namespace: "default", name: "weir", labels: { team: "x" } },
      spec: election.lease ?? {},
    });
    await election.through(elector.stop(true), 0);
    expect(election.lease).toEqual({
      holderIdentity: "",
      leaseDurationSeconds: 1,
      acquireTime: at(3),
      renewTime: at(3),
      leaseTransitions: 0,
    });
    expect(election.fake.pendingTimers).toBe(0);
  });

  test("is tried again after a conflict, as a renewal may have been under way", async () => {
    const election = new Election();
    const { elector } = await election.leader("a");
    election.server.failNext(isWrite, () => failure(409, "Conflict", "the object has been modified", "weir"));
    await election.through(elector.stop(true), 200);
    expect(election.lease).toMatchObject({ holderIdentity: "", leaseDurationSeconds: 1 });
  });

  test.each([
    { name: "update", matches: isWrite },
    { name: "get", matches: ({ method }: SeenRequest) => method === "GET" },
  ])("happens although a renewal was cut off in its $name", async ({ matches }) => {
    const election = new Election();
    const { elector } = await election.leader("a");
    election.server.failNext(isWrite, () => failure(409, "Conflict", "the object has been modified", "weir"));
    let isHung = false;
    const fault = election.server.fault((request) => {
      if (isHung || !matches(request)) return undefined;
      isHung = true;
      return new Promise<Response>(() => {});
    });
    await election.pass(5_000);
    expect(isHung).toBe(true);
    fault[Symbol.dispose]();
    await election.through(elector.stop(true), 0);
    expect(election.lease).toMatchObject({ holderIdentity: "" });
  });

  test("is not made while work goes on, nor where it was not asked for", async () => {
    const election = new Election();
    const busy = await election.leader("a");
    await busy.elector.stop(false);
    expect(election.lease).toMatchObject({ holderIdentity: "a" });
    const kept = new Election();
    const { elector } = await kept.leader("a", { releaseOnStop: false });
    await elector.stop(true);
    expect(kept.lease).toMatchObject({ holderIdentity: "a" });
  });

  test("of a lease that somebody else took leaves it alone", async () => {
    const election = new Election();
    const { elector } = await election.leader("a");
    election.put(foreign("b"));
    await election.through(elector.stop(true), 0);
    expect(election.lease).toMatchObject({ holderIdentity: "b" });
  });
});

describe("a guarded write", () => {
  const write = (client: Parameters<typeof guardedClient>[0], elector: LeaderElector) => {
    const guarded = guardedClient(client, () => elector.assertLeading());
    const patch = { type: "merge", patch: { spec: { size: 2 } } } as const;
    return guarded.patch(Thing, { namespace: "default", name: "x" }, patch).then(
      () => "written",
      (error: Error) => error.name,
    );
  };

  test("is sent while the lease is held, and refused before it is and after it is lost", async () => {
    const election = new Election();
    const { elector, client } = election.candidate("a");
    expect(await write(client, elector)).toBe("NotLeaderError");
    await elector.acquire(election.stop.signal);
    expect(await write(client, elector)).toBe("KubeApiError");
    election.put(foreign("b"));
    await election.pass(5_000);
    expect(await write(client, elector)).toBe("NotLeaderError");
    await elector.stop(true);
  });

  test("is refused as soon as the deadline has passed, before any timer has fired", async () => {
    const election = new Election();
    const { elector, client, clock } = await election.leader("a");
    clock.stall(30_001);
    const before = election.server.requests.length;
    expect(await write(client, elector)).toBe("NotLeaderError");
    expect([elector.lost.aborted, election.server.requests.length - before]).toEqual([true, 0]);
    await elector.stop(true);
  });

  test("waits, after the machine may have slept, until a renewal has shown that nobody else led", async () => {
    const election = new Election();
    const { elector, client, clock } = await election.leader("a");
    clock.setAhead(3_600_000);
    const before = election.server.requests.length;
    expect(await write(client, elector)).toBe("KubeApiError");
    expect(
      election.server.requests.slice(before).map(({ method, path }) => [method, path.includes("lease")]),
    ).toEqual([
      ["PUT", true],
      ["PATCH", false],
    ]);
    await elector.stop(true);
  });

  test("is refused after a sleep in which somebody else took the lease", async () => {
    const election = new Election();
    const { elector, client, clock } = await election.leader("a");
    clock.setAhead(60_000);
    election.put(foreign("b"));
    expect(await write(client, elector)).toBe("NotLeaderError");
    expect(elector.lost.aborted).toBe(true);
    await elector.stop(true);
  });

  test("is refused after a sleep while the API server cannot tell who leads, and the lease not yet lost", async () => {
    const election = new Election();
    const { elector, client, clock } = await election.leader("a");
    clock.setAhead(60_000);
    using fault = election.server.fault(() => failure(500, "InternalError", "etcd is away"));
    expect(await write(client, elector)).toBe("NotLeaderError");
    expect(elector.lost.aborted).toBe(false);
    fault[Symbol.dispose]();
    expect(await write(client, elector)).toBe("KubeApiError");
    await elector.stop(true);
  });

  test("passes freely where it is a dry run, and reads always do", async () => {
    const election = new Election();
    election.server.put("/apis/example.com/v1/things", {
      metadata: { namespace: "default", name: "x" },
      spec: {},
    });
    const { elector, client } = election.candidate("a");
    const guarded = guardedClient(client, () => elector.assertLeading());
    const key = { namespace: "default", name: "x" };
    expect((await guarded.get(Thing, key))?.metadata.name).toBe("x");
    await guarded.dryRun().delete(Thing, key);
    await expect(guarded.impersonate({ name: "jane" }).delete(Thing, key)).rejects.toThrow("may not write");
    await expect(guarded.raw("/apis", { method: "POST" })).rejects.toThrow("may not write");
    expect((await guarded.raw("/apis/example.com/v1/things")).status).toBe(200);
  });
});
