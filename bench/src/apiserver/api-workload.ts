import { setTimeout as sleep } from "node:timers/promises";
import type { Kind, KubeClient } from "@weir/client";
import type { KubeObject } from "@weir/objects";
import { percentile } from "../statistics.ts";

/** What is written and read: about 1 KB and about 2 KB. */
const CONFIG_MAP: Kind = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  scope: "Namespaced",
};
const DEPLOYMENT: Kind = {
  group: "apps",
  version: "v1",
  kind: "Deployment",
  plural: "deployments",
  scope: "Namespaced",
};
const NAMESPACE: Kind = {
  group: "",
  version: "v1",
  kind: "Namespace",
  plural: "namespaces",
  scope: "Cluster",
};

/** How long each kind of operation is repeated; a part of it is not counted, because it warms both sides up. */
const WARM_UP_MS = 300;
const MEASURED_MS = 1_200;
/** Objects that are read, listed and applied to in turn. */
const POOL = 50;
const WATCHERS = 100;
const FAN_OUT_WRITES = 60;
const FAN_OUT_PAUSE_MS = 20;
const MANY = 10_000;
const CREATORS = 16;

/** Operations per second by what they are. */
export type Rates = ReadonlyMap<string, number>;

/** Creates, gets, lists and applies as fast as some clients can, each of which waits for its answers. */
export async function measureRates(client: KubeClient, clients: readonly number[]): Promise<Rates> {
  const rates = new Map<string, number>();
  for (const kind of [CONFIG_MAP, DEPLOYMENT]) {
    for (const count of clients) {
      const namespace = `rates-${kind.plural}-${count}`;
      await client.create(NAMESPACE, named(namespace));
      for (const [verb, operation] of operationsOn(client, kind, namespace)) {
        rates.set(
          `${verb} ${kind.kind}, ${count} client${count === 1 ? "" : "s"}`,
          await rateOf(operation, count),
        );
      }
    }
  }
  return rates;
}

type Operation = (index: number) => Promise<unknown>;

function operationsOn(
  client: KubeClient,
  kind: Kind,
  namespace: string,
): readonly (readonly [verb: string, Operation])[] {
  const pooled = (index: number): string => `object-${index % POOL}`;
  return [
    ["create", (index) => client.create(kind, objectOf(kind, namespace, `object-${index}`))],
    ["get", (index) => client.get(kind, { namespace, name: pooled(index) })],
    ["list 50", () => client.list(kind, { namespace, limit: POOL })],
    [
      "apply",
      (index) => {
        const object = objectOf(kind, namespace, pooled(index), String(index));
        return client.apply(kind, object, { fieldManager: "bench", force: true });
      },
    ],
  ];
}

async function rateOf(operation: Operation, clients: number): Promise<number> {
  let index = 0;
  let counted = 0;
  const start = performance.now();
  const countFrom = start + WARM_UP_MS;
  const end = countFrom + MEASURED_MS;
  const work = async (): Promise<void> => {
    while (performance.now() < end) {
      await operation(index++);
      if (performance.now() > countFrom) counted++;
    }
  };
  await Promise.all(Array.from({ length: clients }, work));
  return (counted * 1000) / (performance.now() - countFrom);
}

/** Milliseconds from the start of a write until each of a hundred watchers has seen it. */
export async function measureFanOut(
  client: KubeClient,
): Promise<{ readonly p50: number; readonly p99: number }> {
  const namespace = "fan-out";
  await client.create(NAMESPACE, named(namespace));
  const written = new Map<string, number>();
  const latencies: number[] = [];
  const ended = new AbortController();
  const { signal } = ended;
  const { promise: seen, resolve: allSeen } = Promise.withResolvers<void>();
  const follow = async (isReady: () => void): Promise<void> => {
    try {
      for await (const event of client.watch(CONFIG_MAP, { namespace, sendInitialEvents: true, signal })) {
        if (event.type === "BOOKMARK") isReady();
        if (event.type !== "ADDED") continue;
        latencies.push(performance.now() - (written.get(event.object.metadata.name ?? "") ?? Number.NaN));
        if (latencies.length === WATCHERS * FAN_OUT_WRITES) allSeen();
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  };
  const watches = Array.from({ length: WATCHERS }, () => {
    const { promise: ready, resolve: isReady } = Promise.withResolvers<void>();
    return { ready, done: follow(isReady) };
  });
  await Promise.all(watches.map(({ ready }) => ready));
  for (let index = 0; index < FAN_OUT_WRITES; index++) {
    const name = `object-${index}`;
    written.set(name, performance.now());
    await client.create(CONFIG_MAP, objectOf(CONFIG_MAP, namespace, name));
    await sleep(FAN_OUT_PAUSE_MS);
  }
  await seen;
  ended.abort();
  await Promise.all(watches.map(({ done }) => done));
  return { p50: percentile(latencies, 50), p99: percentile(latencies, 99) };
}

/** Fills a namespace with ten thousand objects. */
export async function createMany(client: KubeClient): Promise<void> {
  await client.create(NAMESPACE, named("many"));
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < MANY) {
      await client.create(CONFIG_MAP, objectOf(CONFIG_MAP, "many", `object-${next++}`));
    }
  };
  await Promise.all(Array.from({ length: CREATORS }, work));
}

/** Milliseconds of a list of all of them in one answer. */
export async function measureListOfMany(client: KubeClient): Promise<number> {
  const start = performance.now();
  const answer = await client.raw("/api/v1/namespaces/many/configmaps");
  let bytes = 0;
  for await (const piece of answer.body) bytes += piece.length;
  if (bytes < MANY * 1_000)
    throw new TypeError(`a list of ${MANY} answered ${answer.status} with ${bytes} bytes`);
  return performance.now() - start;
}

function named(name: string): KubeObject {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name } };
}

function objectOf({ kind }: Kind, namespace: string, name: string, mark = "0"): KubeObject {
  return kind === "ConfigMap" ? configMap(namespace, name, mark) : deployment(namespace, name, mark);
}

function configMap(namespace: string, name: string, mark: string): KubeObject {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { namespace, name, labels: { app: name } },
    data: { mark, text: "x".repeat(800) },
  };
}

function deployment(namespace: string, name: string, mark: string): KubeObject {
  const labels = { app: name, "app.kubernetes.io/name": name, "app.kubernetes.io/part-of": "bench" };
  const probe = { httpGet: { path: "/healthz", port: 8080 }, periodSeconds: 10 };
  const env = Array.from({ length: 12 }, (_, index) => ({
    name: `SETTING_${index}`,
    value: `value ${index}`,
  }));
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { namespace, name, labels, annotations: { mark } },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels },
        spec: {
          containers: [
            {
              name: "main",
              image: "registry.invalid/bench:1.0.0",
              ports: [{ name: "http", containerPort: 8080 }],
              env,
              livenessProbe: probe,
              readinessProbe: probe,
              resources: { requests: { cpu: "100m", memory: "64Mi" }, limits: { memory: "128Mi" } },
              volumeMounts: [{ name: "config", mountPath: "/etc/bench" }],
            },
          ],
          volumes: [{ name: "config", configMap: { name } }],
        },
      },
    },
  };
}
