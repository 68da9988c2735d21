import { TransientMap } from "@weir/core";
import type { KubeObject } from "@weir/objects";
import { compareResourceVersions } from "./resource-version.ts";

/** A write of this process that the watch has not shown yet. */
export interface OwnWrite {
  /** What was written; `undefined` where the object was deleted. */
  readonly object: KubeObject | undefined;
  readonly resourceVersion: string | undefined;
  /** The uid of the deleted object. */
  readonly deletedUid: string | undefined;
}

/**
 * What this process wrote and the watch has not caught up with: the part of a cache that lets a reader see its own
 * writes at once.
 *
 * It never brings back what is gone and never goes back in time: a write that the watch is known to have passed is
 * refused, and an entry leaves as soon as the watch shows the same or a later state of its object.
 */
export class OwnWrites {
  readonly #entries = new TransientMap<OwnWrite>();
  readonly #versions = new TransientMap<Set<string>>();
  readonly #running = new TransientMap<number>();

  get size(): number {
    return this.#entries.size;
  }

  /** Whether nothing is known of any write, and none is under way. */
  get isIdle(): boolean {
    return this.#entries.size === 0 && this.#versions.size === 0 && this.#running.size === 0;
  }

  get(key: string): OwnWrite | undefined {
    return this.#entries.get(key);
  }

  entries(): readonly (readonly [string, OwnWrite])[] {
    return this.#entries.entries();
  }

  /** Says that a write of the key is under way; its event may come before its answer. */
  begin(key: string): void {
    this.#running.set(key, (this.#running.get(key) ?? 0) + 1);
  }

  /** Says that a write of the key was answered or failed. */
  end(key: string): void {
    const running = (this.#running.get(key) ?? 1) - 1;
    if (running > 0) this.#running.set(key, running);
    else this.#running.delete(key);
  }

  /** Whether an event with this version comes, or may come, of a write of this process. */
  isOwn(key: string, resourceVersion: string | undefined): boolean {
    if (this.#running.has(key)) return true;
    return resourceVersion !== undefined && this.#versions.get(key)?.has(resourceVersion) === true;
  }

  /** Keeps a written object, unless a later state of it is known. */
  noteObject(key: string, object: KubeObject): void {
    const version = object.metadata.resourceVersion;
    const known = this.#entries.get(key);
    if (isOlder(version, known?.resourceVersion)) return;
    this.#entries.set(key, { object, resourceVersion: version, deletedUid: undefined });
    if (version === undefined) return;
    const versions = this.#versions.get(key) ?? new Set();
    this.#versions.set(key, versions.add(version));
  }

  /** Keeps a deletion until the watch shows it. */
  noteDeletion(key: string, uid: string | undefined): void {
    const known = this.#entries.get(key);
    this.#entries.set(key, {
      object: undefined,
      resourceVersion: known?.resourceVersion,
      deletedUid: uid,
    });
  }

  /** The watch showed this state of the key: what was written before it is done with. */
  caughtUp(key: string, shown: KubeObject, isDeleted: boolean): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return void this.#versions.delete(key);
    const isReached =
      entry.object === undefined
        ? isDeleted || (entry.deletedUid !== undefined && shown.metadata.uid !== entry.deletedUid)
        : !isOlder(shown.metadata.resourceVersion, entry.resourceVersion);
    if (!isReached) return;
    this.#entries.delete(key);
    this.#versions.delete(key);
  }

  /** The watch is known to have reached this version for every key; deletions wait for their own event. */
  caughtUpTo(resourceVersion: string): void {
    for (const [key, entry] of this.#entries.entries()) {
      if (entry.object === undefined || isOlder(resourceVersion, entry.resourceVersion)) continue;
      this.#entries.delete(key);
      this.#versions.delete(key);
    }
  }

  /** Forgets everything. */
  clear(): void {
    this.#entries.clear();
    this.#versions.clear();
  }

  /** A whole new state of the world of this version came: deletions are in it, too. */
  replaced(resourceVersion: string): void {
    for (const [key, entry] of this.#entries.entries()) {
      if (entry.object === undefined) this.#entries.delete(key);
    }
    this.caughtUpTo(resourceVersion);
  }
}

/** Whether `a` is known to be before `b`; unknown versions and those without order are not. */
export function isOlder(a: string | undefined, b: string | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  const order = compareResourceVersions(a, b);
  return order !== undefined && order < 0;
}
