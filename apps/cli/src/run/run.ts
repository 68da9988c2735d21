import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { type ArtifactServer, ArtifactStorage, serveArtifacts } from "@weir/artifact";
import { type ClusterConfig, type KubeClient, openClient } from "@weir/client";
import { createWorkerPool, describeError, type Logger, systemClock, systemRandom } from "@weir/core";
import {
  type Controller,
  createManager,
  keepMemoryLow,
  keepYoungObjectsFew,
  type Manager,
  type ManagerOptions,
} from "@weir/sdk";
import { collectDefaultMetrics, Registry } from "prom-client";
import { CommandError } from "../cli-error.ts";
import type { Environment } from "../environment.ts";
import type { ComponentName } from "./component-name.ts";
import { controllersOf, leaseOf } from "./components.ts";
import { installDefinitions, requireKinds, watchedKinds } from "./definitions.ts";
import { eventPoster } from "./event-poster.ts";
import { namespacedClient } from "./namespaced-client.ts";
import { runClusterConfig } from "./open-run-cluster.ts";
import { createRunLogger } from "./run-logger.ts";
import { type ListenAddress, parseRunArguments, type RunOptions } from "./run-options.ts";

const LONG_MS = 2 ** 30;

/**
 * Runs the controllers that the arguments name against a cluster, until it is told to end. Returns the exit code: 0 after
 * an orderly end, 1 where the lease was lost.
 */
export async function runControllers(args: readonly string[], environment: Environment): Promise<number> {
  const { options, notes } = parseRunArguments(args);
  const logger = createRunLogger({ ...options.log, write: environment.writeError });
  for (const note of notes) logger.info(note);
  await using running = new AsyncDisposableStack();
  // Waits and idle connections keep no process alive, and controllers that wait for work are nothing else.
  const alive = setInterval(() => {}, LONG_MS);
  running.defer(() => clearInterval(alive));
  keepYoungObjectsFew();
  void keepMemoryLow(systemClock, environment.signal);
  const config = await runClusterConfig(options, environment);
  const setup = await prepare({ options, environment, config, logger, running });
  return await untilEnd(setup, environment.signal, logger);
}

interface Starting {
  readonly options: RunOptions;
  readonly environment: Environment;
  readonly config: ClusterConfig;
  readonly logger: Logger;
  readonly running: AsyncDisposableStack;
}

/** Managers that are not started yet, one for each controller of Flux, as each has its own lease. */
interface Setup {
  readonly managers: readonly Manager[];
  /** Starts the file server; artifacts are served by who leads. */
  readonly serveArtifacts: () => Promise<void>;
  /** The manager that writes artifacts, where there is one. */
  readonly writer: Manager | undefined;
}

async function prepare(starting: Starting): Promise<Setup> {
  const { options, environment, config, logger, running } = starting;
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const { client } = running.use(
    openClient(config, { clock: systemClock, logger, userAgent: "weir", onAnswer: requestCounter(registry) }),
  );
  if (options.installsDefinitions) await installDefinitions(client, systemClock);
  const artifacts = await openArtifacts(starting);
  const scratch = await mkdtemp(join(tmpdir(), "weir-run-"));
  running.defer(() => rm(scratch, { recursive: true, force: true }));
  const parts = {
    ...artifacts,
    scratch,
    searchPath: environment.searchPath,
    workers: running.use(createWorkerPool({ clock: systemClock })),
    clock: systemClock,
    random: systemRandom,
  };
  const components = options.components.map((name) => ({
    name,
    controllers: controllersOf(name, options, parts),
  }));
  const kinds = watchedKinds(components.flatMap(({ controllers }) => controllers));
  await requireKinds(
    client,
    kinds.filter(({ group }) => group.includes(".")),
  );
  const namespace = environment.runtimeNamespace ?? config.namespace ?? "flux-system";
  const watched = options.watchesAllNamespaces ? client : namespacedClient(client, namespace, kinds);
  const managers = managersOf(components, { options, client: watched, logger, registry, namespace });
  for (const manager of managers) running.use(manager);
  const writer = managers[options.components.indexOf("source-controller")];
  return { managers, serveArtifacts: artifacts.serve, writer };
}

interface Component {
  readonly name: ComponentName;
  readonly controllers: readonly Controller[];
}

interface ManagerParts {
  readonly options: RunOptions;
  readonly client: KubeClient;
  readonly logger: Logger;
  readonly registry: Registry;
  readonly namespace: string;
}

/** The first manager answers for all of them on the endpoints. */
function managersOf(components: readonly Component[], parts: ManagerParts): readonly Manager[] {
  const { options, client, logger, registry, namespace } = parts;
  const managers: Manager[] = [];
  for (const [index, { name, controllers }] of components.entries()) {
    const election = leaseOf(name, options, namespace);
    const endpoints = index === 0 ? endpointsOf(options, components, managers) : {};
    const sinks = options.eventsUrl === "" ? [] : [eventPoster(options.eventsUrl, systemClock)];
    const manager = createManager({
      client,
      controllers,
      clock: systemClock,
      random: systemRandom,
      logger: logger.with({ logger: name }),
      metrics: registry,
      eventSinks: sinks,
      ...endpoints,
      ...(options.gracefulStopMs === undefined ? {} : { gracefulStopMs: options.gracefulStopMs }),
      ...(options.selector === "" ? {} : { shard: options.selector }),
      ...(election === undefined ? {} : { leaderElection: election }),
    });
    managers.push(manager);
  }
  return managers;
}

function endpointsOf(
  { metrics, health }: RunOptions,
  components: readonly Component[],
  managers: readonly Manager[],
): Partial<ManagerOptions> {
  const others = components.slice(1).map(
    ({ name }, index) =>
      [
        name,
        () => {
          if (managers[index + 1]?.isReady !== true) throw new CommandError("NotReady", "not ready");
        },
      ] as const,
  );
  return {
    ...(metrics === undefined ? {} : { metricsServer: endpoint(metrics) }),
    ...(health === undefined ? {} : { healthServer: endpoint(health) }),
    readyChecks: Object.fromEntries(others),
  };
}

function endpoint({ host, port }: ListenAddress): { readonly port: number; readonly host?: string } {
  return host === "" ? { port } : { port, host };
}

interface Artifacts {
  readonly storage: ArtifactStorage;
  readonly serve: () => Promise<void>;
}

/** The store of artifacts, and the server that begins once this process is the one to write them. */
async function openArtifacts({
  options,
  environment,
  config,
  logger,
  running,
}: Starting): Promise<Artifacts> {
  const { listen, advertised, storagePath, retentionMs, retentionRecords } = options.source;
  const cluster = createHash("sha256").update(config.server).digest("hex").slice(0, 8);
  const root = storagePath === "" ? join(environment.stateRoot, `run-${cluster}`, "artifacts") : storagePath;
  if (options.components.includes("source-controller")) {
    await mkdir(root, { recursive: true, mode: 0o700 }).catch((cause: unknown) => {
      throw new CommandError("StorageUnavailable", `cannot use ${root} as storage`, { cause });
    });
  }
  let served: ArtifactServer | undefined;
  const host = environment.service === undefined ? "127.0.0.1" : hostname();
  const ownHost =
    listen.host === "" || listen.host === "0.0.0.0" || listen.host === "::" ? host : listen.host;
  const address = (): string =>
    advertised === ""
      ? `${ownHost}:${served === undefined ? listen.port : new URL(served.url).port}`
      : advertised;
  const storage = new ArtifactStorage({
    root,
    baseUrl: () => `http://${address()}`,
    clock: systemClock,
    retentionMs,
    retentionRecords,
  });
  const serve = async (): Promise<void> => {
    served = running.use(
      await serveArtifacts(root, listen.port, listen.host === "" ? "0.0.0.0" : listen.host),
    );
    logger.info("serving artifacts", { address: address(), path: root });
  };
  return { storage, serve };
}

async function untilEnd(
  { managers, serveArtifacts, writer }: Setup,
  signal: AbortSignal,
  logger: Logger,
): Promise<number> {
  const ended = new AbortController();
  const either = AbortSignal.any([signal, ended.signal]);
  const failures: unknown[] = [];
  const fail = (error: unknown): void => {
    failures.push(error);
    ended.abort();
  };
  void writer?.elected().then(serveArtifacts).catch(fail);
  logger.info("starting controllers");
  await Promise.all(managers.map((manager) => manager.run({ signal: either }).catch(fail)));
  logger.info("all controllers have stopped");
  for (const failure of failures) logger.error("ended", { error: describeError(failure) });
  return failures.length === 0 ? 0 : 1;
}

/** Counts requests to the API as client-go does, in the family that the managers register; none before there is one. */
function requestCounter(
  registry: Registry,
): (answer: { readonly code: number; readonly host: string; readonly method: string }) => void {
  interface Countable {
    inc(labels: Readonly<Record<string, string>>): void;
  }
  return ({ code, host, method }) => {
    const family = registry.getSingleMetric("rest_client_requests_total") as unknown as Countable | undefined;
    family?.inc({ code: String(code), host, method });
  };
}
