import type { Clock, Logger, Random } from "@weir/core";
import { type Kind, type KubeClient } from "@weir/client";
import { formatApiVersion, formatKey, keyOf, type KubeObject, type ObjectKey } from "@weir/objects";
import {
  type CacheQuery,
  type CacheReader,
  DuplicateIndexError,
  UndeclaredIndexError,
  UndeclaredReadError,
} from "./cache-reader.ts";
import type { IndexFunction } from "./index-table.ts";
import { type ChangeHandler, Informer } from "./informer.ts";
import type { WatchScope } from "./reflector.ts";
import { joinLeases } from "./join-leases.ts";
import { fieldQueryMatcher, labelMatcher } from "./selector.ts";

/** One user's share of an informer; disposing it ends its subscriptions, and the watch when it was the last. */
export interface InformerLease extends AsyncDisposable {
  readonly kind: Kind<unknown, unknown>;
  readonly hasSynced: boolean;
  readonly trouble: unknown;
  synced(): Promise<void>;
  subscribe(handler: ChangeHandler): Disposable;
}

/** What the set of informers is made of. */
export interface InformersOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Watches of namespaced kinds that name no namespace are of these alone; of all by default. */
  readonly namespaces?: readonly string[] | undefined;
}

interface Shared {
  readonly informer: Informer;
  leases: number;
}

/** The informers of a manager: one per kind and scope, shared by all that watch it, gone with the last of them. */
export class Informers implements CacheReader {
  readonly #options: InformersOptions;
  readonly #shared = new Map<string, Shared>();
  readonly #byKind = new Map<string, Informer[]>();
  readonly #indexes = new Map<string, Map<string, IndexFunction>>();
  #isStarted = false;

  constructor(options: InformersOptions) {
    this.#options = options;
  }

  /** All informers, for readiness. */
  get all(): readonly Informer[] {
    return [...this.#shared.values()].map(({ informer }) => informer);
  }

  /** Begins all watches; those that are added later begin at once. */
  start(): void {
    this.#isStarted = true;
    for (const { informer } of this.#shared.values()) informer.start();
  }

  async stop(): Promise<void> {
    const informers = this.all;
    this.#shared.clear();
    this.#byKind.clear();
    await Promise.all(informers.map((informer) => informer.stop()));
  }

  /** Shares the informer of a kind and scope, made if there is none; `onDispose` is told when the share ends. */
  lease(kind: Kind<unknown, unknown>, scope: WatchScope = {}, onDispose?: () => void): InformerLease {
    const { namespaces } = this.#options;
    if (namespaces === undefined || scope.namespace !== undefined || kind.scope === "Cluster") {
      return this.#leaseOne(kind, scope, onDispose);
    }
    const leases = namespaces.map((namespace) => this.#leaseOne(kind, { ...scope, namespace }));
    return joinLeases(kind, leases, onDispose);
  }

  #leaseOne(kind: Kind<unknown, unknown>, scope: WatchScope, onDispose?: () => void): InformerLease {
    const name = informerName(kind, scope);
    let shared = this.#shared.get(name);
    if (shared === undefined) {
      shared = { informer: this.#make(kind, scope), leases: 0 };
      this.#shared.set(name, shared);
    }
    shared.leases += 1;
    return this.#leaseOf(name, shared, onDispose);
  }

  /** Adds an index to all informers of the kind, present and future. The same again does nothing; another is refused. */
  addIndex(kind: Kind<unknown, unknown>, name: string, valuesOf: IndexFunction): void {
    const indexes = this.#indexes.get(kindName(kind)) ?? new Map<string, IndexFunction>();
    const known = indexes.get(name);
    if (known === valuesOf) return;
    if (known !== undefined) throw new DuplicateIndexError(kind, name);
    this.#indexes.set(kindName(kind), indexes.set(name, valuesOf));
    for (const informer of this.#byKind.get(kindName(kind)) ?? []) informer.addIndex(name, valuesOf);
  }

  /** Whether a read of the kind in the namespace would be answered. */
  canRead(kind: Kind<unknown, unknown>, namespace: string | undefined): boolean {
    return this.#readers(kind, namespace) !== undefined;
  }

  get<R>(kind: Kind<R, unknown>, key: ObjectKey): R | undefined {
    const [informer] = this.#requireReaders(kind, key.namespace);
    return informer?.store.get(formatKey(key)) as R | undefined;
  }

  list<R>(kind: Kind<R, unknown>, query: CacheQuery = {}): readonly R[] {
    const readers = this.#requireReaders(kind, query.namespace);
    const { namespace, index, limit } = query;
    if (index !== undefined && this.#indexes.get(kindName(kind))?.has(index[0]) !== true) {
      throw new UndeclaredIndexError(kind, index[0]);
    }
    const hasLabels = labelMatcher(query.labels);
    const hasFields = fieldQueryMatcher(query.fields);
    const matches =
      hasLabels === undefined || hasFields === undefined
        ? (hasLabels ?? hasFields)
        : (object: KubeObject) => hasLabels(object) && hasFields(object);
    const found = readers.map(({ store }) => store.list({ namespace, index, matches }));
    const objects = found.length === 1 ? (found[0] ?? []) : found.flat();
    const taken = limit === undefined ? objects : objects.slice(0, limit);
    return taken as readonly unknown[] as readonly R[];
  }

  /** Runs a write of the key and lets the caches see its answer at once. */
  async trackWrite<R>(
    kind: Kind<R, unknown>,
    key: ObjectKey | undefined,
    write: () => Promise<R>,
  ): Promise<R> {
    const informers = this.#byKind.get(kindName(kind)) ?? [];
    if (informers.length === 0) return write();
    const text = key === undefined ? undefined : formatKey(key);
    if (text !== undefined) for (const { store } of informers) store.ownWrites.begin(text);
    try {
      const written = await write();
      const object = written as KubeObject;
      if (object.kind === kind.kind) for (const informer of informers) informer.noteWritten(object);
      return written;
    } finally {
      if (text !== undefined) for (const { store } of informers) store.ownWrites.end(text);
    }
  }

  /** Runs a delete of the key and lets the caches see its answer at once. */
  async trackDelete<R>(
    kind: Kind<R, unknown>,
    key: ObjectKey,
    remove: () => Promise<R | undefined>,
  ): Promise<R | undefined> {
    const informers = this.#byKind.get(kindName(kind)) ?? [];
    const text = formatKey(key);
    const uids = informers.map(({ store }) => store.get(text)?.metadata.uid);
    for (const { store } of informers) store.ownWrites.begin(text);
    try {
      const left = (await remove()) as KubeObject | undefined;
      informers.forEach((informer, index) => {
        if (left !== undefined && isHeld(left)) informer.noteWritten(left);
        else informer.noteDeleted(text, uids[index]);
      });
      return left as R | undefined;
    } finally {
      for (const { store } of informers) store.ownWrites.end(text);
    }
  }

  #leaseOf(name: string, shared: Shared, onDispose?: () => void): InformerLease {
    const { informer } = shared;
    const subscriptions = new Set<Disposable>();
    let isDisposed = false;
    return {
      kind: informer.kind,
      get hasSynced() {
        return informer.hasSynced;
      },
      get trouble() {
        return informer.trouble;
      },
      synced: () => informer.synced(),
      subscribe: (handler) => {
        const subscription = informer.subscribe(handler);
        subscriptions.add(subscription);
        return subscription;
      },
      [Symbol.asyncDispose]: async () => {
        if (isDisposed) return;
        isDisposed = true;
        onDispose?.();
        for (const subscription of subscriptions) subscription[Symbol.dispose]();
        shared.leases -= 1;
        if (shared.leases > 0 || this.#shared.get(name) !== shared) return;
        this.#shared.delete(name);
        const others = (this.#byKind.get(kindName(informer.kind)) ?? []).filter(
          (other) => other !== informer,
        );
        this.#byKind.set(kindName(informer.kind), others);
        await informer.stop();
      },
    };
  }

  #make(kind: Kind<unknown, unknown>, scope: WatchScope): Informer {
    const informer = new Informer({ ...this.#options, kind, scope });
    for (const [name, valuesOf] of this.#indexes.get(kindName(kind)) ?? []) {
      informer.addIndex(name, valuesOf);
    }
    this.#byKind.set(kindName(kind), [...(this.#byKind.get(kindName(kind)) ?? []), informer]);
    if (this.#isStarted) informer.start();
    return informer;
  }

  #requireReaders(kind: Kind<unknown, unknown>, namespace: string | undefined): readonly Informer[] {
    const readers = this.#readers(kind, namespace);
    if (readers === undefined) throw new UndeclaredReadError(kind, namespace);
    return readers;
  }

  /** The informers that together answer for a namespace, or for all that there are to this manager. */
  #readers(kind: Kind<unknown, unknown>, namespace: string | undefined): readonly Informer[] | undefined {
    const one = this.#reader(kind, namespace);
    if (one !== undefined) return [one];
    const { namespaces } = this.#options;
    if (namespaces === undefined || namespace !== undefined) return undefined;
    const each = namespaces.map((name) => this.#reader(kind, name));
    return each.every((reader) => reader !== undefined) ? each : undefined;
  }

  /** The informer that can answer for a namespace: one without selectors if there is one, else a shard's. */
  #reader(kind: Kind<unknown, unknown>, namespace: string | undefined): Informer | undefined {
    const wantsMetadata = kind.metadataOnly === true;
    const able = (this.#byKind.get(kindName(kind)) ?? []).filter(
      (informer) =>
        (wantsMetadata || informer.kind.metadataOnly !== true) &&
        (informer.scope.namespace === undefined || informer.scope.namespace === namespace),
    );
    return (
      able.find(({ scope }) => scope.labelSelector === undefined && scope.fieldSelector === undefined) ??
      able[0]
    );
  }
}

/** Whether a deleted object is still there: finalizers or a grace period hold it. */
function isHeld(object: KubeObject): boolean {
  const { deletionTimestamp, finalizers, deletionGracePeriodSeconds } = object.metadata;
  if (deletionTimestamp === undefined) return false;
  return (finalizers?.length ?? 0) > 0 || (deletionGracePeriodSeconds ?? 0) > 0;
}

function kindName(kind: Kind<unknown, unknown>): string {
  return `${formatApiVersion(kind)}/${kind.kind}`;
}

function informerName(kind: Kind<unknown, unknown>, scope: WatchScope): string {
  const { namespace = "", labelSelector = "", fieldSelector = "" } = scope;
  return JSON.stringify([
    kindName(kind),
    kind.metadataOnly === true,
    namespace,
    labelSelector,
    fieldSelector,
  ]);
}

/** The key of what a write sends, where it has a name yet. */
export function writtenKey(object: unknown): ObjectKey | undefined {
  const { metadata } = object as Partial<Pick<KubeObject, "metadata">>;
  return metadata?.name === undefined ? undefined : keyOf({ metadata });
}
