import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fluxResources } from "@weir/api";
import type { Storage } from "@weir/apiserver";
import { ArtifactStorage, serveArtifacts } from "@weir/artifact";
import { createClient, type Kind, type KubeClient, type Transport } from "@weir/client";
import type { ClusterOptions } from "@weir/cluster";
import { createWorkerPool, type Logger, systemClock, systemRandom, type WorkerPool } from "@weir/core";
import { helmReleaseController, type HelmReleaseControllerOptions } from "@weir/helm-controller";
import { kustomizationController, type KustomizationControllerOptions } from "@weir/kustomize-controller";
import { type Controller, createManager, type Manager } from "@weir/sdk";
import {
  gitRepositoryController,
  helmChartController,
  helmRepositoryController,
  ociRepositoryController,
} from "@weir/source-controller";
import { type GitTestServer, startGitServer } from "../git/git-test-server.ts";
import { RestartableCluster } from "@weir/testenv";

/** What controllers are made of, besides the API. */
export interface ToolkitParts {
  readonly artifacts: ArtifactStorage;
  readonly scratch: string;
  readonly searchPath: string;
  readonly clock: typeof systemClock;
  readonly random: typeof systemRandom;
  readonly workers: WorkerPool;
}

/** How a toolkit is started on an API that is there. */
export interface ConnectedToolkitOptions {
  /** The PATH under which git is found. */
  readonly searchPath: string;
  /** The controllers to run; `fluxControllers` by default. */
  readonly controllers?: (parts: ToolkitParts) => readonly Controller[];
  /** Stands between the controllers and the API, to disturb them. */
  readonly transport?: (inner: Transport) => Transport;
  readonly logger?: Logger;
}

/** How a toolkit is started with a cluster of its own. */
export interface ToolkitOptions extends ConnectedToolkitOptions {
  readonly cluster?: Omit<ClusterOptions, "storage">;
  /** Where objects are kept; memory by default. */
  readonly storage?: Storage;
}

/** How an API is reached. */
export interface ToolkitApi {
  readonly transport: Transport;
  /** Its URL, where it is not in process. */
  readonly server?: string;
}

/** A cluster with the Flux CRDs, a Git server, an artifact server and controllers that run. */
export interface ConnectedToolkit extends AsyncDisposable {
  /** The administrator's own client, not the controllers'. */
  readonly client: KubeClient;
  readonly git: GitTestServer;
  readonly artifacts: ArtifactStorage;
  /** `http://127.0.0.1:<port>` of the artifact server. */
  readonly artifactUrl: string;
  readonly manager: Manager;
  /** What more controllers can be made of. */
  readonly parts: ToolkitParts;
}

/** A toolkit on an embedded cluster of its own. */
export interface Toolkit extends ConnectedToolkit {
  readonly cluster: RestartableCluster;
}

const CustomResourceDefinition: Kind = {
  group: "apiextensions.k8s.io",
  version: "v1",
  kind: "CustomResourceDefinition",
  plural: "customresourcedefinitions",
  scope: "Cluster",
};

/** Starts everything, in process and on loopback; disposing it stops everything and removes its files. */
export async function startToolkit(options: ToolkitOptions): Promise<Toolkit> {
  await using starting = new AsyncDisposableStack();
  const { storage } = options;
  const cluster = starting.use(
    await RestartableCluster.start({ ...options.cluster, ...(storage === undefined ? {} : { storage }) }),
  );
  const connected = starting.use(await connectToolkit(cluster, options));
  const running = starting.move();
  return { ...connected, cluster, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

/** Starts everything but the cluster; disposing it leaves the cluster and what was installed there. */
export async function connectToolkit(
  api: ToolkitApi,
  options: ConnectedToolkitOptions,
): Promise<ConnectedToolkit> {
  await using starting = new AsyncDisposableStack();
  const { searchPath, logger } = options;
  const root = await mkdtemp(join(tmpdir(), "weir-toolkit-"));
  starting.defer(() => rm(root, { recursive: true, force: true }));
  const [artifactRoot, scratch] = [join(root, "artifacts"), join(root, "scratch")];
  await Promise.all([mkdir(artifactRoot), mkdir(scratch)]);
  const git = starting.use(await startGitServer({ searchPath }));
  const server = starting.use(await serveArtifacts(artifactRoot));
  const artifacts = new ArtifactStorage({
    root: artifactRoot,
    baseUrl: () => server.url,
    clock: systemClock,
  });
  const address = api.server === undefined ? {} : { server: api.server };
  const client = createClient({ ...address, transport: api.transport, userAgent: "weir" });
  await installFluxKinds(client);
  const workers = starting.use(createWorkerPool());
  const parts = { artifacts, scratch, searchPath, clock: systemClock, random: systemRandom, workers };
  const manager = starting.use(
    createManager({
      client: createClient({
        ...address,
        transport: options.transport?.(api.transport) ?? api.transport,
        userAgent: "weir-test",
      }),
      controllers: (options.controllers ?? fluxControllers)(parts),
      gracefulStopMs: 2_000,
      ...(logger === undefined ? {} : { logger }),
    }),
  );
  await manager.start();
  const running = starting.move();
  return {
    client,
    git,
    artifacts,
    artifactUrl: server.url,
    manager,
    parts,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Options of the controllers over a toolkit's parts. */
export interface FluxControllerOptions {
  readonly source?: { readonly concurrency?: number };
  readonly kustomize?: KustomizationControllerOptions;
  readonly helm?: HelmReleaseControllerOptions;
}

/** The controllers of all Flux kinds that have one, over a toolkit's parts. */
export function fluxControllers(
  { artifacts, scratch, searchPath, clock, random, workers }: ToolkitParts,
  options: FluxControllerOptions = {},
): readonly Controller[] {
  const { source = {}, kustomize = {}, helm = {} } = options;
  return [
    gitRepositoryController({ storage: artifacts, scratch, searchPath, clock, random, ...source }),
    kustomizationController({
      workers,
      clock,
      random,
      options: kustomize,
      fetch: (url, init) => fetch(url, init),
    }),
    helmReleaseController({
      workers,
      clock,
      random,
      options: helm,
      fetch: (url, init) => fetch(url, init),
    }),
    ociRepositoryController({ storage: artifacts, clock, random, ...source }),
    helmChartController({ storage: artifacts, workers, clock, random, ...source }),
    helmRepositoryController({ storage: artifacts, scratch, workers, clock, random, ...source }),
  ];
}

/** Installs the CRDs of all Flux kinds and resolves when every one is served. */
export async function installFluxKinds(client: KubeClient): Promise<void> {
  for (const resource of fluxResources) {
    await client.apply(CustomResourceDefinition, resource.crd() as never, {
      fieldManager: "weir",
      force: true,
    });
  }
  for (const resource of fluxResources) {
    // The definition is established a moment after it is written.
    for (let tries = 0; tries < 200 && !(await isServed(client, resource)); tries += 1) {
      await systemClock.sleep(10);
    }
  }
}

async function isServed(client: KubeClient, resource: Kind<unknown, unknown>): Promise<boolean> {
  const path = `/apis/${resource.group}/${resource.version}/${resource.plural ?? ""}?limit=1`;
  const response = await client.raw(path);
  await response.discard();
  return response.ok;
}
