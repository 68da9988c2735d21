import type { BackoffOptions, JsonObject, Outcome } from "@weir/core";
import type { Kind } from "@weir/client";
import type { KubeObject, ObjectKey } from "@weir/objects";
import type { CacheReader } from "../cache/cache-reader.ts";
import type { Change } from "../cache/change.ts";
import type { IndexFunction } from "../cache/index-table.ts";
import type { InformerLease } from "../cache/informers.ts";
import type { WatchScope } from "../cache/reflector.ts";
import type { AddOptions } from "../queue/work-queue.ts";
import type { BaseContext, ReconcileContext } from "../reconcile/context.ts";
import type { Report } from "../reconcile/report.ts";
import type { Enqueue, GenericHandler } from "./event-handler.ts";
import type { Predicate } from "./predicates.ts";
import type { Clock, Logger } from "@weir/core";
import type { KubeClient } from "@weir/client";

/** What a reconcile may return; nothing means settled. */
export type ReconcileResult = Promise<Outcome | void> | Outcome | void;

/** Options of a controller as a whole. */
export interface ControllerOptions {
  /** How many keys are reconciled at a time; 1 by default. */
  readonly concurrency?: number;
  /** Longest time of one run, in milliseconds or as Go writes durations; none by default. */
  readonly timeout?: number | string;
  /** Delays between failures of one key; 750 ms doubling to 15 minutes by default, as Flux. */
  readonly backoff?: BackoffOptions;
  /**
   * At most so many runs of one key within a time, in milliseconds or as Go writes durations; what comes sooner waits,
   * and is one run then. No limit by default.
   */
  readonly rateLimit?: { readonly runs: number; readonly per: number | string };
  /** Who the controller is in events and managed fields (`source-controller`); its name by default. */
  readonly component?: string;
  /**
   * What becomes of the status where no report function is given. `summary` keeps Ready, Reconciling and Stalled by
   * kstatus' rules; `none` writes nothing. By default `summary` for custom kinds and `none` for built-in ones.
   */
  readonly status?: "summary" | "none";
  /** The cluster of the manager, by name, whose objects it reconciles; the manager's own by default. */
  readonly cluster?: string;
  /** Works without the lease, too, where the manager has leader election: what it does must bear company. */
  readonly leaderless?: boolean;
  /** Shown as progress once a run takes this long; 250 ms by default. */
  readonly progressAfterMs?: number;
}

/** Options of a controller's own kind. */
export interface PrimaryOptions<R> extends WatchScope {
  /** Which changes count; a new generation or a reconcile request by default. */
  readonly when?: Predicate<R>;
  /** Whether the object is suspended; `spec.suspend` by default. */
  readonly suspended?: (object: R) => boolean;
  /** How long a run of this object may take, in milliseconds; overrides the controller's timeout. */
  readonly timeoutMs?: (object: R) => number | undefined;
  /** When an error that is retried at the next interval is retried, in milliseconds. */
  readonly intervalMs?: (object: R) => number | undefined;
  /** Keeps the last reconcile request seen in `status.lastHandledReconcileAt`, as Flux; false by default. */
  readonly handledAt?: boolean;
}

/** Options of another kind that a controller watches. */
export interface WatchOptions<R> extends WatchScope {
  readonly when?: Predicate<R>;
  /** Watches metadata alone; the objects of the handler then have nothing else. */
  readonly metadataOnly?: boolean;
  /** The cluster of the manager in which it is watched; the controller's own by default. */
  readonly cluster?: string;
}

/** A finalizer and what it stands for. */
export interface FinalizerDeclaration {
  readonly name: string;
  readonly remove: (object: KubeObject, ctx: ReconcileContext<KubeObject>) => ReconcileResult;
  /** Which objects need it; all where there is none. */
  readonly when: ((object: KubeObject) => boolean) | undefined;
}

/** One kind that a controller watches besides its own. */
export interface WatchDeclaration {
  readonly kind: Kind<unknown, unknown>;
  readonly scope: WatchScope;
  /** The cluster in which it is watched, where that is not the controller's own. */
  readonly cluster: string | undefined;
  readonly role: "owns" | "watches" | "reads";
  readonly handle: (change: Change, enqueue: Enqueue) => void;
}

/** An index over a kind. */
export interface IndexDeclaration {
  readonly kind: Kind<unknown, unknown>;
  readonly name: string;
  readonly valuesOf: IndexFunction;
  /** The cluster whose objects it is over, where that is not the controller's own. */
  readonly cluster: string | undefined;
}

/** What a source of keys has to work with. */
export interface SourceContext {
  readonly client: KubeClient;
  readonly cache: CacheReader;
  readonly clock: Clock;
  readonly log: Logger;
  /** Aborts when the controller stops. */
  readonly signal: AbortSignal;
  /** Asks for a reconcile. */
  add(key: ObjectKey | string, options?: AddOptions): void;
  /** Watches a kind from now on; disposing the lease ends that. */
  watch<R>(kind: Kind<R, unknown>, options: WatchScope, handler: (change: Change<R>) => void): InformerLease;
}

/** Events from outside of Kubernetes, and what they mean. */
export interface EventSource<Event = unknown> {
  readonly events: AsyncIterable<Event>;
  readonly handler: GenericHandler<Event>;
}

/**
 * Where keys come from besides watches: a stream of keys, a stream of events with their handler, or a function that
 * asks for reconciles until it returns.
 */
export type Source =
  | AsyncIterable<ObjectKey | string>
  | EventSource
  | ((ctx: SourceContext) => AsyncIterable<ObjectKey | string> | Promise<void> | void);

/** The kind that a controller reconciles. */
export interface PrimaryDeclaration {
  readonly kind: Kind<unknown, unknown>;
  readonly options: PrimaryOptions<KubeObject>;
}

/** A controller as plain data: everything that runs it, and everything that can be derived from it (rights, docs). */
export interface Controller {
  readonly name: string;
  readonly options: ControllerOptions;
  /** Absent where a controller reconciles keys. */
  readonly primary: PrimaryDeclaration | undefined;
  readonly watches: readonly WatchDeclaration[];
  readonly indexes: readonly IndexDeclaration[];
  readonly finalizers: readonly FinalizerDeclaration[];
  readonly sources: readonly Source[];
  readonly report: Report<KubeObject, JsonObject> | undefined;
  readonly reconcile: (object: KubeObject, ctx: ReconcileContext<KubeObject>) => ReconcileResult;
  readonly reconcileKey: (key: string, ctx: BaseContext) => ReconcileResult;
}
