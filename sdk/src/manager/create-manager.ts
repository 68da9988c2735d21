import {
  anySignal,
  type Clock,
  describeError,
  type Logger,
  type Random,
  silentLogger,
  systemClock,
  systemRandom,
} from "@weir/core";
import type { Kind, KubeClient } from "@weir/client";
import { Registry } from "./prom-client-parts.ts";
import type { CacheReader } from "../cache/cache-reader.ts";
import type { Change } from "../cache/change.ts";
import type { Informer } from "../cache/informer.ts";
import { type InformerLease, Informers } from "../cache/informers.ts";
import type { WatchScope } from "../cache/reflector.ts";
import { trackedClient } from "../cache/tracked-client.ts";
import type { ControllerOptions } from "../controller/controller.ts";
import { electionSettings } from "../election/election-settings.ts";
import { guardedClient } from "../election/guarded-client.ts";
import { LeaderElector } from "../election/leader-elector.ts";
import { EventRecorder } from "../events/event-recorder.ts";
import { type ClusterParts, UnknownClusterError } from "./cluster-parts.ts";
import { ManagerMetrics } from "./controller-metrics.ts";
import { ControllerRunner, type RunnerDeps } from "./controller-runner.ts";
import type { EndpointAnswer } from "./http-endpoints.ts";
import { keepAlive } from "./keep-alive.ts";
import { checked, ManagerEndpoints } from "./manager-endpoints.ts";
import {
  CacheSyncTimeoutError,
  DuplicateControllerError,
  type Manager,
  type ManagerCluster,
  type ManagerOptions,
  ManagerStateError,
} from "./manager.ts";
import { ReconcileTracer } from "./reconcile-tracer.ts";
import type { Runnable } from "./runnable.ts";
import { TaskRunner } from "./task-runner.ts";

const GRACEFUL_STOP_MS = 30_000;
const SYNC_TIMEOUT_MS = 120_000;
const LIVE_KINDS: readonly Kind<unknown, unknown>[] = [
  { group: "", version: "v1", kind: "Secret" },
  { group: "", version: "v1", kind: "ConfigMap" },
];

/** Makes a manager; nothing runs until it is started. Throws where names clash or the leader election cannot work. */
export function createManager(options: ManagerOptions): Manager {
  const names = new Set<string>();
  for (const { name } of [...options.controllers, ...(options.tasks ?? [])]) {
    if (names.has(name)) throw new DuplicateControllerError(name);
    names.add(name);
  }
  for (const { options: own, watches, indexes } of options.controllers) {
    for (const { cluster } of [own, ...watches, ...indexes]) {
      if (cluster === undefined || Object.hasOwn(options.clusters ?? {}, cluster)) continue;
      throw new UnknownClusterError(cluster);
    }
  }
  return new RunningManager(options);
}

type State = "new" | "starting" | "running" | "stopping" | "stopped";

class RunningManager implements Manager {
  readonly client: KubeClient;
  readonly metrics: Registry;
  readonly #options: ManagerOptions;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #logger: Logger;
  readonly #home: ClusterParts;
  readonly #clusters: ReadonlyMap<string, ClusterParts>;
  readonly #tracer: ReconcileTracer;
  readonly #metrics: ManagerMetrics;
  readonly #elector: LeaderElector | undefined;
  readonly #controllers: readonly ControllerRunner[];
  readonly #runnables: readonly Runnable[];
  readonly #endpoints: ManagerEndpoints;
  readonly #stopping = new AbortController();
  readonly #elected = Promise.withResolvers<void>();
  readonly #servers: AsyncDisposable[] = [];
  #leading: Promise<void> | undefined;
  #state: State = "new";
  #failure: Error | undefined;
  #stopped: Promise<void> | undefined;

  constructor(options: ManagerOptions) {
    const { clock = systemClock, random = systemRandom, logger = silentLogger } = options;
    this.#options = options;
    this.#clock = clock;
    this.#random = random;
    this.#logger = logger;
    this.metrics = options.metrics ?? new Registry();
    this.#metrics = new ManagerMetrics(this.metrics);
    this.#tracer = new ReconcileTracer(options.tracer);
    this.#home = this.#clusterParts(options.client);
    this.client = this.#home.client;
    this.#clusters = new Map(
      Object.entries(options.clusters ?? {}).map(([name, client]) => [name, this.#clusterParts(client)]),
    );
    this.#elector = this.#makeElector();
    this.#controllers = options.controllers.map(
      (controller) => new ControllerRunner(controller, this.#depsOf(controller.options)),
    );
    const tasks = (options.tasks ?? []).map(
      (task) => new TaskRunner(task, this.#depsOf(task), (error) => this.#fail(error)),
    );
    this.#runnables = [...this.#controllers, ...tasks];
    this.#endpoints = new ManagerEndpoints(options, {
      metrics: () => this.#metricsAnswer(),
      health: () => checked(this.#elector?.isHealthy ?? true, "leader-election", options.healthChecks),
      ready: () => checked(this.isReady, "informer-sync", options.readyChecks),
    });
  }

  get cache(): CacheReader {
    return this.#home.informers;
  }

  get isReady(): boolean {
    return this.#state === "running" && this.#allInformers().every(({ hasSynced }) => hasSynced);
  }

  get isLeader(): boolean {
    return this.#state === "running" && (this.#elector?.isLeader ?? true);
  }

  get ports(): Manager["ports"] {
    return this.#endpoints.ports;
  }

  elected(): Promise<void> {
    return this.#elected.promise;
  }

  async start(): Promise<void> {
    if (this.#state !== "new") throw new ManagerStateError("a manager can be started once");
    this.#state = "starting";
    try {
      await this.#endpoints.serve();
      await this.#startServers();
      for (const runnable of this.#runnables) runnable.prepare();
      for (const { informers } of this.#allParts()) informers.start();
      await this.#synced();
      if (this.#stopping.signal.aborted) return;
      this.#state = "running";
      this.#startWork((runnable) => !runnable.needsLease);
      this.#leading = this.#lead();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async run({ signal }: { readonly signal: AbortSignal }): Promise<void> {
    using _ = keepAlive();
    // A signal that comes while watches do not come up ends the wait for them; `start` then leaves the rest.
    const giveUp = (): void => this.#stopping.abort();
    signal.addEventListener("abort", giveUp, { once: true });
    if (signal.aborted) giveUp();
    await this.start().finally(() => signal.removeEventListener("abort", giveUp));
    using either = anySignal(signal, this.#stopping.signal);
    if (!either.signal.aborted) {
      await new Promise<void>((resolve) => {
        either.signal.addEventListener("abort", () => resolve(), { once: true });
      });
    }
    await this.stop();
    if (this.#failure !== undefined) throw this.#failure;
  }

  watch<R>(kind: Kind<R, unknown>, scope: WatchScope, handler: (change: Change<R>) => void): InformerLease {
    return this.#watch(this.#home, kind, { scope, handler });
  }

  cluster(name: string): ManagerCluster {
    const parts = this.#clusterOf(name);
    return {
      client: parts.client,
      cache: parts.informers,
      watch: (kind, scope, handler) => this.#watch(parts, kind, { scope, handler }),
    };
  }

  enqueue(controller: string, key: string): boolean {
    const runner = this.#controllers.find(({ name }) => name === controller);
    runner?.add(key);
    return runner !== undefined;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** Ends everything because of an error; a lost lease leaves no time to wait for runs. */
  #fail(error: Error): void {
    this.#failure ??= error;
    void this.stop();
  }

  async #stop(): Promise<void> {
    this.#state = "stopping";
    this.#stopping.abort();
    await this.#leading;
    const hurry = this.#elector?.lost;
    const withinMs = hurry?.aborted === true ? 0 : (this.#options.gracefulStopMs ?? GRACEFUL_STOP_MS);
    const ended = await Promise.all(this.#runnables.map((runnable) => runnable.stop({ withinMs, hurry })));
    await this.#elector?.stop(ended.every((isEnded) => isEnded));
    await Promise.all(this.#allParts().map(({ recorder }) => recorder.stop()));
    await Promise.all(this.#allParts().map(({ informers }) => informers.stop()));
    for (const server of this.#servers.splice(0).toReversed()) await server[Symbol.asyncDispose]();
    await this.#endpoints[Symbol.asyncDispose]();
    this.#state = "stopped";
  }

  async #startServers(): Promise<void> {
    const context = { client: this.client, clock: this.#clock, log: this.#logger };
    for (const server of this.#options.servers ?? []) this.#servers.push(await server.start(context));
  }

  #startWork(isMeant: (runnable: Runnable) => boolean): void {
    for (const runnable of this.#runnables) if (isMeant(runnable)) runnable.start();
  }

  /** Waits for the lease where there is one, then begins what needs it. */
  async #lead(): Promise<void> {
    const elector = this.#elector;
    if (elector !== undefined) {
      try {
        await elector.acquire(this.#stopping.signal);
      } catch {
        return;
      }
      elector.lost.addEventListener("abort", () => this.#fail(elector.lost.reason as Error), { once: true });
    }
    if (this.#stopping.signal.aborted) return;
    this.#startWork((runnable) => runnable.needsLease);
    this.#elected.resolve();
  }

  #makeElector(): LeaderElector | undefined {
    const { client, leaderElection } = this.#options;
    if (leaderElection === undefined) return undefined;
    const settings = electionSettings(leaderElection);
    return new LeaderElector({
      client,
      clock: this.#clock,
      random: this.#random,
      logger: this.#logger,
      settings,
      ...this.#metrics.electionObserver(settings.name),
    });
  }

  #clusterParts(client: KubeClient): ClusterParts {
    const { namespaces, eventSinks: sinks = [] } = this.#options;
    const [clock, random, logger] = [this.#clock, this.#random, this.#logger];
    const informers = new Informers({ client, clock, random, logger, namespaces });
    const recorder = new EventRecorder({ client, clock, logger, sinks });
    return { client: trackedClient(client, informers), informers, recorder };
  }

  #allParts(): readonly ClusterParts[] {
    return [this.#home, ...this.#clusters.values()];
  }

  #allInformers(): readonly Informer[] {
    return this.#allParts().flatMap(({ informers }) => informers.all);
  }

  #clusterOf(name: string): ClusterParts {
    const parts = this.#clusters.get(name);
    if (parts === undefined) throw new UnknownClusterError(name);
    return parts;
  }

  #watch<R>(
    { informers }: ClusterParts,
    kind: Kind<R, unknown>,
    { scope, handler }: { readonly scope: WatchScope; readonly handler: (change: Change<R>) => void },
  ): InformerLease {
    if (this.#stopping.signal.aborted) throw new ManagerStateError("the manager stops, it watches no more");
    const lease = informers.lease(kind, scope);
    lease.subscribe(handler as unknown as (change: Change) => void);
    return lease;
  }

  #depsOf({ leaderless = false, cluster }: Pick<ControllerOptions, "leaderless" | "cluster">): RunnerDeps {
    const elector = leaderless ? undefined : this.#elector;
    const liveKinds = this.#options.liveKinds ?? LIVE_KINDS;
    const guarded = ({ client, ...parts }: ClusterParts): ClusterParts => ({
      ...parts,
      client: elector === undefined ? client : guardedClient(client, () => elector.assertLeading()),
    });
    return {
      ...guarded(cluster === undefined ? this.#home : this.#clusterOf(cluster)),
      clusterOf: (name) => guarded(this.#clusterOf(name)),
      tracer: this.#tracer,
      metrics: this.#metrics,
      clock: this.#clock,
      random: this.#random,
      logger: this.#logger,
      isLive: (kind) => liveKinds.some((live) => live.kind === kind.kind && live.group === kind.group),
      shard: this.#options.shard,
    };
  }

  async #metricsAnswer(): Promise<EndpointAnswer> {
    for (const { name, queue } of this.#controllers) this.#metrics.refresh(name, queue, this.#clock);
    return { status: 200, contentType: this.metrics.contentType, body: await this.metrics.metrics() };
  }

  async #synced(): Promise<void> {
    const synced = Promise.all(this.#runnables.map((runnable) => runnable.synced())).then(() => true);
    const timeoutMs = this.#options.syncTimeoutMs ?? SYNC_TIMEOUT_MS;
    const done = new AbortController();
    using either = anySignal(done.signal, this.#stopping.signal);
    const late = this.#clock.sleep(timeoutMs, either.signal).then(
      () => false,
      () => true,
    );
    const isSynced = await Promise.race([synced, late]);
    done.abort();
    if (isSynced) return;
    const missing = this.#allInformers().filter(({ hasSynced }) => !hasSynced);
    const { trouble } = missing.find((informer) => informer.trouble !== undefined) ?? {};
    this.#logger.error("watches do not come up", { error: describeError(trouble) });
    throw new CacheSyncTimeoutError(
      missing.map(({ kind }) => kind.kind),
      trouble === undefined ? {} : { cause: trouble },
    );
  }
}
