import { randomBytes } from "node:crypto";
import { createClient, type Kind, type KubeClient, type Transport } from "@weir/client";
import type { KubeObject, ObjectMeta } from "@weir/objects";
import { createController, createManager, type LeaderElectionOptions, type Manager } from "@weir/sdk";
import { describe, expect, test } from "vitest";
import { eventually } from "../../src/index.ts";
import { clusterCases, useCluster } from "./clusters.ts";

interface ConfigMap {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: ObjectMeta;
  readonly data?: Readonly<Record<string, string>>;
}

const CONFIG_MAP: Kind<ConfigMap> = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  scope: "Namespaced",
};
const LEASE: Kind<KubeObject & { readonly spec?: Readonly<Record<string, unknown>> }> = {
  group: "coordination.k8s.io",
  version: "v1",
  kind: "Lease",
  plural: "leases",
  scope: "Namespaced",
};

/** Long enough that nobody takes over while a test runs, but for a lease that was given up. */
const PATIENT = { leaseDuration: "10m", renewDeadline: "5m", retryPeriod: "100ms" } as const;
const QUICK = { leaseDuration: "4s", renewDeadline: "2s", retryPeriod: "100ms" } as const;
const WITHIN = { withinMs: 40_000 } as const;

/** A manager that stamps ConfigMaps with its name, and what befell it. */
interface Candidate {
  readonly manager: Manager;
  readonly running: Promise<unknown>;
  /** Nothing that it sends arrives any more, and nothing reaches it. */
  readonly cut: () => void;
  readonly stop: () => Promise<unknown>;
}

describe.each(clusterCases())("leader election on $name", (clusterCase) => {
  const cluster = useCluster(clusterCase);

  function candidate(name: string, namespace: string, times: Partial<LeaderElectionOptions>): Candidate {
    const { connection } = cluster();
    const life = new AbortController();
    const transport: Transport = async (request) => {
      life.signal.throwIfAborted();
      const response = await connection.transport({ ...request, signal: life.signal });
      life.signal.throwIfAborted();
      return response;
    };
    const controller = createController("stamps", { status: "none" })
      .for(CONFIG_MAP)
      .reconcile(async ({ metadata }, ctx) => {
        const stamp = { metadata: { namespace, name: metadata.name ?? "" }, data: { [name]: "was here" } };
        await ctx.apply(CONFIG_MAP, stamp);
      });
    const manager = createManager({
      client: createClient({ ...connection, transport }),
      controllers: [controller],
      leaderElection: { name: "stamps", namespace, identity: name, ...times },
      namespaces: [namespace],
      shard: "stamp=yes",
      gracefulStopMs: 5_000,
    });
    const ending = new AbortController();
    const running = manager.run({ signal: ending.signal }).then(
      () => "stopped",
      (error: unknown) => error,
    );
    return {
      manager,
      running,
      cut: () => life.abort(new Error("the connection is cut")),
      stop: () => {
        ending.abort();
        return running;
      },
    };
  }

  async function create(client: KubeClient, namespace: string): Promise<string> {
    const name = `m-${randomBytes(3).toString("hex")}`;
    await client.create(CONFIG_MAP, { metadata: { namespace, name, labels: { stamp: "yes" } } });
    return name;
  }

  const stampsOf = (namespace: string, name: string) =>
    eventually(async () => {
      const stamps = Object.keys((await cluster().client.get(CONFIG_MAP, { namespace, name }))?.data ?? {});
      expect(stamps).not.toEqual([]);
      return stamps;
    }, WITHIN);

  const leaseOf = async (namespace: string): Promise<Readonly<Record<string, unknown>>> =>
    (await cluster().client.get(LEASE, { namespace, name: "stamps" }))?.spec ?? {};

  test("hands over at once when the leader stops, and never lets both work", async () => {
    const namespace = await cluster().namespace();
    const first = candidate("first", namespace, PATIENT);
    await first.manager.elected();
    const second = candidate("second", namespace, PATIENT);
    await eventually(() => expect(second.manager.isReady).toBe(true), WITHIN);
    const early = await create(cluster().client, namespace);
    expect([await stampsOf(namespace, early), second.manager.isLeader]).toEqual([["first"], false]);
    expect(await first.stop()).toBe("stopped");
    await second.manager.elected();
    const late = await create(cluster().client, namespace);
    expect(await stampsOf(namespace, late)).toEqual(["second"]);
    expect(await leaseOf(namespace)).toMatchObject({ holderIdentity: "second" });
    expect(await second.stop()).toBe("stopped");
    expect(await leaseOf(namespace)).toMatchObject({ holderIdentity: "" });
  });

  test("takes over from a leader that was cut off, after that one has ceased", async () => {
    const namespace = await cluster().namespace();
    const first = candidate("first", namespace, QUICK);
    await first.manager.elected();
    const second = candidate("second", namespace, PATIENT);
    await eventually(() => expect(second.manager.isReady).toBe(true), WITHIN);
    const order: string[] = [];
    const ceased = first.running.then(() => void order.push("first ceases"));
    const elected = second.manager.elected().then(() => void order.push("second leads"));
    first.cut();
    await Promise.all([ceased, elected]);
    expect(order).toEqual(["first ceases", "second leads"]);
    expect(await first.running).toMatchObject({ name: "LeaseLostError" });
    expect(await stampsOf(namespace, await create(cluster().client, namespace))).toEqual(["second"]);
    expect(await leaseOf(namespace)).toMatchObject({ holderIdentity: "second", leaseTransitions: 1 });
    await second.stop();
  });

  test("ends a leader whose lease somebody else has taken", async () => {
    const namespace = await cluster().namespace();
    const first = candidate("first", namespace, PATIENT);
    await first.manager.elected();
    const patch = { spec: { holderIdentity: "somebody" } };
    await cluster().client.patch(LEASE, { namespace, name: "stamps" }, { type: "merge", patch });
    expect(await first.running).toMatchObject({ name: "LeaseLostError" });
    expect(await leaseOf(namespace)).toMatchObject({ holderIdentity: "somebody" });
  });
});
