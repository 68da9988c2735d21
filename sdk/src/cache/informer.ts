import type { Clock, Logger, Random } from "@weir/core";
import { describeError } from "@weir/core";
import { type Kind, type KubeClient } from "@weir/client";
import { deepFreeze, formatApiVersion, formatKey, keyOf, type KubeObject } from "@weir/objects";
import type { Change } from "./change.ts";
import type { IndexFunction } from "./index-table.ts";
import { ObjectStore } from "./object-store.ts";
import { isOlder } from "./own-writes.ts";
import { Reflector, type WatchScope } from "./reflector.ts";
import { fieldMatcher, labelMatcher } from "./selector.ts";

/** Told of each change in the order in which the watch shows them; synchronous. */
export type ChangeHandler = (change: Change) => void;

/** What an informer is made of. */
export interface InformerOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly kind: Kind<unknown, unknown>;
  readonly scope: WatchScope;
}

/** Handlers of an initial list of any size must not hold the event loop, so it is let go after so many changes. */
const CHANGES_PER_TURN = 250;

/** One watch of a kind and scope with its store and whoever is told of changes. */
export class Informer {
  readonly kind: Kind<unknown, unknown>;
  readonly scope: WatchScope;
  readonly store: ObjectStore;
  readonly #options: InformerOptions;
  readonly #handlers = new Set<ChangeHandler>();
  readonly #abort = new AbortController();
  readonly #waiters: (() => void)[] = [];
  #running: Promise<void> | undefined;
  #hasSynced = false;
  #trouble: unknown;

  constructor(options: InformerOptions) {
    this.kind = options.kind;
    this.scope = options.scope;
    this.#options = options;
    this.store = new ObjectStore(belongsTo(options.scope));
  }

  /** Whether the first state is in the store and every handler has been told of all of it. */
  get hasSynced(): boolean {
    return this.#hasSynced;
  }

  /** Why the watch does not work at the moment; `undefined` while it does. */
  get trouble(): unknown {
    return this.#trouble;
  }

  /** Resolves once synced, or stopped. */
  synced(): Promise<void> {
    if (this.#hasSynced || this.#abort.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  /** Adds an index; an object that it cannot make sense of is logged, and not listed by it. */
  addIndex(name: string, valuesOf: IndexFunction): void {
    this.store.addIndex(name, valuesOf, (object, error) => {
      this.#options.logger.error("an index cannot make sense of an object", {
        ...this.#logFields(),
        index: name,
        object: formatKey(keyOf(object)),
        error: describeError(error),
      });
    });
  }

  /** Tells the handler of what is there, then of every change; disposing ends that. */
  subscribe(handler: ChangeHandler): Disposable {
    this.#handlers.add(handler);
    for (const object of this.store.list()) {
      this.#tell(handler, { kind: "create", object, isInitial: true, isOwn: false });
    }
    return { [Symbol.dispose]: () => void this.#handlers.delete(handler) };
  }

  /** Begins watching; a second call does nothing. */
  start(): void {
    if (this.#running !== undefined || this.#abort.signal.aborted) return;
    const { client, clock, random, logger } = this.#options;
    const reflector = new Reflector({
      client,
      clock,
      random,
      logger,
      kind: this.kind,
      scope: this.scope,
      sink: {
        begin: () => this.store.beginReplacement(),
        stage: (object) => this.store.stage(object),
        unstage: (object) => this.store.unstage(object),
        commit: (version) => this.#commit(version),
        admit: (object) => deepFreeze(this.#slim(object)) as KubeObject,
        upsert: (object) => this.#dispatch(this.store.upsert(object)),
        remove: (object) => this.#dispatch(this.store.remove(object)),
        bookmark: (version) => this.store.bookmark(version),
        trouble: (error) => this.#onTrouble(error),
      },
    });
    this.#running = reflector.run(this.#abort.signal);
  }

  /** Ends the watch; resolves when nothing of it runs any more. */
  async stop(): Promise<void> {
    this.#abort.abort();
    this.#handlers.clear();
    this.#waiters.splice(0).forEach((resolve) => resolve());
    await this.#running;
  }

  /** Takes the answer to a write of this process. */
  noteWritten(object: KubeObject): void {
    if (this.#covers(keyOf(object).namespace)) this.store.noteWritten(this.#slim(object));
  }

  /** Takes a deletion by this process. */
  noteDeleted(key: string, uid: string | undefined): void {
    this.store.noteDeleted(key, uid);
  }

  #covers(namespace: string | undefined): boolean {
    return this.scope.namespace === undefined || this.scope.namespace === namespace;
  }

  async #commit(version: string): Promise<void> {
    const { reachedVersion } = this.store;
    if (isOlder(version, reachedVersion)) {
      this.#options.logger.warn("the server's state is older than what it showed before", {
        ...this.#logFields(),
        resourceVersion: version,
        before: reachedVersion,
      });
    }
    let told = 0;
    for (const change of this.store.completeReplacement(version)) {
      this.#dispatch(change);
      told += 1;
      if (told % CHANGES_PER_TURN === 0) await nextTurn();
    }
    if (this.#hasSynced) return;
    this.#hasSynced = true;
    this.#waiters.splice(0).forEach((resolve) => resolve());
  }

  #dispatch(change: Change | undefined): void {
    if (change === undefined || this.#abort.signal.aborted) return;
    // Who comes while others are told was told of the object already; who has gone is told nothing more.
    for (const handler of Array.from(this.#handlers))
      if (this.#handlers.has(handler)) this.#tell(handler, change);
  }

  #tell(handler: ChangeHandler, change: Change): void {
    const onFailure = (error: unknown): void =>
      this.#options.logger.error("a handler of object changes threw", {
        ...this.#logFields(),
        object: formatKey(keyOf(change.object)),
        error: describeError(error),
      });
    // One handler that throws must neither stop the watch nor keep others from being told.
    try {
      const result: unknown = handler(change);
      if (result instanceof Promise) result.catch(onFailure);
    } catch (error) {
      onFailure(error);
    }
  }

  #onTrouble(error: unknown): void {
    const before = this.#trouble;
    this.#trouble = error;
    if (error === undefined) {
      if (before !== undefined) this.#options.logger.info("watching again", this.#logFields());
      return;
    }
    const text = describeError(error);
    const level = before !== undefined && describeError(before) === text ? "debug" : "warn";
    this.#options.logger[level]("cannot watch, trying again", { ...this.#logFields(), error: text });
  }

  /** Managed fields are a third of an object's memory and no reader of a cache needs them. */
  #slim(object: KubeObject): KubeObject {
    if (this.kind.metadataOnly === true) {
      return { apiVersion: object.apiVersion, kind: object.kind, metadata: slimMetadata(object) };
    }
    if (object.metadata.managedFields === undefined) return object;
    return { ...object, metadata: slimMetadata(object) };
  }

  #logFields(): Readonly<Record<string, unknown>> {
    return { apiVersion: formatApiVersion(this.kind), kind: this.kind.kind, ...this.scope };
  }
}

function slimMetadata(object: KubeObject): KubeObject["metadata"] {
  const { managedFields: _, ...metadata } = object.metadata;
  return metadata;
}

/** Whether the watch of a scope would show an object; unknown field selectors keep own writes out of the cache. */
function belongsTo(scope: WatchScope): (object: KubeObject) => boolean {
  const hasLabels = labelMatcher(scope.labelSelector);
  const hasFields =
    scope.fieldSelector === undefined ? undefined : (fieldMatcher(scope.fieldSelector) ?? (() => false));
  return (object) => (hasLabels?.(object) ?? true) && (hasFields?.(object) ?? true);
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
