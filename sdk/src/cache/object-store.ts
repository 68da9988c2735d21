import { deepFreeze, type KubeObject } from "@weir/objects";
import type { Change } from "./change.ts";
import { type IndexFunction, IndexTable, type IndexTrouble } from "./index-table.ts";
import { IndexedObjects, textKey } from "./indexed-objects.ts";
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
  #shown = new IndexedObjects();
  /** The next whole state, as far as it has come; nobody sees it until it is complete. */
  #staged: IndexedObjects | undefined;
  readonly #belongs: (object: KubeObject) => boolean;
  readonly ownWrites = new OwnWrites();
  /** The version up to which the watch is known to have come. */
  #reachedVersion: string | undefined;

  /** `belongs` tells whether an object written by this process is one that the watch would show. */
  constructor(belongs: (object: KubeObject) => boolean) {
    this.#belongs = belongs;
  }

  /** How many objects the watch showed. */
  get size(): number {
    return this.#shown.size;
  }

  get reachedVersion(): string | undefined {
    return this.#reachedVersion;
  }

  /** Adds an index; objects that are there already are in it at once. A name that exists is replaced. */
  addIndex(name: string, valuesOf: IndexFunction, onTrouble?: IndexTrouble): void {
    const table = new IndexTable(valuesOf, onTrouble);
    this.#staged?.addIndex(name, table.emptied());
    this.#shown.addIndex(name, table);
  }

  hasIndex(name: string): boolean {
    return this.#shown.indexes.has(name);
  }

  /** The object, own writes included. */
  get(key: string): KubeObject | undefined {
    const written = this.ownWrites.get(key);
    return written === undefined ? this.#shown.get(key) : written.object;
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
    const key = textKey(object);
    const previous = this.#shown.like(key, object);
    const version = object.metadata.resourceVersion;
    const isOwn = this.ownWrites.isOwn(key, version);
    this.#reached(version);
    if (previous !== undefined && previous.metadata.uid === object.metadata.uid) {
      const shownVersion = previous.metadata.resourceVersion;
      if (version !== undefined && version === shownVersion) return undefined;
      if (isOlder(version, shownVersion)) return undefined;
    }
    this.#shown.put(key, previous, deepFreeze(object) as KubeObject);
    this.ownWrites.caughtUp(key, object, false);
    if (previous === undefined) return { kind: "create", object, isInitial: false, isOwn };
    return { kind: "update", previous, object, isOwn };
  }

  /** Takes a deletion that the watch showed; `undefined` where the object was not there. */
  remove(object: KubeObject): Change | undefined {
    const key = textKey(object);
    const previous = this.#shown.like(key, object);
    const version = object.metadata.resourceVersion;
    const isOwn =
      this.ownWrites.isOwn(key, version) || this.ownWrites.get(key)?.deletedUid === object.metadata.uid;
    this.#reached(version);
    this.ownWrites.caughtUp(key, object, true);
    if (previous === undefined) return undefined;
    this.#shown.remove(key, previous);
    return { kind: "delete", object: deepFreeze(object) as KubeObject, isMissed: false, isOwn };
  }

  /**
   * Begins a whole new state of the world, which readers see at once when it is complete. One that was begun before and
   * came to no end is forgotten.
   */
  beginReplacement(): void {
    const staged = new IndexedObjects();
    for (const [name, table] of this.#shown.indexes) staged.addIndex(name, table.emptied());
    this.#staged = staged;
  }

  /** Takes an object of the new state. */
  stage(object: KubeObject): void {
    const key = textKey(object);
    this.#staged?.put(key, this.#staged.like(key, object), deepFreeze(object) as KubeObject);
  }

  /** Takes an object out of the new state. */
  unstage(object: KubeObject): void {
    const key = textKey(object);
    const staged = this.#staged?.like(key, object);
    if (staged !== undefined) this.#staged?.remove(key, staged);
  }

  /**
   * Makes the new state the one that is shown: what is not in it was deleted unseen.
   *
   * An object whose uid differs was deleted and created again between the two readings, and is reported as both. The
   * changes are to be read before the next call.
   */
  completeReplacement(resourceVersion: string): Iterable<Change> {
    const before = this.#shown;
    const after = this.#staged ?? new IndexedObjects();
    // The server went back in time, so what was written since did not happen.
    if (isOlder(resourceVersion, this.#reachedVersion)) this.ownWrites.clear();
    const isInitial = this.#reachedVersion === undefined;
    this.#shown = after;
    this.#staged = undefined;
    // A first state of any size is told object by object: to compare it with nothing would hold the event loop.
    const isPlain = before.size === 0 && this.ownWrites.isIdle;
    const changes = isPlain ? creations(after, isInitial) : this.#changes(before, after, isInitial);
    this.#reachedVersion = resourceVersion;
    this.ownWrites.replaced(resourceVersion);
    return changes;
  }

  /** Takes a whole new state of the world at once. */
  replace(objects: readonly KubeObject[], resourceVersion: string): Change[] {
    this.beginReplacement();
    for (const object of objects) this.stage(object);
    return [...this.completeReplacement(resourceVersion)];
  }

  #changes(before: IndexedObjects, after: IndexedObjects, isInitial: boolean): Change[] {
    const changes: Change[] = [];
    for (const [key, object] of before.all()) {
      if (after.like(key, object) !== undefined) continue;
      changes.push({ kind: "delete", object, isMissed: true, isOwn: false });
    }
    for (const [key, object] of after.all()) {
      const shown = before.like(key, object);
      if (isSameState(shown, object)) continue;
      const isOwn = this.ownWrites.isOwn(key, object.metadata.resourceVersion);
      this.ownWrites.caughtUp(key, object, false);
      if (shown !== undefined && shown.metadata.uid === object.metadata.uid) {
        changes.push({ kind: "update", previous: shown, object, isOwn });
        continue;
      }
      if (shown !== undefined) changes.push({ kind: "delete", object: shown, isMissed: true, isOwn: false });
      changes.push({ kind: "create", object, isInitial, isOwn });
    }
    return changes;
  }

  /** The watch says how far it has come without an event. */
  bookmark(resourceVersion: string): void {
    this.#reached(resourceVersion);
    this.ownWrites.caughtUpTo(resourceVersion);
  }

  /** Takes the answer to a write of this process, so that the next read sees it. */
  noteWritten(object: KubeObject): void {
    const key = textKey(object);
    const version = object.metadata.resourceVersion;
    const shown = this.#shown.get(key);
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

  #candidates(query: StoreQuery): Iterable<[string, KubeObject]> {
    const { indexes } = this.#shown;
    if (query.index !== undefined) return indexes.get(query.index[0])?.bucket(query.index[1]) ?? [];
    return query.namespace === undefined ? this.#shown.all() : this.#shown.in(query.namespace);
  }

  #isIndexed(query: StoreQuery, object: KubeObject): boolean {
    if (query.index === undefined) return true;
    return this.#shown.indexes.get(query.index[0])?.valuesOf(object).includes(query.index[1]) ?? false;
  }
}

/** A state that differs is the truth even where its version is lower: the server may come from a backup. */
function isSameState(shown: KubeObject | undefined, { metadata }: KubeObject): boolean {
  const { uid, resourceVersion } = shown?.metadata ?? {};
  return (
    resourceVersion !== undefined && uid === metadata.uid && resourceVersion === metadata.resourceVersion
  );
}

function* creations(objects: IndexedObjects, isInitial: boolean): Generator<Change> {
  for (const [, object] of objects.all()) yield { kind: "create", object, isInitial, isOwn: false };
}

function isTaken(query: StoreQuery, object: KubeObject): boolean {
  if (query.namespace !== undefined && object.metadata.namespace !== query.namespace) return false;
  return query.matches === undefined || query.matches(object);
}
