import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Writable } from "node:stream";
import { type Artifact, fluxResources, GitRepository, Kustomization } from "@weir/api";
import { packDirectory } from "@weir/artifact";
import { createClient, type Kind, type Transport } from "@weir/client";
import { type Cluster, type ClusterOptions, startCluster } from "@weir/cluster";
import { createWorkerPool, type JsonObject, systemClock, type WorkerPool } from "@weir/core";
import type { Condition, KubeObject } from "@weir/objects";
import { createManager, kind } from "@weir/sdk";
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
  /** Requests made by the controller: `METHOD path`, with `dry` or `watch` before it. */
  readonly requests: string[];
  /** The paths that were really built, in order. */
  readonly builds: readonly string[];
  /** Gives the GitRepository `app` an artifact of these files. */
  publish(revision: string, files: Files, artifact?: Partial<Artifact>): Promise<void>;
  createKustomization(name: string, spec?: Partial<Kustomization["spec"]>): Promise<void>;
  /** Changes the Kustomization by a merge patch. */
  patch(name: string, patch: JsonObject): Promise<void>;
  remove(name: string): Promise<void>;
  get(name: string): Promise<Kustomization>;
  /** Waits until Ready has this status (and reason), and gives its condition. */
  ready(name: string, status: Condition["status"], reason?: string): Promise<Condition>;
  /** Waits until the revision is in effect. */
  applied(name: string, revision: string): Promise<void>;
  events(): Promise<readonly string[]>;
  data(name: string): Promise<Readonly<Record<string, string>> | undefined>;
}

/** Starts everything; the loops of the cluster are those of the recordings. */
export async function startToolkit(
  options: KustomizationControllerOptions = {},
  { authorization = "AlwaysAllow" }: Pick<ClusterOptions, "authorization"> = {},
): Promise<Toolkit> {
  const stack = new AsyncDisposableStack();
  const cluster = stack.use(
    await startCluster({
      loops: { garbage: false, accounts: false, rootCertificate: false, workloads: "status-only" },
      statusAnnotation: "test.local/status",
      authorization,
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
  const pool = stack.use(createWorkerPool({ size: 1 }));
  const builds: string[] = [];
  const workers = countingPool(pool, builds);
  const archives = new Map<string, Uint8Array>();
  const requests: string[] = [];
  const controller = kustomizationController({
    workers,
    clock: systemClock,
    fetch: (url) => Promise.resolve(answer(archives.get(url))),
    options: { requeueDependencyMs: 5_000, ...options },
  });
  const transport: Transport = (request) => {
    const { pathname, searchParams } = new URL(request.url);
    const how = searchParams.has("dryRun") ? "dry " : searchParams.has("watch") ? "watch " : "";
    requests.push(`${how}${request.method} ${pathname}`);
    return cluster.transport(request);
  };
  const own = createClient({ transport });
  const manager = stack.use(createManager({ client: own, controllers: [controller], gracefulStopMs: 500 }));
  await manager.start();
  return {
    ...actions(cluster, archives),
    cluster,
    requests,
    builds,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** The pool, noting the path of each task. */
function countingPool(pool: WorkerPool, builds: string[]): WorkerPool {
  return {
    run: (module, name, input, options) => {
      builds.push((input as { readonly path: string }).path);
      return pool.run(module, name, input, options);
    },
    stats: () => pool.stats(),
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}

function actions(
  cluster: Cluster,
  archives: Map<string, Uint8Array>,
): Omit<Toolkit, "cluster" | "requests" | "builds" | typeof Symbol.asyncDispose> {
  const { client } = cluster;
  const get = async (name: string): Promise<Kustomization> => {
    const found = await client.get(Kustomization, { namespace: NAMESPACE, name });
    if (found === undefined) expect.fail(`there is no Kustomization ${name}`);
    return found;
  };
  return {
    get,
    patch: async (name, patch) => {
      await client.patch(Kustomization, { namespace: NAMESPACE, name }, { type: "merge", patch });
    },
    remove: async (name) => {
      const key = { namespace: NAMESPACE, name };
      await client.delete(Kustomization, key);
      await vi.waitFor(async () => expect(await client.get(Kustomization, key)).toBeUndefined(), {
        timeout: 20_000,
        interval: 20,
      });
    },
    publish: async (revision, files, changed = {}) => {
      const bytes = await archiveOf(files);
      const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
      const url = `http://artifacts/${digest}`;
      archives.set(url, bytes);
      const artifact = {
        url,
        digest,
        revision,
        path: digest,
        lastUpdateTime: "2024-01-01T00:00:00Z",
        ...changed,
      };
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
        { timeout: 20_000, interval: 20 },
      ),
    applied: (name, revision) =>
      vi.waitFor(async () => expect((await get(name)).status?.lastAppliedRevision).toBe(revision), {
        timeout: 20_000,
        interval: 20,
      }),
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

async function archiveOf(files: Files): Promise<Buffer> {
  const directory = await mkdtemp(join(tmpdir(), "weir-artifact-"));
  try {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(directory, name)), { recursive: true });
      await writeFile(join(directory, name), content);
    }
    const chunks: Buffer[] = [];
    const sink = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        chunks.push(chunk);
        done();
      },
    });
    await packDirectory(directory, sink, { patterns: [] });
    return Buffer.concat(chunks);
  } finally {
    await rm(directory, { recursive: true });
  }
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
