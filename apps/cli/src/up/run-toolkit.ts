import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { type ArtifactServer, ArtifactStorage, serveArtifacts } from "@weir/artifact";
import type { KubeClient } from "@weir/client";
import { type Clock, createWorkerPool, type Logger, type Random } from "@weir/core";
import { helmReleaseController } from "@weir/helm-controller";
import { kustomizationController } from "@weir/kustomize-controller";
import { createManager, type Manager } from "@weir/sdk";
import {
  gitRepositoryController,
  helmChartController,
  helmRepositoryController,
  ociRepositoryController,
} from "@weir/source-controller";
import { portOfUrl, type RememberedPorts } from "./remembered-ports.ts";

/** What running the toolkit needs. */
export interface ToolkitOptions {
  readonly client: KubeClient;
  /** Holds artifacts and checkouts. */
  readonly stateFolder: string;
  readonly searchPath: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly ports: RememberedPorts;
}

/** The controllers that run, and what they stand on. */
export interface Toolkit extends AsyncDisposable {
  readonly manager: Manager;
}

/** Starts all controllers of the toolkit, with a file server for artifacts and a pool of workers for builds. */
export async function runToolkit(options: ToolkitOptions): Promise<Toolkit> {
  await using starting = new AsyncDisposableStack();
  const { client, clock, random, logger, searchPath } = options;
  const root = join(options.stateFolder, "artifacts");
  const scratch = join(options.stateFolder, "scratch");
  // What a kill left behind may hold credentials. The cluster's storage is locked, so nobody else works here.
  await rm(scratch, { recursive: true, force: true });
  await mkdir(root, { recursive: true, mode: 0o700 });
  await mkdir(scratch, { recursive: true, mode: 0o700 });
  const serve = (port: number): Promise<ArtifactServer> => serveArtifacts(root, port);
  const server = starting.use(await options.ports.serve("artifacts", serve, ({ url }) => portOfUrl(url)));
  const workers = starting.use(createWorkerPool({ clock }));
  const storage = new ArtifactStorage({ root, baseUrl: () => server.url, clock });
  const controllers = [
    gitRepositoryController({ storage, scratch, searchPath, clock, random }),
    ociRepositoryController({ storage, clock, random }),
    helmRepositoryController({ storage, scratch, workers, clock, random }),
    helmChartController({ storage, workers, clock, random }),
    kustomizationController({ workers, fetch, clock, random }),
    helmReleaseController({ workers, fetch, clock, random }),
  ];
  const manager = starting.use(createManager({ client, controllers, clock, random, logger }));
  await manager.start();
  const running = starting.move();
  return { manager, [Symbol.asyncDispose]: () => running.disposeAsync() };
}
