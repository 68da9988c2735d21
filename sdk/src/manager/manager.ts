import { type Clock, type Logger, type Random, WeirError } from "@weir/core";
import type { Kind, KubeClient } from "@weir/client";
import type { Tracer } from "@opentelemetry/api";
import type { Registry } from "prom-client";
import type { CacheReader } from "../cache/cache-reader.ts";
import type { Change } from "../cache/change.ts";
import type { InformerLease } from "../cache/informers.ts";
import type { WatchScope } from "../cache/reflector.ts";
import type { Controller } from "../controller/controller.ts";
import type { LeaderElectionOptions } from "../election/election-settings.ts";
import type { EventSink } from "../events/event-recorder.ts";
import type { EndpointOptions } from "./http-endpoints.ts";
import type { Task } from "./task.ts";

/** Answers whether something is well, by not throwing. */
export type HealthCheck = () => Promise<void> | void;

/** A server that lives as long as its manager. */
export interface ManagedServer {
  readonly name: string;
  /** Resolves once it answers; what it gives ends it. */
  start(context: {
    readonly client: KubeClient;
    readonly clock: Clock;
    readonly log: Logger;
  }): Promise<AsyncDisposable>;
}

/** What a manager is made of. */
export interface ManagerOptions {
  readonly client: KubeClient;
  readonly controllers: readonly Controller[];
  /** What runs besides controllers: loops and periodic work (`every`). */
  readonly tasks?: readonly Task[];
  /** What must answer before anything is watched: webhooks. Started in order, ended in reverse. */
  readonly servers?: readonly ManagedServer[];
  /**
   * Lets one of several managers work at a time, by a Lease; all work by default. Endpoints, watches, and what is
   * `leaderless` run without the lease, so that a successor begins warm.
   */
  readonly leaderElection?: LeaderElectionOptions;
  /** Other clusters, by name, whose objects controllers watch or work with. */
  readonly clusters?: Readonly<Record<string, KubeClient>>;
  /** Watches of namespaced kinds that name no namespace see these alone; all by default. */
  readonly namespaces?: readonly string[];
  /** Makes a span of each reconcile; that of the registered OpenTelemetry provider by default. */
  readonly tracer?: Tracer;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly logger?: Logger;
  /** Where metrics are registered; one of the manager's own by default. */
  readonly metrics?: Registry;
  /** Serves `/metrics`; not served by default. */
  readonly metricsServer?: EndpointOptions;
  /** Serves `/healthz` and `/readyz`; not served by default. */
  readonly healthServer?: EndpointOptions;
  /** More to ask before the manager is called healthy, by name; one that throws is a no. */
  readonly healthChecks?: Readonly<Record<string, HealthCheck>>;
  /** More to ask before the manager is called ready, by name. */
  readonly readyChecks?: Readonly<Record<string, HealthCheck>>;
  /** Label selector that limits the controllers' own kinds: one shard of several managers. */
  readonly shard?: string;
  /** Kinds that are read live where nothing watches them; Secrets and ConfigMaps by default. */
  readonly liveKinds?: readonly Kind<unknown, unknown>[];
  /** How long running reconciles may take to end when the manager stops; 30 s by default, for ever if negative. */
  readonly gracefulStopMs?: number;
  /** How long the first state of all watches may take; 2 minutes by default. */
  readonly syncTimeoutMs?: number;
  /** Where events go besides the Kubernetes API. */
  readonly eventSinks?: readonly EventSink[];
}

/** A cluster of a manager: what the manager itself offers of its own. */
export type ManagerCluster = Pick<Manager, "client" | "cache" | "watch">;

/** Two controllers or tasks of a manager have the same name, so their metrics and log lines could not be told apart. */
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
 * Start order: endpoints, servers, watches, then, once every handler has been told of the first state, what is
 * `leaderless`, and once the lease is held the rest. Stop order: all work, the lease, events, watches, servers,
 * endpoints. `await using` stops it.
 */
export interface Manager extends AsyncDisposable {
  /**
   * Resolves when everything runs that needs no lease. Fails where an address is taken or a watch does not come up in
   * time.
   */
  start(): Promise<void>;
  /** Ends everything and resolves when nothing runs any more; a second call does nothing. */
  stop(): Promise<void>;
  /**
   * Starts, waits for the signal, stops. Rejects with a `LeaseLostError`, without waiting for runs to end, when the
   * lease is lost: the process should end then. Rejects with a `TaskFailedError` when a task fails.
   */
  run(options: { readonly signal: AbortSignal }): Promise<void>;
  /**
   * Resolves when what needs the lease has begun: as soon as the manager has started where there is no leader election.
   * Stays pending where the manager stops before.
   */
  elected(): Promise<void>;
  /** Whether this manager works now. */
  readonly isLeader: boolean;
  /** A client whose writes the cache sees at once. It does not ask for the lease; clients of controllers do. */
  readonly client: KubeClient;
  readonly cache: CacheReader;
  /** Watches a kind from now on, or from the start if the manager does not run yet; disposing the lease ends that. */
  watch<R>(kind: Kind<R, unknown>, scope: WatchScope, handler: (change: Change<R>) => void): InformerLease;
  /** Another cluster of the manager; throws an `UnknownClusterError` where it has none of that name. */
  cluster(name: string): ManagerCluster;
  /** Asks for a reconcile by the controller of that name; false where there is none. */
  enqueue(controller: string, key: string): boolean;
  /** Whether all watches have their first state, and everything runs that needs no lease. */
  readonly isReady: boolean;
  readonly metrics: Registry;
  /** The ports of the endpoints that are served. */
  readonly ports: { readonly metrics?: number; readonly health?: number };
}
