import { InvariantError, type Clock } from "@weir/core";
import type { KubeClient } from "@weir/client";
import type { Release } from "./release.ts";

/** A write that the store has done. */
export interface StoreWrite {
  readonly kind: "created" | "updated" | "deleted";
  /** What is stored now; for a deletion, what was stored last. */
  readonly release: Release;
}

/** Where records are kept, and who hears of them. */
export interface ReleaseStoreOptions {
  /** The namespace of the Secrets: helm's storage namespace. */
  readonly namespace: string;
  readonly clock: Clock;
  /** Recorded as the manager of the Secrets' fields; helm's own name is `helm`. */
  readonly fieldManager?: string;
  /** Called after each write that the API server took, in their order. */
  readonly observe?: (write: StoreWrite) => void;
}

/** Options of a new record. */
export interface CreateRecordOptions {
  /** How many revisions are kept with this one; 0, the default, keeps all. */
  readonly maxHistory?: number;
}

/**
 * The revisions of releases, in Secrets named `sh.helm.release.v1.NAME.vN`, as helm 4 writes and helm 3 reads them.
 *
 * Creating a revision fails where its record is there, which makes it the lock against other operations. Every other
 * write is unconditional, as in helm. Refusals of the API server are the cause of a `ReleaseStoreError`.
 */
export interface ReleaseStore {
  readonly namespace: string;
  /** One revision; `undefined` where there is none. Throws `ReleaseRecordError` where it cannot be read. */
  get(name: string, version: number): Promise<Release | undefined>;
  /** All revisions of a release that can be read, the oldest first. */
  history(name: string): Promise<readonly Release[]>;
  /** The newest revision, whatever its state. */
  last(name: string): Promise<Release | undefined>;
  /** The newest of the revisions that are marked as deployed. */
  deployed(name: string): Promise<Release | undefined>;
  /** All revisions that are marked as deployed, the newest first. */
  deployedAll(name: string): Promise<readonly Release[]>;
  /** All revisions of all releases in the namespace. */
  list(): Promise<readonly Release[]>;
  /**
   * Stores a new revision. Beyond `maxHistory`, the oldest revisions are deleted first, the deployed one never. Throws
   * `ReleaseExistsError` where the revision is there.
   */
  create(release: Release, options?: CreateRecordOptions): Promise<void>;
  /** Stores another state of a revision that is there. */
  update(release: Release): Promise<void>;
  /** Removes a revision. Throws `ReleaseNotFoundError` where it is gone. */
  delete(release: Release): Promise<void>;
}

/** A store of records in the Secrets of one namespace. */
export function createReleaseStore(_client: KubeClient, _options: ReleaseStoreOptions): ReleaseStore {
  throw new InvariantError("createReleaseStore is not there yet");
}
