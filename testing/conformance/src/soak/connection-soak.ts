import { openClient, type KubeClient } from "@weir/client";
import { type Random, seededRandom, systemClock } from "@weir/core";
import { createManager, type Manager } from "@weir/sdk";
import { DroppingProxy } from "./dropping-proxy.ts";
import { findProblems } from "./find-problems.ts";
import { type ResourcesInUse, resourcesInUse } from "./resources-in-use.ts";
import { Dial, RunGuard, soakControllers } from "./soaked-resource.ts";
import { startApi } from "./start-api.ts";

/** How long and how hard. */
export interface ConnectionSoakOptions {
  readonly seed: number;
  readonly seconds: number;
  readonly objects: number;
  /** Mean time between two dropped connections; 200 ms by default. */
  readonly dropEveryMs?: number;
}

/** What came of it. */
export interface ConnectionSoakResult {
  readonly runs: number;
  readonly changes: number;
  readonly drops: number;
  /** At rest, after the first part of the time and at its end. */
  readonly first: ResourcesInUse;
  readonly last: ResourcesInUse;
  /** What is not as it should be; empty when all is well. */
  readonly problems: readonly string[];
}

const NAMESPACE = "soak";
/** Somebody changes something this often. */
const STEP_MS = 10;
const REST_STEP_MS = 250;
/** The longest that everything may take to come to rest: the back-off of watches and queues is the most of it. */
const REST_MS = 120_000;
/** Idle connections are kept by pools for a while; so many more or fewer are no leak. */
const POOLED = 64;
/** Of all of which there is one for each key: the heap of a process that lives is never quite the same. */
const HEAP_SLACK_MB = 10;

/**
 * Controllers over real sockets whose connections drop at random, while somebody else changes their objects; says at the
 * end what is not as it should be: objects, the cache, and what the process holds.
 */
export async function runConnectionSoak(options: ConnectionSoakOptions): Promise<ConnectionSoakResult> {
  const { seed, seconds, objects, dropEveryMs = 200 } = options;
  const before = await resourcesInUse();
  const guard = new RunGuard();
  const soaked = await soak();
  const after = await resourcesInUse();
  const problems = [
    ...soaked.problems,
    ...guard.overlaps.map((key) => `${key} was reconciled twice at once`),
    ...moreHandles(before, after, 0).map((what) => `left behind at the end: ${what}`),
  ];
  return { ...soaked, runs: guard.runs, problems };

  async function soak(): Promise<Omit<ConnectionSoakResult, "runs">> {
    await using api = await startApi();
    const random = seededRandom(seed);
    await using proxy = new DroppingProxy({
      target: api.port,
      clock: systemClock,
      random,
      everyMs: dropEveryMs,
    });
    await using direct = openClient(api.configAt(api.port));
    await using dropped = openClient(api.configAt(await proxy.listen()));
    await prepare(direct.client);
    await using manager = createManager({ client: dropped.client, controllers: soakControllers(guard) });
    await manager.start();
    const stranger = new Stranger(direct.client, seededRandom(seed + 1), objects);
    const round = async (roundSeconds: number): Promise<readonly string[]> => {
      proxy.setDropping(true);
      await stranger.work(roundSeconds * 1_000);
      proxy.setDropping(false);
      return problemsAtRest(direct.client, manager, stranger.values);
    };
    const early = await round(seconds / 3);
    const first = await resourcesInUse();
    const late = await round((2 * seconds) / 3);
    const last = await resourcesInUse();
    const { drops } = proxy;
    const growth = [...moreHandles(first, last, POOLED), ...moreHeap(first, last)];
    return { changes: stranger.changes, drops, first, last, problems: [...early, ...late, ...growth] };
  }
}

async function prepare(client: KubeClient): Promise<void> {
  const crd = {
    group: "apiextensions.k8s.io",
    version: "v1",
    kind: "CustomResourceDefinition",
    plural: "customresourcedefinitions",
    scope: "Cluster",
  } as const;
  const namespaces = {
    group: "",
    version: "v1",
    kind: "Namespace",
    plural: "namespaces",
    scope: "Cluster",
  } as const;
  await client.create(crd, Dial.crd());
  await client.create(namespaces, { metadata: { name: NAMESPACE } });
  const isServed = async (): Promise<boolean> => {
    const kinds = await client.discover({ refresh: true });
    return kinds.some(({ kind }) => kind === Dial.kind);
  };
  while (!(await isServed())) await systemClock.sleep(50);
}

/** Who uses the cluster besides the controllers, over connections that hold: knows what every dial was last turned to. */
class Stranger {
  readonly values = new Map<string, number>();
  changes = 0;
  readonly #client: KubeClient;
  readonly #random: Random;
  readonly #names: readonly string[];

  constructor(client: KubeClient, random: Random, objects: number) {
    this.#client = client;
    this.#random = random;
    this.#names = Array.from({ length: objects }, (_, index) => `dial-${index}`);
  }

  /** Turns, creates and deletes dials for a while. */
  async work(forMs: number): Promise<void> {
    const end = systemClock.monotonic() + forMs;
    while (systemClock.monotonic() < end) {
      await this.#step();
      this.changes += 1;
      await systemClock.sleep(STEP_MS);
    }
  }

  async #step(): Promise<void> {
    const name = this.#names[Math.floor(this.#random.next() * this.#names.length)] ?? "";
    const key = { namespace: NAMESPACE, name };
    const value = this.values.get(name);
    if (value === undefined) return this.#create(key);
    if (this.#random.next() < 0.05) {
      await this.#client.delete(Dial, key);
      this.values.delete(name);
      return;
    }
    await this.#client.patch(Dial, key, { type: "merge", patch: { spec: { value: value + 1 } } });
    this.values.set(name, value + 1);
  }

  async #create(key: { readonly namespace: string; readonly name: string }): Promise<void> {
    // One that is being deleted has to go first.
    if ((await this.#client.get(Dial, key)) !== undefined) return;
    await this.#client.create(Dial, { metadata: key, spec: { value: 0 } });
    this.values.set(key.name, 0);
  }
}

/** Waits until nothing is wrong any more, and gives what still is when that takes too long. */
async function problemsAtRest(
  client: KubeClient,
  manager: Manager,
  values: ReadonlyMap<string, number>,
): Promise<readonly string[]> {
  const end = systemClock.monotonic() + REST_MS;
  for (;;) {
    await systemClock.sleep(REST_STEP_MS);
    const problems = await findProblems({ client, manager, namespace: NAMESPACE }, values);
    if (problems.length === 0 || systemClock.monotonic() >= end) return problems;
  }
}

function moreHandles(before: ResourcesInUse, after: ResourcesInUse, slack: number): readonly string[] {
  return Object.entries(after.handles)
    .filter(([kind, count]) => isLasting(kind) && count > (before.handles[kind] ?? 0) + slack)
    .map(([kind, count]) => `${count} ${kind}, ${before.handles[kind] ?? 0} before`);
}

/** Timers and immediates come and go with each turn. */
function isLasting(kind: string): boolean {
  return kind !== "Immediate" && kind !== "Timeout";
}

function moreHeap({ heapMb: before }: ResourcesInUse, { heapMb: after }: ResourcesInUse): readonly string[] {
  if (after <= before * 1.2 + HEAP_SLACK_MB) return [];
  return [`the heap grew from ${before.toFixed(1)} to ${after.toFixed(1)} MB`];
}
