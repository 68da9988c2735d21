import { createApiServer, createMemoryStorage } from "@weir/apiserver";
import { createClient, fetchTransport } from "@weir/client";
import { FakeClock } from "@weir/core";
import { createController, createManager, kind, type Manager } from "@weir/sdk";
import { expect, test } from "vitest";

const ConfigMap = kind("v1", "ConfigMap", { plural: "configmaps", scope: "Namespaced" });
const Lease = kind("coordination.k8s.io/v1", "Lease", { plural: "leases", scope: "Namespaced" });
const key = { namespace: "default", name: "weir" };

/** The server works in real time: it gets some before the clock moves on. */
async function passing(clock: FakeClock, ms: number): Promise<void> {
  await clock.advance(ms);
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

test("managers on the embedded API hand the lease on, and one works at a time", async () => {
  await using storage = createMemoryStorage({});
  await using server = await createApiServer({ storage });
  const clock = new FakeClock();
  const runs: string[] = [];
  const client = createClient({ transport: fetchTransport((request) => server.fetch(request)) });
  const managerOf = (identity: string): Manager =>
    createManager({
      client: createClient({ transport: fetchTransport((request) => server.fetch(request)), clock }),
      controllers: [
        createController("maps", { status: "none" })
          .for(ConfigMap)
          .reconcile(async ({ metadata }, ctx) => {
            if (metadata.name !== "work" || metadata.labels?.["by"] === identity) return;
            runs.push(identity);
            const at = { namespace: "default", name: "work" };
            await ctx.patch(ConfigMap, at, {
              type: "merge",
              patch: { metadata: { labels: { by: identity } } },
            });
          }),
      ],
      leaderElection: { ...key, identity },
      clock,
    });
  const until = async (isTrue: () => boolean, stepMs: number): Promise<void> => {
    for (let step = 0; !isTrue() && step < 500; step++) await passing(clock, stepMs);
    expect(isTrue()).toBe(true);
  };
  const holder = async (): Promise<unknown> => (await client.get(Lease, key))?.["spec"];

  await client.create(ConfigMap, { apiVersion: "v1", kind: "ConfigMap", metadata: { ...key, name: "work" } });
  const first = managerOf("first");
  const second = managerOf("second");
  await first.start();
  await until(() => first.isLeader && runs.length === 1, 1);
  await second.start();
  await until(() => second.isReady, 1);
  for (let step = 0; step < 60; step++) await passing(clock, 1_000);
  expect([first.isLeader, second.isLeader, runs]).toEqual([true, false, ["first"]]);
  expect(await holder()).toMatchObject({
    holderIdentity: "first",
    leaseDurationSeconds: 35,
    renewTime: expect.stringMatching(/\.\d{6}Z$/) as string,
    leaseTransitions: 0,
  });

  let isStopped = false;
  const stopped = first.stop().then(() => {
    isStopped = true;
  });
  await until(() => isStopped, 10);
  await stopped;
  expect(await holder()).toMatchObject({ leaseDurationSeconds: 1 });
  await until(() => second.isLeader && runs.length === 2, 1_000);
  expect(runs).toEqual(["first", "second"]);
  expect(await holder()).toMatchObject({ holderIdentity: "second", leaseTransitions: 1 });
  const ended = second.stop();
  for (let step = 0; step < 50; step++) await passing(clock, 10);
  await ended;
});
