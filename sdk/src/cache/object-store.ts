import { deepFreeze, formatKey, keyOf, type KubeObject } from "@weir/objects";
import type { Change } from "./change.ts";
import { type IndexFunction, IndexTable, type IndexTrouble } from "./index-table.ts";
import { isOlder, OwnWrites } from "./own-writes.ts";

/** Which objects a list takes. */
export interface StoreQuery {
  readonly namespace?: string | undefined;
  readonly index?: readonly [name: string, value: string] | undefined;
  readonly matches?: ((object: KubeObject) => boolean) | undefined;
}

/**
 * The objects of one watch, by key, with indexes; frozen.
 *
 * Two layers: what the watch showed, which handlers are told of in order, and over it what this process wrote and the
 * watch has not shown yet. Readers see both, so they read their own writes; handlers see each state once.
 */
export class ObjectStore {
  readonly #namespaces = new Map<string, Map<string, KubeObject>>();
  readonly #indexes = new Map<string, IndexTable>();
  readonly #belongs: (object: KubeObject) => boolean;
  readonly ownWrites = new OwnWrites();
  /** The version up to which the watch is known to have come. */
  #reachedVersion: string | undefined;
  #size = 0;

  /** `belongs` tells whether an object written by this process is one that the watch would show. */
  constructor(belongs: (object: KubeObject) => boolean) {
    this.#belongs = belongs;
  }

  /** How many objects the watch showed. */
  get size(): number {
    return this.#size;
  }

  get reachedVersion(): string | undefined {
    return this.#reachedVersion;
  }

  /** Adds an index; objects that are there already are in it at once. A name that exists is replaced. */
  addIndex(name: string, valuesOf: IndexFunction, onTrouble?: IndexTrouble): void {
    const table = new IndexTable(valuesOf, onTrouble);
    for (const [key, object] of this.#all()) table.update(key, undefined, object);
    this.#indexes.set(name, table);
  }

  hasIndex(name: string): boolean {
    return this.#indexes.has(name);
  }

  /** The object, own writes included. */
  get(key: string): KubeObject | undefined {
    const written = this.ownWrites.get(key);
    return written === undefined ? this.#shown(key) : written.object;
  }

  /** The objects that a query takes, own writes included, in no promised order. */
  list(query: StoreQuery = {}): KubeObject[] {
    const found: KubeObject[] = [];
    const hasWrites = this.ownWrites.size > 0;
    for (const [key, object] of this.#candidates(query)) {
      if (hasWrites && this.ownWrites.get(key) !== undefined) continue;
      if (isTaken(query, object)) found.push(object);
    }
    if (!hasWrites) return found;
    for (const [, { object }] of this.ownWrites.entries()) {
      if (object !== undefined && this.#isIndexed(query, object) && isTaken(query, object))
        found.push(object);
    }
    return found;
  }

  /** Takes a state that the watch showed; `undefined` where it is no news. */
  upsert(object: KubeObject): Change | undefined {
    return this.#take(object, { isInitial: false, isWhole: false });
  }

  #take(
    object: KubeObject,
    { isInitial, isWhole }: { readonly isInitial: boolean; readonly isWhole: boolean },
  ): Change | undefined {
    const key = formatKey(keyOf(object));
    const previous = this.#shown(key);
    const version = object.metadata.resourceVersion;
    const isOwn = this.ownWrites.isOwn(key, version);
    if (!isWhole) this.#reached(version);
    if (previous !== undefined && previous.metadata.uid === object.metadata.uid) {
      const shownVersion = previous.metadata.resourceVersion;
      if (version !== undefined && version === shownVersion) return undefined;
      // A whole new state is the truth even where its versions are lower: the server may come from a backup.
      if (!isWhole && isOlder(version, shownVersion)) return undefined;
    }
    this.#set(key, previous, deepFreeze(object) as KubeObject);
    this.ownWrites.caughtUp(key, object, false);
    if (previous === undefined) return { kind: "create", object, isInitial, isOwn };
    return { kind: "update", previous, object, isOwn };
  }

  /** Takes a deletion that the watch showed; `undefined` where the object was not there. */
  remove(object: KubeObject): Change | undefined {
    const key = formatKey(keyOf(object));
    const previous = this.#shown(key);
    const version = object.metadata.resourceVersion;
    const isOwn =
      this.ownWrites.isOwn(key, version) || this.ownWrites.get(key)?.deletedUid === object.metadata.uid;
    this.#reached(version);
    this.ownWrites.caughtUp(key, object, true);
    if (previous === undefined) return undefined;
    this.#set(key, previous, undefined);
    return { kind: "delete", object: deepFreeze(object) as KubeObject, isMissed: false, isOwn };
  }

  /**
   * Takes a whole new state of the world, at once for readers: what is not in it was deleted unseen.
   *
   * An object whose uid differs was deleted and created again between the two readings, and is reported as both.
   */
  replace(objects: readonly KubeObject[], resourceVersion: string): Change[] {
    const changes: Change[] = [];
    // The server went back in time, so what was written since did not happen.
    if (isOlder(resourceVersion, this.#reachedVersion)) this.ownWrites.clear();
    const isFirst = this.#reachedVersion === undefined;
    const present = new Set<string>();
    for (const object of objects) present.add(formatKey(keyOf(object)));
    const gone = [...this.#all()].filter(([key]) => !present.has(key));
    for (const [key, previous] of gone) {
      this.#set(key, previous, undefined);
      changes.push({ kind: "delete", object: previous, isMissed: true, isOwn: false });
    }
    for (const object of objects) {
      const previous = this.#shown(formatKey(keyOf(object)));
      if (previous !== undefined && previous.metadata.uid !== object.metadata.uid) {
        this.#set(formatKey(keyOf(object)), previous, undefined);
        changes.push({ kind: "delete", object: previous, isMissed: true, isOwn: false });
      }
      const change = this.#take(object, { isInitial: isFirst, isWhole: true });
      if (change !== undefined) changes.push(change);
    }
    this.#reachedVersion = resourceVersion;
    this.ownWrites.replaced(resourceVersion);
    return changes;
  }

  /** The watch says how far it has come without an event. */
  bookmark(resourceVersion: string): void {
    this.#reached(resourceVersion);
    this.ownWrites.caughtUpTo(resourceVersion);
  }

  /** Takes the answer to a write of this process, so that the next read sees it. */
  noteWritten(object: KubeObject): void {
    const key = formatKey(keyOf(object));
    const version = object.metadata.resourceVersion;
    const shown = this.#shown(key);
    // The watch was faster; where versions have no order, what it shows is taken to be the later one.
    if (shown !== undefined && !isOlder(shown.metadata.resourceVersion, version)) return;
    // Not shown although the watch is past it: it was deleted since, and must not come back.
    if (shown === undefined && !isOlder(this.#reachedVersion, version)) return;
    if (!this.#belongs(object)) {
      if (shown !== undefined) this.ownWrites.noteDeletion(key, shown.metadata.uid);
      return;
    }
    this.ownWrites.noteObject(key, deepFreeze(object) as KubeObject);
  }

  /** Takes a deletion by this process that the server answered as done; `uid` is what was there when it was asked. */
  noteDeleted(key: string, uid: string | undefined): void {
    const current = this.get(key);
    if (current !== undefined && current.metadata.uid === uid) this.ownWrites.noteDeletion(key, uid);
  }

  #reached(version: string | undefined): void {
    if (version === undefined) return;
    if (this.#reachedVersion === undefined || isOlder(this.#reachedVersion, version)) {
      this.#reachedVersion = version;
    }
  }

  #shown(key: string): KubeObject | undefined {
    const slash = key.indexOf("/");
    return this.#namespaces.get(slash === -1 ? "" : key.slice(0, slash))?.get(key);
  }

  #set(key: string, previous: KubeObject | undefined, current: KubeObject | undefined): void {
    const slash = key.indexOf("/");
    const namespace = slash === -1 ? "" : key.slice(0, slash);
    let objects = this.#namespaces.get(namespace);
    if (objects === undefined) this.#namespaces.set(namespace, (objects = new Map()));
    if (current === undefined) objects.delete(key);
    else objects.set(key, current);
    if (objects.size === 0) this.#namespaces.delete(namespace);
    this.#size += (current === undefined ? 0 : 1) - (previous === undefined ? 0 : 1);
    for (const table of this.#indexes.values()) table.update(key, previous, current);
  }

  *#all(): Generator<[string, KubeObject]> {
    for (const objects of this.#namespaces.values()) yield* objects;
  }

  #candidates(query: StoreQuery): Iterable<[string, KubeObject]> {
    if (query.index !== undefined) return this.#indexes.get(query.index[0])?.bucket(query.index[1]) ?? [];
    if (query.namespace !== undefined) return this.#namespaces.get(query.namespace) ?? [];
    return this.#all();
  }

  #isIndexed(query: StoreQuery, object: KubeObject): boolean {
    if (query.index === undefined) return true;
    return this.#indexes.get(query.index[0])?.valuesOf(object).includes(query.index[1]) ?? false;
  }
}

function isTaken(query: StoreQuery, object: KubeObject): boolean {
  if (query.namespace !== undefined && object.metadata.namespace !== query.namespace) return false;
  return query.matches === undefined || query.matches(object);
}
