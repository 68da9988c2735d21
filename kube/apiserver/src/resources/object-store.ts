import { type JsonObject, parseJson, writeJson, type JsonValue } from "@weir/core";
import type { KubeObject } from "@weir/objects";
import type { CommitResult, RangeOptions, Storage, StoredValue } from "../storage/storage.ts";
import { apiVersionOf, type Resource } from "./resource.ts";

/** An object as it lies in the store. */
export class StoredObject {
  readonly key: string;
  readonly revision: number;
  readonly #value: StoredValue;

  constructor(value: StoredValue, key: string = value.key, revision: number = value.modRevision) {
    this.key = key;
    this.revision = revision;
    this.#value = value;
  }

  get size(): number {
    return this.#value.size;
  }

  /**
   * JSON without kind and resourceVersion, and for built-in kinds apiVersion; begins with the metadata. To be asked for once,
   * as `StoredValue.value`.
   */
  get bytes(): Uint8Array {
    return this.#value.value;
  }
}

/** Every stored text begins so; what follows is spliced behind kind, apiVersion and resourceVersion. */
const PREFIX = '{"metadata":{';
/** Parsed objects are kept while their texts together are no longer than this. */
const CACHE_LIMIT_BYTES = 1024 * 1024;

const encoder = new TextEncoder();

interface CacheEntry {
  readonly revision: number;
  readonly object: KubeObject;
  readonly size: number;
}

interface Observer {
  readonly prefix: string;
  readonly changed: (key: string, object: KubeObject | undefined) => void;
}

/**
 * Objects over the storage: stored once as JSON text, parsed at most once per revision, served as text wherever the
 * request does not look inside.
 */
export class ObjectStore {
  readonly storage: Storage;
  readonly #cache = new Map<string, CacheEntry>();
  readonly #observers = new Set<Observer>();
  /** Objects of entries that were made ready: what was converted is known by them. */
  readonly #pinned = new WeakMap<StoredObject, KubeObject>();
  #cachedBytes = 0;

  constructor(storage: Storage) {
    this.storage = storage;
  }

  async get(key: string, revision?: number): Promise<StoredObject | undefined> {
    const value = await this.storage.get(key, revision === undefined ? undefined : { revision });
    return value === undefined ? undefined : new StoredObject(value);
  }

  async range(
    prefix: string,
    options: RangeOptions,
  ): Promise<{
    readonly revision: number;
    readonly entries: readonly StoredObject[];
    readonly remaining: number;
  }> {
    const { revision, entries, remaining } = await this.storage.range(prefix, options);
    return { revision, entries: entries.map((entry) => new StoredObject(entry)), remaining };
  }

  /** The object in its stored version; the same object for the same revision, never to be changed. */
  parse(resource: Resource, stored: StoredObject): KubeObject {
    const pinned = this.#pinned.get(stored);
    if (pinned !== undefined) return pinned;
    const known = this.#cache.get(stored.key);
    if (known !== undefined && known.revision === stored.revision) {
      this.#cache.delete(stored.key);
      this.#cache.set(stored.key, known);
      return known.object;
    }
    const parsed = parseJson(textOf(stored)) as JsonObject;
    const object = complete(resource, parsed, stored.revision);
    // A revision older than the known one is read by watches and paged lists; it must not push out the live one.
    if (known === undefined || known.revision < stored.revision) {
      this.#remember(stored.key, { revision: stored.revision, object, size: stored.size });
    }
    return object;
  }

  /**
   * Makes ready what the version of the resource can be read of only by asking somebody: objects whose CRD has a
   * conversion webhook. Comes before `object` and `text` of the same entries; nothing happens for other resources.
   */
  async prepare(resource: Resource, entries: readonly StoredObject[]): Promise<void> {
    if (resource.convertStored === undefined || entries.length === 0) return;
    const objects = entries.map((entry) => {
      const object = this.parse(resource, entry);
      this.#pinned.set(entry, object);
      return object;
    });
    await resource.convertStored(objects);
  }

  /** The object in the version of the resource. */
  object(resource: Resource, stored: StoredObject): KubeObject {
    return resource.fromStorage(this.parse(resource, stored));
  }

  /** The object as JSON text in the version of the resource; a list's items of built-in kinds lack kind and apiVersion. */
  text(resource: Resource, stored: StoredObject, isItem: boolean): string {
    const hasTypes = !isItem || resource.isCustom;
    if (!resource.servesStoredText) {
      const object = this.object(resource, stored);
      if (hasTypes) return writeJson(object as unknown as JsonValue);
      const { kind: _kind, apiVersion: _apiVersion, ...rest } = object;
      return writeJson(rest as unknown as JsonValue);
    }
    const text = textOf(stored);
    const types = hasTypes
      ? `"kind":${JSON.stringify(resource.kind)},"apiVersion":"${apiVersionOf(resource)}",`
      : "";
    return `{${types}"metadata":{"resourceVersion":"${stored.revision}",${text.slice(PREFIX.length)}`;
  }

  /** Tells of every write under a prefix as soon as it is committed; gives the function that ends it. */
  observe(prefix: string, changed: (key: string, object: KubeObject | undefined) => void): () => void {
    const observer: Observer = { prefix, changed };
    this.#observers.add(observer);
    return () => this.#observers.delete(observer);
  }

  #tell(key: string, object: KubeObject | undefined): void {
    for (const observer of this.#observers) {
      if (key.startsWith(observer.prefix)) observer.changed(key, object);
    }
  }

  /**
   * The bytes under which an object in its stored version lies in the store. Those of a custom resource say which
   * version that is, as the CRD may choose another later.
   */
  encode(resource: Resource, object: KubeObject): Uint8Array {
    const { kind: _kind, apiVersion, metadata, ...rest } = object;
    const { resourceVersion: _resourceVersion, ...meta } = metadata;
    const version = resource.isCustom ? { apiVersion } : {};
    return encoder.encode(writeJson({ metadata: meta, ...version, ...rest } as unknown as JsonValue));
  }

  /** Writes an object in its stored version if the key is still at the expected revision. */
  async commit(
    resource: Resource,
    write: {
      readonly key: string;
      readonly object: KubeObject;
      readonly bytes: Uint8Array;
      readonly expected: number;
    },
  ): Promise<CommitResult> {
    const { key, object, bytes, expected } = write;
    const result = await this.storage.commit({ key, value: bytes, expected });
    if (result.kind === "committed") {
      const { revision } = result;
      const written = complete(resource, object as unknown as JsonObject, revision);
      this.#remember(key, { revision, object: written, size: bytes.length });
      this.#tell(key, written);
    }
    return result;
  }

  async remove(key: string, expected: number): Promise<CommitResult> {
    const result = await this.storage.commit({ key, value: undefined, expected });
    if (result.kind === "committed") {
      this.#forget(key);
      this.#tell(key, undefined);
    }
    return result;
  }

  #remember(key: string, entry: CacheEntry): void {
    this.#forget(key);
    this.#cache.set(key, entry);
    this.#cachedBytes += entry.size;
    for (const [oldest] of this.#cache) {
      if (this.#cachedBytes <= CACHE_LIMIT_BYTES) break;
      this.#forget(oldest);
    }
  }

  #forget(key: string): void {
    const known = this.#cache.get(key);
    if (known === undefined) return;
    this.#cachedBytes -= known.size;
    this.#cache.delete(key);
  }
}

function textOf({ bytes }: StoredObject): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}

/** Puts kind, apiVersion and resourceVersion where clients expect them. */
function complete(resource: Resource, parsed: JsonObject, revision: number): KubeObject {
  const { kind: _kind, apiVersion, metadata, ...rest } = parsed;
  const isSaid = resource.isCustom && typeof apiVersion === "string";
  return {
    kind: resource.kind,
    apiVersion: isSaid ? apiVersion : resource.storageVersion,
    metadata: { ...(metadata as JsonObject), resourceVersion: String(revision) },
    ...rest,
  } as KubeObject;
}
