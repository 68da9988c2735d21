import type { Clock } from "@weir/core";
import { isApiError, type Kind, type KubeClient } from "@weir/client";
import type { KubeObject } from "@weir/objects";
import { quoteGo } from "@weir/text";
import { decodeRelease, encodeRelease } from "./release-codec.ts";
import { ReleaseExistsError, ReleaseRecordError, ReleaseStoreError } from "./release-error.ts";
import { leastRecent } from "./least-recent.ts";
import { SYSTEM_LABELS } from "./release-labels.ts";
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
  /** Recorded as the manager of the Secrets' fields; `Helm`, as helm is called, by default. */
  readonly fieldManager?: string;
  /** Called after each write that the API server took, in their order. */
  readonly observe?: (write: StoreWrite) => void;
}

/** Options of a new record. */
export interface CreateRecordOptions {
  /** How many revisions are kept with this one; 0, the default, keeps all. */
  readonly maxHistory?: number;
  /** The revisions that are there, where they were read just before; they are read otherwise. */
  readonly history?: readonly Release[];
}

/**
 * The revisions of releases, in Secrets named `sh.helm.release.v1.NAME.vN`, as helm 4 writes and helm 3 reads them.
 *
 * Creating a revision fails where its record is there, which makes it the lock against other operations. Every other
 * write is unconditional, as in helm. Refusals of the API server are the cause of a `ReleaseStoreError`.
 */
export interface ReleaseStore {
  readonly namespace: string;
  /** One revision; `undefined` where there is none. Throws `ReleaseStoreError` where it cannot be read. */
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
  /** Removes a revision; one that is gone is no failure. */
  delete(release: Release): Promise<void>;
}

const SECRETS: Kind = { group: "", version: "v1", kind: "Secret", plural: "secrets", scope: "Namespaced" };
const SECRET_TYPE = "helm.sh/release.v1";
/** A store of records in the Secrets of one namespace. */
export function createReleaseStore(client: KubeClient, options: ReleaseStoreOptions): ReleaseStore {
  return new SecretReleaseStore(client, options);
}

class SecretReleaseStore implements ReleaseStore {
  readonly namespace: string;
  readonly #client: KubeClient;
  readonly #options: ReleaseStoreOptions;

  constructor(client: KubeClient, options: ReleaseStoreOptions) {
    this.namespace = options.namespace;
    this.#client = client;
    this.#options = options;
  }

  async get(name: string, version: number): Promise<Release | undefined> {
    const key = recordName(name, version);
    const secret = await this.#attempt(`get: failed to get ${quoteGo(key)}`, () =>
      this.#client.get(SECRETS, { namespace: this.namespace, name: key }),
    );
    if (secret === undefined) return undefined;
    return this.#attempt(`get: failed to decode data ${quoteGo(key)}`, () =>
      decodeRelease(recordOf(secret), userLabels(secret.metadata.labels ?? {})),
    );
  }

  history(name: string): Promise<readonly Release[]> {
    return this.#query("query: failed to query with labels", `name=${name},owner=helm`);
  }

  async last(name: string): Promise<Release | undefined> {
    return (await this.history(name)).at(-1);
  }

  async deployed(name: string): Promise<Release | undefined> {
    return (await this.deployedAll(name))[0];
  }

  async deployedAll(name: string): Promise<readonly Release[]> {
    const selector = `name=${name},owner=helm,status=deployed`;
    return (await this.#query("query: failed to query with labels", selector)).toReversed();
  }

  list(): Promise<readonly Release[]> {
    return this.#query("list: failed to list", "owner=helm");
  }

  async create(release: Release, options: CreateRecordOptions = {}): Promise<void> {
    const { maxHistory = 0 } = options;
    if (maxHistory > 0) {
      await this.#makeRoom(options.history ?? (await this.history(release.name)), maxHistory - 1);
    }
    const secret = await this.#secretOf(release, "createdAt");
    await this.#attempt("create: failed to create", async () => {
      try {
        await this.#client.create(SECRETS, secret, this.#writing());
      } catch (error) {
        if (isApiError(error, "AlreadyExists")) throw new ReleaseExistsError();
        throw error;
      }
    });
    this.#tell("created", release);
  }

  async update(release: Release): Promise<void> {
    const secret = await this.#secretOf(release, "modifiedAt");
    await this.#attempt("update: failed to update", () =>
      this.#client.replace(SECRETS, secret, this.#writing()),
    );
    this.#tell("updated", release);
  }

  async delete(release: Release): Promise<void> {
    const key = { namespace: this.namespace, name: recordName(release.name, release.version) };
    await this.#client.delete(SECRETS, key);
    this.#tell("deleted", release);
  }

  async #makeRoom(history: readonly Release[], keep: number): Promise<void> {
    const failures: unknown[] = [];
    for (const release of leastRecent(history, keep)) {
      await this.delete(release).catch((error: unknown) => failures.push(error));
    }
    const [first] = failures;
    if (first === undefined) return;
    if (failures.length === 1) throw first;
    const problem = `encountered ${failures.length} deletion errors. First is`;
    throw new ReleaseStoreError(problem, { cause: first });
  }

  async #query(problem: string, labelSelector: string): Promise<readonly Release[]> {
    const { items } = await this.#attempt(problem, () =>
      this.#client.list(SECRETS, { namespace: this.namespace, labelSelector }),
    );
    const releases = await Promise.all(items.map(readIfPossible));
    return releases
      .filter((release) => release !== undefined)
      .sort((left, right) => left.version - right.version);
  }

  async #secretOf(release: Release, stamp: "createdAt" | "modifiedAt"): Promise<KubeObject> {
    const { name, version, info, labels } = release;
    return {
      apiVersion: "v1",
      kind: "Secret",
      metadata: {
        name: recordName(name, version),
        namespace: this.namespace,
        labels: {
          [stamp]: String(Math.floor(this.#options.clock.now() / 1000)),
          ...labels,
          name,
          owner: "helm",
          status: info.status,
          version: String(version),
        },
      },
      type: SECRET_TYPE,
      data: { release: await encodeRelease(release) },
    };
  }

  #writing(): { readonly fieldManager: string } {
    return { fieldManager: this.#options.fieldManager ?? "Helm" };
  }

  #tell(kind: StoreWrite["kind"], release: Release): void {
    this.#options.observe?.({ kind, release });
  }

  async #attempt<T>(problem: string, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (cause) {
      if (cause instanceof ReleaseExistsError) throw cause;
      throw new ReleaseStoreError(problem, { cause });
    }
  }
}

function recordName(name: string, version: number): string {
  return `sh.helm.release.v1.${name}.v${version}`;
}

function recordOf(secret: KubeObject): string {
  const data = secret["data"] as { readonly release?: string } | undefined;
  return data?.release ?? "";
}

function userLabels(labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(labels).filter(([label]) => !SYSTEM_LABELS.includes(label)));
}

/** One broken record hides no other, as in helm. */
async function readIfPossible(secret: KubeObject): Promise<Release | undefined> {
  try {
    return await decodeRelease(recordOf(secret), secret.metadata.labels ?? {});
  } catch (error) {
    if (error instanceof ReleaseRecordError) return undefined;
    throw error;
  }
}
