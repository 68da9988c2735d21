import {
  anySignal,
  type Clock,
  describeError,
  type Logger,
  type Random,
  silentLogger,
  systemClock,
  systemRandom,
  WeirError,
} from "@weir/core";
import type { Kind, KubeClient } from "@weir/client";
import { Registry } from "prom-client";
import type { CacheReader } from "../cache/cache-reader.ts";
import type { Change } from "../cache/change.ts";
import { type InformerLease, Informers } from "../cache/informers.ts";
import type { WatchScope } from "../cache/reflector.ts";
import { trackedClient } from "../cache/tracked-client.ts";
import type { Controller } from "../controller/controller.ts";
import { EventRecorder, type EventSink } from "../events/event-recorder.ts";
import { ManagerMetrics } from "./controller-metrics.ts";
import { ControllerRunner } from "./controller-runner.ts";
import {
  type EndpointAnswer,
  type EndpointOptions,
  type EndpointServer,
  serveEndpoints,
} from "./http-endpoints.ts";

/** What a manager is made of. */
export interface ManagerOptions {
  readonly client: KubeClient;
  readonly controllers: readonly Controller[];
  readonly clock?: Clock;
  readonly random?: Random;
  readonly logger?: Logger;
  /** Where metrics are registered; one of the manager's own by default. */
  readonly metrics?: Registry;
  /** Serves `/metrics`; not served by default. */
  readonly metricsServer?: EndpointOptions;
  /** Serves `/healthz` and `/readyz`; not served by default. */
  readonly healthServer?: EndpointOptions;
  /** Label selector that limits the controllers' own kinds: one shard of several managers. */
  readonly shard?: string;
  /** Kinds that are read live where nothing watches them; Secrets and ConfigMaps by default. */
  readonly liveKinds?: readonly Kind<unknown, unknown>[];
  /** How long running reconciles may take to end when the manager stops; 30 s by default. */
  readonly gracefulStopMs?: number;
  /** How long the first state of all watches may take; 2 minutes by default. */
  readonly syncTimeoutMs?: number;
  /** Where events go besides the Kubernetes API. */
  readonly eventSinks?: readonly EventSink[];
}

/** Two controllers of a manager have the same name, so their metrics and log lines could not be told apart. */
export class DuplicateControllerError extends WeirError {
  override readonly name = "DuplicateControllerError";
  readonly reason = "DuplicateController";
  readonly retry = "never";

  constructor(controller: string) {
    super(`there are two controllers named ${JSON.stringify(controller)}`);
  }
}

/** The manager was started twice, or after it was stopped. */
export class ManagerStateError extends WeirError {
  override readonly name = "ManagerStateError";
  readonly reason = "InvalidManagerState";
  readonly retry = "never";
}

/** A watch did not bring its first state in time; the cause is the watch's own trouble. */
export class CacheSyncTimeoutError extends WeirError {
  override readonly name = "CacheSyncTimeoutError";
  readonly reason = "CacheSyncTimeout";
  readonly retry = "backoff";

  constructor(kinds: readonly string[], options: { readonly cause?: unknown }) {
    super(`timed out waiting for the first state of ${kinds.join(", ")}`, options);
  }
}

/**
 * Runs controllers over one Kubernetes API: their watches, caches, queues, events, metrics and health.
 *
 * Start order: endpoints, watches, then, once every handler has been told of the first state, sources and workers. Stop
 * order is the reverse. `await using` stops it.
 */
export interface Manager extends AsyncDisposable {
  /** Resolves when everything runs. Fails where an address is taken or a watch does not come up in time. */
  start(): Promise<void>;
  /** Ends everything and resolves when nothing runs any more; a second call does nothing. */
  stop(): Promise<void>;
  /** Starts, waits for the signal, stops. */
  run(options: { readonly signal: AbortSignal }): Promise<void>;
  /** A client whose writes the cache sees at once. */
  readonly client: KubeClient;
  readonly cache: CacheReader;
  /** Watches a kind from now on, or from the start if the manager does not run yet; disposing the lease ends that. */
  watch<R>(kind: Kind<R, unknown>, scope: WatchScope, handler: (change: Change<R>) => void): InformerLease;
  /** Asks for a reconcile by the controller of that name; false where there is none. */
  enqueue(controller: string, key: string): boolean;
  /** Whether everything runs and all watches have their first state. */
  readonly isReady: boolean;
  readonly metrics: Registry;
  /** The ports of the endpoints that are served. */
  readonly ports: { readonly metrics?: number; readonly health?: number };
}

const GRACEFUL_STOP_MS = 30_000;
const SYNC_TIMEOUT_MS = 120_000;
const LIVE_KINDS: readonly Kind<unknown, unknown>[] = [
  { group: "", version: "v1", kind: "Secret" },
  { group: "", version: "v1", kind: "ConfigMap" },
];

/** Makes a manager; nothing runs until it is started. */
export function createManager(options: ManagerOptions): Manager {
  const names = new Set<string>();
  for (const { name } of options.controllers) {
    if (names.has(name)) throw new DuplicateControllerError(name);
    names.add(name);
  }
  return new RunningManager(options);
}

type State = "new" | "starting" | "running" | "stopping" | "stopped";

class RunningManager implements Manager {
  readonly client: KubeClient;
  readonly metrics: Registry;
  readonly #options: ManagerOptions;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #informers: Informers;
  readonly #recorder: EventRecorder;
  readonly #metrics: ManagerMetrics;
  readonly #runners: readonly ControllerRunner[];
  readonly #stopping = new AbortController();
  #servers: { readonly metrics?: EndpointServer; readonly health?: EndpointServer } = {};
  #state: State = "new";
  #stopped: Promise<void> | undefined;

  constructor(options: ManagerOptions) {
    const { clock = systemClock, random = systemRandom, logger = silentLogger } = options;
    this.#options = options;
    this.#clock = clock;
    this.#logger = logger;
    this.metrics = options.metrics ?? new Registry();
    this.#metrics = new ManagerMetrics(this.metrics);
    this.#informers = new Informers({ client: options.client, clock, random, logger });
    this.client = trackedClient(options.client, this.#informers);
    const sinks = options.eventSinks ?? [];
    this.#recorder = new EventRecorder({ client: options.client, clock, logger, sinks });
    const liveKinds = options.liveKinds ?? LIVE_KINDS;
    this.#runners = options.controllers.map(
      (controller) =>
        new ControllerRunner(controller, {
          client: this.client,
          informers: this.#informers,
          recorder: this.#recorder,
          metrics: this.#metrics,
          clock,
          random,
          logger,
          isLive: (kind) => liveKinds.some((live) => live.kind === kind.kind && live.group === kind.group),
          shard: options.shard,
        }),
    );
  }

  get cache(): CacheReader {
    return this.#informers;
  }

  get isReady(): boolean {
    return this.#state === "running" && this.#informers.all.every(({ hasSynced }) => hasSynced);
  }

  get ports(): Manager["ports"] {
    const { metrics, health } = this.#servers;
    return {
      ...(metrics === undefined ? {} : { metrics: metrics.port }),
      ...(health === undefined ? {} : { health: health.port }),
    };
  }

  async start(): Promise<void> {
    if (this.#state !== "new") throw new ManagerStateError("a manager can be started once");
    this.#state = "starting";
    try {
      await this.#serve();
      for (const runner of this.#runners) runner.prepare();
      this.#informers.start();
      await this.#synced();
      if (this.#stopping.signal.aborted) return;
      for (const runner of this.#runners) runner.start();
      this.#state = "running";
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
    await this.start();
    using either = anySignal(signal, this.#stopping.signal);
    if (!either.signal.aborted) {
      await new Promise<void>((resolve) => {
        either.signal.addEventListener("abort", () => resolve(), { once: true });
      });
    }
    await this.stop();
  }

  watch<R>(kind: Kind<R, unknown>, scope: WatchScope, handler: (change: Change<R>) => void): InformerLease {
    const lease = this.#informers.lease(kind, scope);
    lease.subscribe(handler as unknown as (change: Change) => void);
    return lease;
  }

  enqueue(controller: string, key: string): boolean {
    const runner = this.#runners.find((candidate) => candidate.controller.name === controller);
    runner?.add(key);
    return runner !== undefined;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #stop(): Promise<void> {
    this.#state = "stopping";
    this.#stopping.abort();
    const withinMs = this.#options.gracefulStopMs ?? GRACEFUL_STOP_MS;
    await Promise.all(this.#runners.map((runner) => runner.stop(withinMs)));
    await this.#recorder.stop();
    await this.#informers.stop();
    await this.#servers.health?.[Symbol.asyncDispose]();
    await this.#servers.metrics?.[Symbol.asyncDispose]();
    this.#state = "stopped";
  }

  async #serve(): Promise<void> {
    const { metricsServer, healthServer } = this.#options;
    if (metricsServer !== undefined) {
      const metrics = await serveEndpoints(
        metricsServer,
        new Map([["/metrics", () => this.#metricsAnswer()]]),
      );
      this.#servers = { ...this.#servers, metrics };
    }
    if (healthServer !== undefined) {
      const health = await serveEndpoints(
        healthServer,
        new Map([
          ["/healthz", () => OK],
          ["/readyz", () => (this.isReady ? OK : NOT_READY)],
        ]),
      );
      this.#servers = { ...this.#servers, health };
    }
  }

  async #metricsAnswer(): Promise<EndpointAnswer> {
    for (const { controller, queue } of this.#runners)
      this.#metrics.refresh(controller.name, queue, this.#clock);
    return { status: 200, contentType: this.metrics.contentType, body: await this.metrics.metrics() };
  }

  async #synced(): Promise<void> {
    const synced = Promise.all(this.#runners.map((runner) => runner.synced())).then(() => true);
    const timeoutMs = this.#options.syncTimeoutMs ?? SYNC_TIMEOUT_MS;
    const done = new AbortController();
    const late = this.#clock.sleep(timeoutMs, done.signal).then(
      () => false,
      () => true,
    );
    const isSynced = await Promise.race([synced, late]);
    done.abort();
    if (isSynced) return;
    const missing = this.#informers.all.filter(({ hasSynced }) => !hasSynced);
    const { trouble } = missing.find((informer) => informer.trouble !== undefined) ?? {};
    this.#logger.error("watches do not come up", { error: describeError(trouble) });
    throw new CacheSyncTimeoutError(
      missing.map(({ kind }) => kind.kind),
      trouble === undefined ? {} : { cause: trouble },
    );
  }
}

const OK: EndpointAnswer = { status: 200, contentType: "text/plain", body: "ok" };
const NOT_READY: EndpointAnswer = { status: 500, contentType: "text/plain", body: "not ready" };
