import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { fluxResources, GitRepository, Kustomization } from "@weir/api";
import type { Kind } from "@weir/client";
import { type Cluster, startCluster } from "@weir/cluster";
import { createWorkerPool, systemClock } from "@weir/core";
import type { Condition, KubeObject } from "@weir/objects";
import { createManager, kind } from "@weir/sdk";
import { pack } from "tar-stream";
import { expect, vi } from "vitest";
import { kustomizationController, type KustomizationControllerOptions } from "../src/index.ts";

export const NAMESPACE = "apps";
export const ConfigMap = kind("v1", "ConfigMap", { plural: "configmaps", scope: "Namespaced" });
export const Event = kind("v1", "Event", { plural: "events", scope: "Namespaced" });

const CustomResourceDefinition: Kind = {
  group: "apiextensions.k8s.io",
  version: "v1",
  kind: "CustomResourceDefinition",
};

/** Files of an artifact, by path. */
export type Files = Readonly<Record<string, string>>;

/** A cluster with the controller, and sources whose artifacts a test publishes by itself. */
export interface Toolkit extends AsyncDisposable {
  readonly cluster: Cluster;
  /** Requests made by the controller, `METHOD path`. */
  readonly requests: string[];
  /** Gives the GitRepository `app` an artifact of these files. */
  publish(revision: string, files: Files): Promise<void>;
  createKustomization(name: string, spec?: Record<string, unknown>): Promise<void>;
  get(name: string): Promise<Kustomization>;
  /** Waits until Ready has this status (and reason), and gives its condition. */
  ready(name: string, status: Condition["status"], reason?: string): Promise<Condition>;
  events(): Promise<readonly string[]>;
  data(name: string): Promise<Readonly<Record<string, string>> | undefined>;
}

/** Starts everything; the loops of the cluster are those of the recordings. */
export async function startToolkit(options: KustomizationControllerOptions = {}): Promise<Toolkit> {
  const stack = new AsyncDisposableStack();
  const cluster = stack.use(
    await startCluster({
      loops: { garbage: false, accounts: false, rootCertificate: false, workloads: "status-only" },
      statusAnnotation: "test.local/status",
    }),
  );
  const { client } = cluster;
  for (const resource of fluxResources) {
    await client.create(CustomResourceDefinition, resource.crd() as unknown as KubeObject);
  }
  await client.create(kind("v1", "Namespace"), {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: NAMESPACE },
  });
  const workers = stack.use(createWorkerPool({ size: 1 }));
  const archives = new Map<string, Uint8Array>();
  const requests: string[] = [];
  const controller = kustomizationController({
    workers,
    clock: systemClock,
    fetch: (url) => Promise.resolve(answer(archives.get(url))),
    options: { requeueDependencyMs: 5_000, ...options },
  });
  const manager = stack.use(createManager({ client, controllers: [controller], gracefulStopMs: 500 }));
  await manager.start();
  return {
    ...actions(cluster, archives),
    cluster,
    requests,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

function actions(
  cluster: Cluster,
  archives: Map<string, Uint8Array>,
): Omit<Toolkit, "cluster" | "requests" | typeof Symbol.asyncDispose> {
  const { client } = cluster;
  const get = async (name: string): Promise<Kustomization> => {
    const found = await client.get(Kustomization, { namespace: NAMESPACE, name });
    if (found === undefined) expect.fail(`there is no Kustomization ${name}`);
    return found;
  };
  return {
    get,
    publish: async (revision, files) => {
      const bytes = await archiveOf(files);
      const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
      const url = `http://artifacts/${digest}`;
      archives.set(url, bytes);
      const artifact = { url, digest, revision, path: digest, lastUpdateTime: "2024-01-01T00:00:00Z" };
      const key = { namespace: NAMESPACE, name: "app" };
      if ((await client.get(GitRepository, key)) === undefined) {
        await client.create(GitRepository, {
          metadata: key,
          spec: { url: "http://git/app.git", interval: "10m" },
        });
      }
      const patch = { status: { artifact } };
      await client.patch(GitRepository, key, { type: "merge", patch }, { subresource: "status" });
    },
    createKustomization: async (name, spec = {}) => {
      await client.create(Kustomization, {
        metadata: { namespace: NAMESPACE, name },
        spec: {
          interval: "10m",
          retryInterval: "1h",
          prune: true,
          path: "./",
          targetNamespace: NAMESPACE,
          sourceRef: { kind: "GitRepository", name: "app" },
          ...spec,
        },
      });
    },
    ready: (name, status, reason) =>
      vi.waitFor(
        async () => {
          const { status: found } = await get(name);
          const ready = found?.conditions?.find(({ type }) => type === "Ready");
          expect(ready, JSON.stringify(found)).toMatchObject({
            status,
            ...(reason === undefined ? {} : { reason }),
          });
          return ready as Condition;
        },
        { timeout: 5_000, interval: 20 },
      ),
    events: async () => {
      const { items } = await client.list(Event, { namespace: NAMESPACE });
      return items.map((event) => {
        const { type, reason, message } = event as unknown as Record<string, string>;
        return `${type} ${reason} ${message}`;
      });
    },
    data: async (name) => {
      const found = await client.get(ConfigMap, { namespace: NAMESPACE, name });
      return found?.["data"] as Readonly<Record<string, string>> | undefined;
    },
  };
}

function answer(bytes: Uint8Array | undefined): Response {
  return bytes === undefined ? new Response("", { status: 404 }) : new Response(Buffer.from(bytes));
}

async function archiveOf(files: Files): Promise<Uint8Array> {
  const tar = pack();
  for (const [name, content] of Object.entries(files)) tar.entry({ name }, content);
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer);
  return gzipSync(Buffer.concat(chunks));
}

/** A ConfigMap as a manifest. */
export function configMap(name: string, data: Readonly<Record<string, string>> = { key: "value" }): string {
  const lines = Object.entries(data).map(([key, value]) => `  ${key}: ${JSON.stringify(value)}\n`);
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n${lines.join("")}`;
}

/** A kustomization of these files. */
export function kustomizationOf(...resources: readonly string[]): string {
  return `resources:\n${resources.map((name) => `- ${name}\n`).join("")}`;
}
