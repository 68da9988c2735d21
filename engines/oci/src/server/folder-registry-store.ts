import { rm } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { BlobFolder, filesBelow, isUnfinished, readIfThere, writeWhole } from "./blob-folder.ts";
import { parseRepositoryRecord, type RepositoryRecord, writeRepositoryRecord } from "./repository-record.ts";
import type { RegistryStore } from "./registry-store.ts";

/** No part of a repository's name begins so, and so no repository lies where another keeps its record. */
const RECORD = "_repository.json";

/**
 * A store in a folder, for a registry that outlives its process: bytes by digest in `blobs`, kept once however many
 * repositories have them, and a record of each repository in `repositories`.
 *
 * Whatever is written is there whole or not at all, bytes before what names them, so that a kill at any moment loses at
 * most the request it hit. Opening sweeps what kills and deletions left; one process at a time may have it open. Throws
 * `RegistryStoreError` where a record is damaged.
 */
export async function openFolderRegistryStore(root: string): Promise<RegistryStore> {
  const store = new FolderRegistryStore(root);
  await store.sweep();
  return store;
}

class FolderRegistryStore implements RegistryStore {
  readonly #repositories: string;
  readonly #blobs: BlobFolder;
  readonly #records = new Map<string, Promise<RepositoryRecord | undefined>>();

  constructor(root: string) {
    this.#repositories = join(root, "repositories");
    this.#blobs = new BlobFolder(join(root, "blobs"));
  }

  async sweep(): Promise<void> {
    for (const file of await filesBelow(this.#repositories)) {
      if (isUnfinished(file)) await rm(file, { force: true });
    }
    const used = new Set<string>();
    for (const name of await this.listRepositories()) {
      const record = await this.#record(name);
      for (const digest of [...(record?.blobs ?? []), ...(record?.manifests.keys() ?? [])]) used.add(digest);
    }
    await this.#blobs.keepOnly(used);
  }

  async getBlob(name: string, digest: string): Promise<Uint8Array | undefined> {
    const record = await this.#record(name);
    return record?.blobs.has(digest) ? this.#blobs.read(digest) : undefined;
  }

  async putBlob(name: string, digest: string, bytes: Uint8Array): Promise<void> {
    await this.#blobs.write(digest, bytes);
    await this.#change(name, (record) => ({ ...record, blobs: new Set([...record.blobs, digest]) }));
  }

  async deleteBlob(name: string, digest: string): Promise<void> {
    await this.#changeExisting(name, (record) => ({
      ...record,
      blobs: new Set([...record.blobs].filter((other) => other !== digest)),
    }));
  }

  async getManifest(
    name: string,
    digest: string,
  ): Promise<{ mediaType: string; bytes: Uint8Array } | undefined> {
    const mediaType = (await this.#record(name))?.manifests.get(digest);
    const bytes = mediaType === undefined ? undefined : await this.#blobs.read(digest);
    return mediaType === undefined || bytes === undefined ? undefined : { mediaType, bytes };
  }

  async putManifest(
    name: string,
    digest: string,
    { mediaType, bytes }: { readonly mediaType: string; readonly bytes: Uint8Array },
  ): Promise<void> {
    await this.#blobs.write(digest, bytes);
    await this.#change(name, (record) => ({
      ...record,
      manifests: new Map([...record.manifests, [digest, mediaType]]),
    }));
  }

  async deleteManifest(name: string, digest: string): Promise<void> {
    await this.#changeExisting(name, (record) => ({
      ...record,
      manifests: without(record.manifests, (other) => other === digest),
      tags: without(record.tags, (_tag, target) => target === digest),
    }));
  }

  async listManifests(name: string): Promise<readonly string[]> {
    return [...((await this.#record(name))?.manifests.keys() ?? [])];
  }

  async getTag(name: string, tag: string): Promise<string | undefined> {
    return (await this.#record(name))?.tags.get(tag);
  }

  async putTag(name: string, tag: string, digest: string): Promise<void> {
    await this.#change(name, (record) => ({ ...record, tags: new Map([...record.tags, [tag, digest]]) }));
  }

  async deleteTag(name: string, tag: string): Promise<void> {
    await this.#changeExisting(name, (record) => ({
      ...record,
      tags: without(record.tags, (other) => other === tag),
    }));
  }

  async listTags(name: string): Promise<readonly string[] | undefined> {
    const record = await this.#record(name);
    return record === undefined ? undefined : [...record.tags.keys()];
  }

  async listRepositories(): Promise<readonly string[]> {
    const files = await filesBelow(this.#repositories);
    return files
      .map((file) => relative(this.#repositories, file).split(sep))
      .filter((parts) => parts.at(-1) === RECORD)
      .map((parts) => parts.slice(0, -1).join("/"));
  }

  async #record(name: string): Promise<RepositoryRecord | undefined> {
    const known = this.#records.get(name);
    if (known !== undefined) return known;
    const read = await this.#read(name);
    // What was not there is asked for again: names are the caller's, and memory is ours.
    if (read !== undefined && !this.#records.has(name)) this.#records.set(name, Promise.resolve(read));
    return this.#records.get(name) ?? read;
  }

  async #read(name: string): Promise<RepositoryRecord | undefined> {
    const bytes = await readIfThere(this.#fileOf(name));
    return bytes === undefined ? undefined : parseRepositoryRecord(name, bytes);
  }

  async #changeExisting(name: string, change: (record: RepositoryRecord) => RepositoryRecord): Promise<void> {
    if ((await this.#record(name)) !== undefined) await this.#change(name, change);
  }

  /** Changes of one repository follow each other; readers see the last one that was begun, once it is on disk. */
  async #change(name: string, change: (record: RepositoryRecord) => RepositoryRecord): Promise<void> {
    const before = this.#records.get(name) ?? this.#read(name);
    const after = before.then(async (record) => {
      const changed = change(record ?? { blobs: new Set(), manifests: new Map(), tags: new Map() });
      await writeWhole(this.#fileOf(name), writeRepositoryRecord(changed));
      return changed;
    });
    // After a failure the disk knows best what there is.
    const settled = after.catch(() => this.#read(name));
    this.#records.set(name, settled);
    await after;
  }

  #fileOf(name: string): string {
    return join(this.#repositories, ...name.split("/"), RECORD);
  }
}

function without<Value>(
  map: ReadonlyMap<string, Value>,
  isGone: (key: string, value: Value) => boolean,
): ReadonlyMap<string, Value> {
  return new Map([...map].filter(([key, value]) => !isGone(key, value)));
}
