import { randomUUID } from "node:crypto";
import { type Clock, describeError, type Logger, type Outcome, type Random, TransientMap } from "@weir/core";
import type { Kind, KubeClient } from "@weir/client";
import { formatKey, keyOf, type KubeObject, parseKey } from "@weir/objects";
import type { Change } from "../cache/change.ts";
import type { InformerLease, Informers } from "../cache/informers.ts";
import type { WatchScope } from "../cache/reflector.ts";
import { isBuiltInKind } from "../controller/built-in-kind.ts";
import type { Controller, SourceContext } from "../controller/controller.ts";
import { milliseconds, scopeOf } from "../controller/create-controller.ts";
import type { Enqueue } from "../controller/event-handler.ts";
import { whenTaken } from "../controller/guarded-predicate.ts";
import { DEFAULT_PREDICATE } from "../controller/predicates.ts";
import type { EventRecorder } from "../events/event-recorder.ts";
import { type AddOptions, LOW_PRIORITY, type TakenItem, WorkQueue } from "../queue/work-queue.ts";
import { RunLimiter } from "../queue/run-limiter.ts";
import { AppliedIntents } from "../reconcile/applied-intents.ts";
import { RunContext } from "../reconcile/base-context.ts";
import { outcomeOfError, outcomeOfResult } from "../reconcile/outcome-of.ts";
import {
  ManagerStoppedError,
  ReconcilePanicError,
  ReconcileTimeoutError,
  SupersededError,
} from "../reconcile/reconcile-errors.ts";
import { componentOf, type ReconcileDeps } from "../reconcile/reconcile-deps.ts";
import { reconcileObject, type RunEnd } from "../reconcile/run-object.ts";
import type { ClusterParts } from "./cluster-parts.ts";
import type { ManagerMetrics, ReconcileResultLabel } from "./controller-metrics.ts";
import type { ReconcileTracer } from "./reconcile-tracer.ts";
import { RunAbort } from "./run-abort.ts";
import { RunScope } from "./run-scope.ts";
import { runSource } from "./run-source.ts";
import type { Runnable, StopOptions } from "./runnable.ts";
import { waitForEnd } from "./wait-for-end.ts";

/** What a runner shares with the other runners of its manager. */
export interface RunnerDeps {
  /** Of the controller's own cluster, as are the informers and the recorder. */
  readonly client: KubeClient;
  readonly informers: Informers;
  readonly clusterOf: (name: string) => ClusterParts;
  readonly tracer: ReconcileTracer;
  readonly recorder: EventRecorder;
  readonly metrics: ManagerMetrics;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly isLive: (kind: Kind<unknown, unknown>) => boolean;
  /** Limits the controllers' own kinds to a shard. */
  readonly shard: string | undefined;
}

const RUNS_PER_TURN = 64;
const NO_KIND = { group: "", kind: "" };

/** Flux's rate limiter. */
const BACKOFF = { baseMs: 750, maxMs: 15 * 60_000 };

/** Runs one controller: its watches, its queue and its workers. */
export class ControllerRunner implements Runnable {
  readonly controller: Controller;
  readonly queue: WorkQueue;
  readonly #deps: RunnerDeps;
  readonly #log: Logger;
  readonly #leases = new Set<InformerLease>();
  readonly #reconcileDeps: ReconcileDeps;
  readonly #stop = new RunAbort();
  readonly #superseders = new TransientMap<RunAbort>();
  readonly #sources: Promise<void>[] = [];
  readonly #timeoutMs: number | undefined;
  /** A series for each Pod or ConfigMap would cost more than what it tells. */
  readonly #hasObjectSeries: boolean;
  readonly #limiter: RunLimiter | undefined;
  #workers: Promise<void>[] = [];
  #runs = 0;

  constructor(controller: Controller, deps: RunnerDeps) {
    const { name, options } = controller;
    this.controller = controller;
    this.#deps = deps;
    const kind = controller.primary?.kind;
    this.#log = deps.logger.with({
      controller: name,
      ...(kind === undefined ? {} : { controllerGroup: kind.group, controllerKind: kind.kind }),
    });
    this.#timeoutMs = options.timeout === undefined ? undefined : milliseconds(options.timeout);
    const { rateLimit } = options;
    this.#limiter = rateLimit && new RunLimiter(deps.clock, rateLimit.runs, milliseconds(rateLimit.per));
    const { informers, recorder, clock, random, isLive } = deps;
    const fieldManager = componentOf(controller);
    const applied = new AppliedIntents();
    this.#reconcileDeps = { controller, informers, recorder, clock, random, isLive, applied, fieldManager };
    this.#hasObjectSeries = controller.primary !== undefined && !isBuiltInKind(controller.primary.kind);
    this.queue = new WorkQueue({
      clock: deps.clock,
      random: deps.random,
      backoff: options.backoff ?? BACKOFF,
      observer: deps.metrics.queueObserver(name),
    });
    deps.metrics.prepare(name, options.concurrency ?? 1);
  }

  get name(): string {
    return this.controller.name;
  }

  get needsLease(): boolean {
    return this.controller.options.leaderless !== true;
  }

  /** Declares the controller's watches and listens to them; nothing is reconciled yet. */
  prepare(): void {
    const { controller } = this;
    for (const { kind, name, valuesOf, cluster } of controller.indexes)
      this.#informersOf(cluster).addIndex(kind, name, valuesOf);
    if (controller.primary !== undefined) this.#watchPrimary(controller.primary);
    const enqueue = this.#enqueue(0);
    const enqueueInitial = this.#enqueue(LOW_PRIORITY);
    for (const { kind, scope, cluster, handle } of controller.watches) {
      this.#subscribe(this.#informersOf(cluster).lease(kind, scope), (change) => {
        const isInitial = change.kind === "create" && change.isInitial;
        return handle(change, change.isOwn ? this.#quietEnqueue : isInitial ? enqueueInitial : enqueue);
      });
    }
  }

  /** Resolves when every watch has told its handlers of its first state. */
  async synced(): Promise<void> {
    await Promise.all([...this.#leases].map((lease) => lease.synced()));
  }

  /** Begins to take keys from sources and to reconcile. */
  start(): void {
    for (const source of this.controller.sources) this.#sources.push(this.#runSource(source));
    const { concurrency = 1 } = this.controller.options;
    this.#workers = Array.from({ length: concurrency }, () => this.#work());
  }

  /** Asks for a reconcile from outside. */
  add(key: string, options: AddOptions = {}): void {
    this.queue.add(key, options);
  }

  /** Ends everything: no new run starts, running ones are told to end. */
  async stop(options: StopOptions): Promise<boolean> {
    this.queue.close();
    this.#stop.abort(new ManagerStoppedError());
    const ended = Promise.all([...this.#workers, ...this.#sources]);
    const isEnded = await waitForEnd(ended, this.#deps.clock, options);
    if (!isEnded)
      this.#log.warn("reconciles did not end in time", {
        held: this.queue.processing.entries().map(([key]) => key),
      });
    await Promise.all([...this.#leases].map((lease) => lease[Symbol.asyncDispose]()));
    return isEnded;
  }

  #watchPrimary(primary: NonNullable<Controller["primary"]>): void {
    const { when = DEFAULT_PREDICATE } = primary.options;
    const scope = withShard(scopeOf(primary.options), this.#deps.shard);
    this.#subscribe(this.#deps.informers.lease(primary.kind, scope), (change) => {
      const isInitial = change.kind === "create" && change.isInitial;
      const priority = isInitial ? LOW_PRIORITY : 0;
      whenTaken(when, change, () => this.#add(formatKey(keyOf(change.object)), { priority }, change.isOwn));
    });
  }

  #subscribe(lease: InformerLease, handler: (change: Change) => void): void {
    lease.subscribe(handler);
    this.#leases.add(lease);
  }

  #informersOf(cluster: string | undefined): Informers {
    return cluster === undefined ? this.#deps.informers : this.#deps.clusterOf(cluster).informers;
  }

  #enqueue(priority: number): Enqueue {
    return {
      add: (key, options) => this.#add(formatKey(key), { priority, ...options }, priority < 0),
      cache: this.#deps.informers,
    };
  }

  /** For changes that this process made: they are reconciled, but interrupt nothing. */
  get #quietEnqueue(): Enqueue {
    return {
      add: (key, options) => this.#add(formatKey(key), options ?? {}, true),
      cache: this.#deps.informers,
    };
  }

  #add(key: string, options: AddOptions, isQuiet: boolean): void {
    this.queue.add(key, options);
    if (!isQuiet && (options.afterMs ?? 0) <= 0) {
      this.#superseders.get(key)?.abort(new SupersededError(key));
    }
  }

  #runSource(source: Controller["sources"][number]): Promise<void> {
    const ctx: SourceContext = {
      client: this.#deps.client,
      cache: this.#deps.informers,
      clock: this.#deps.clock,
      log: this.#log,
      signal: this.#stop.signal,
      add: (key, options = {}) => this.#add(typeof key === "string" ? key : formatKey(key), options, false),
      watch: (kind, scope, handler) => {
        const lease = this.#deps.informers.lease(kind, scopeOf(scope), () => this.#leases.delete(lease));
        lease.subscribe(handler as unknown as (change: Change) => void);
        this.#leases.add(lease);
        return lease;
      },
    };
    return runSource(source, ctx);
  }

  async #work(): Promise<void> {
    for (let item = await this.queue.take(); item !== undefined; item = await this.queue.take()) {
      try {
        const waitMs = this.#limiter?.take(item.key) ?? 0;
        if (waitMs > 0) this.queue.add(item.key, { afterMs: waitMs, priority: item.priority });
        else await this.#process(item);
      } finally {
        this.queue.done(item.key);
      }
      // Runs that wait for nothing would hold the event loop for as long as there are keys.
      this.#runs += 1;
      if (this.#runs % RUNS_PER_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async #process(item: TakenItem): Promise<void> {
    const { clock, metrics } = this.#deps;
    const { name } = this.controller;
    const superseder = new RunAbort();
    this.#superseders.set(item.key, superseder);
    const startedMs = clock.monotonic();
    metrics.started(name);
    const end = await this.#runToEnd(item.key, superseder);
    this.#superseders.delete(item.key);
    const tookMs = clock.monotonic() - startedMs;
    metrics.ended(name, resultOf(end), tookMs);
    if (end.kind === "ended" && this.#hasObjectSeries) metrics.observeObject(end.object, tookMs);
    if (!this.#stop.isAborted) this.#settle(item, end);
  }

  #runToEnd(key: string, superseded: RunAbort): Promise<RunEnd> {
    const { tracer } = this.#deps;
    const { name, primary } = this.controller;
    const { group, kind } = primary?.kind ?? NO_KIND;
    const reconcileID = randomUUID();
    const log = (): Logger =>
      this.#log.with({ ...(primary === undefined ? { key } : parseKey(key)), reconcileID });
    return tracer.run({ controller: name, group, kind, key, reconcileID }, async () => {
      try {
        return await this.#run(key, superseded, log);
      } catch (thrown) {
        // The shell itself failed: a status could not be written, a finalizer not be added.
        return { kind: "ended", object: undefined, outcome: outcomeOfError(thrown, undefined), thrown };
      }
    });
  }

  async #run(key: string, superseded: RunAbort, log: () => Logger): Promise<RunEnd> {
    const { client, clock, informers, clusterOf } = this.#deps;
    const { controller } = this;
    const deps = this.#reconcileDeps;
    await using scope = new RunScope({
      key,
      client,
      informers,
      clusterOf,
      clock,
      fieldManager: deps.fieldManager,
      superseded,
      log,
      timeoutMs: this.#timeoutOf(key),
      stop: this.#stop,
    });
    if (controller.primary !== undefined) return await reconcileObject(deps, scope);
    const ctx = new RunContext({ deps, run: scope, site: scope.home, own: (_, intent) => intent });
    return await keyedEnd(() => scope.supervise(() => controller.reconcileKey(key, ctx)));
  }

  #timeoutOf(key: string): number | undefined {
    const { primary } = this.controller;
    const timeoutMs = primary?.options.timeoutMs;
    if (primary === undefined || timeoutMs === undefined) return this.#timeoutMs;
    const object = this.#deps.informers.get(primary.kind as Kind<KubeObject>, parseKey(key));
    return (object === undefined ? undefined : timeoutMs(object)) ?? this.#timeoutMs;
  }

  /** The only place where an outcome becomes queue operations. */
  #settle(item: TakenItem, end: RunEnd): void {
    const { key, priority } = item;
    if (end.kind === "gone") {
      this.queue.forget(key);
      const { primary } = this.controller;
      if (primary !== undefined) this.#deps.metrics.forgetObject(primary.kind.kind, parseKey(key));
      return;
    }
    this.#count(key, end);
    const { outcome } = end;
    switch (outcome.kind) {
      case "settled":
      case "waiting":
        this.queue.forget(key);
        if (outcome.recheckAfterMs !== undefined) this.queue.add(key, { afterMs: outcome.recheckAfterMs });
        return;
      case "stalled":
        return this.queue.forget(key);
      case "failed":
        if (outcome.recheckAfterMs === undefined) this.queue.retry(key, priority);
        else this.queue.add(key, { afterMs: outcome.recheckAfterMs, priority });
    }
  }

  #count(key: string, end: Extract<RunEnd, { readonly kind: "ended" }>): void {
    const { metrics } = this.#deps;
    const { name } = this.controller;
    const { outcome, thrown } = end;
    if (thrown instanceof ReconcileTimeoutError) metrics.timedOut(name);
    if (outcome.kind === "stalled") {
      metrics.terminal(name);
      this.#log.warn("stalled", { key, reason: outcome.reason, error: outcome.message });
    }
    if (outcome.kind !== "failed") return;
    if (outcome.error instanceof ReconcilePanicError) metrics.panicked(name);
    this.#log.error("reconcile failed", {
      key,
      reason: outcome.error.reason,
      error: describeError(outcome.error),
      failures: this.queue.failures(key) + 1,
    });
  }
}

async function keyedEnd(run: () => Promise<Outcome | void>): Promise<RunEnd> {
  try {
    return { kind: "ended", object: undefined, outcome: outcomeOfResult(await run()) };
  } catch (thrown) {
    return { kind: "ended", object: undefined, outcome: outcomeOfError(thrown, undefined), thrown };
  }
}

function resultOf(end: RunEnd): ReconcileResultLabel {
  if (end.kind === "gone") return "success";
  switch (end.outcome.kind) {
    case "failed":
    case "stalled":
      return "error";
    case "settled":
    case "waiting":
      return end.outcome.recheckAfterMs === undefined ? "success" : "requeue_after";
  }
}

function withShard(scope: WatchScope, shard: string | undefined): WatchScope {
  if (shard === undefined || shard === "") return scope;
  const labelSelector = scope.labelSelector === undefined ? shard : `${scope.labelSelector},${shard}`;
  return { ...scope, labelSelector };
}
