import type { Clock, JsonObject, Logger } from "@weir/core";
import type {
  DeleteOptions,
  Kind,
  KubeClient,
  ListOptions,
  Patch,
  ReadOptions,
  WriteOptions,
} from "@weir/client";
import type { KubeList, ObjectKey } from "@weir/objects";
import type { CacheQuery, CacheReader } from "../cache/cache-reader.ts";
import type { Change } from "../cache/change.ts";
import type { InformerLease } from "../cache/informers.ts";
import type { WatchScope } from "../cache/reflector.ts";
import type { Progress, StatusOf } from "./report.ts";

/** An event about the reconciled object, for people to read. */
export interface ReconcileEvent {
  /** `Normal` by default. */
  readonly type?: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
  /** As they go onto the Event, group prefix included (`kustomize.toolkit.fluxcd.io/revision`). */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Options of a server-side apply made in a reconcile. */
export interface ApplyIntentOptions {
  /** Sets the reconciled object as controller; on by default for kinds declared with `.owns`. */
  readonly owner?: boolean;
  /** Takes fields from other managers; true by default, as controllers should. */
  readonly force?: boolean;
  readonly fieldManager?: string;
  readonly dryRun?: boolean;
}

/** What an apply did. */
export interface Applied<R> {
  readonly object: R;
  /** False where the object was as intended already; often no request was made then. */
  readonly changed: boolean;
}

/** Reads that go to the server; named so that they show in a review. */
export interface LiveReads {
  get<R>(kind: Kind<R, unknown>, key: ObjectKey, options?: ReadOptions): Promise<R | undefined>;
  list<R>(kind: Kind<R, unknown>, options?: ListOptions): Promise<KubeList<R>>;
}

/** What a reconcile without an object of its own has to work with. */
export interface BaseContext {
  /** The key as the queue holds it: `namespace/name`, or whatever the source of a keyed controller said. */
  readonly key: string;
  /**
   * Aborts when the manager stops or the run's time is up. Reads and writes through this context stop by themselves;
   * hand it to whatever else takes time.
   */
  readonly signal: AbortSignal;
  /**
   * Aborts when a newer state asks for this key while the run goes on, so that a long wait can end early. Changes
   * made by this process do not count. The next run begins as soon as this one ends.
   */
  readonly superseded: AbortSignal;
  readonly log: Logger;
  readonly clock: Clock;
  /** A client whose writes the cache sees at once; it also closes with the run. */
  readonly client: KubeClient;
  readonly cache: CacheReader;
  readonly live: LiveReads;
  /** The same for another cluster of the manager; throws an `UnknownClusterError` where it has none of that name. */
  cluster(name: string): BaseContext;
  /** Reads from the cache; kinds that are never cached (Secrets and ConfigMaps by default) are read live. */
  get<R>(kind: Kind<R, unknown>, key: ObjectKey): Promise<R | undefined>;
  list<R>(kind: Kind<R, unknown>, query?: CacheQuery): Promise<readonly R[]>;
  create<R, W>(
    kind: Kind<R, W>,
    object: W,
    options?: WriteOptions & { readonly owner?: boolean },
  ): Promise<R>;
  /**
   * Changes an object by a function from its current state to the wanted one; writes nothing where they are equal.
   *
   * On a conflict the object is read again and the function is called again, up to five times. `undefined` where there
   * is no such object.
   */
  update<R, W>(
    kind: Kind<R, W>,
    key: ObjectKey,
    change: (current: R) => W,
    options?: WriteOptions,
  ): Promise<R | undefined>;
  patch<R>(kind: Kind<R, unknown>, key: ObjectKey, patch: Patch, options?: WriteOptions): Promise<R>;
  /**
   * Watches a kind while the run lasts: the handler is told of what is there, then of every change. Where the kind and
   * scope are watched already, that watch is shared and nothing is asked of the server. Ends with the run, or before it
   * when the lease is disposed.
   */
  watch<R>(kind: Kind<R, unknown>, scope: WatchScope, handler: (change: Change<R>) => void): InformerLease;
  /** Applies a whole intent server-side; skipped where the same intent was applied and nothing changed since. */
  apply<R, W>(kind: Kind<R, W>, intent: W, options?: ApplyIntentOptions): Promise<Applied<R>>;
  delete<R>(kind: Kind<R, unknown>, key: ObjectKey, options?: DeleteOptions): Promise<R | undefined>;
}

/** What a reconcile has to work with. */
export interface ReconcileContext<R, Facts = JsonObject> extends BaseContext {
  /** The cached objects of a kind declared with `.owns` that this object controls. */
  owned<O>(kind: Kind<O, unknown>): readonly O[];
  /** Records facts for the controller's report function; later values replace earlier ones. */
  record(facts: Partial<Facts>): void;
  readonly facts: Readonly<Partial<Facts>>;
  /**
   * Says what the run is at. Written to the status only once the run has taken 250 ms, or at once with `now`; quick
   * runs write their end alone.
   */
  progress(progress: Progress, options?: { readonly now?: boolean }): Promise<void>;
  /** What the default report makes conditions of; controllers with a report of their own use `record`. */
  readonly status: {
    patch(fields: Partial<StatusOf<R>>): void;
    ready(reason: string, message: string): void;
    notReady(reason: string, message: string): void;
    stalled(reason: string, message: string): void;
  };
  /** Publishes an event about the object; never waits and never fails the run. */
  event(event: ReconcileEvent): void;
}
