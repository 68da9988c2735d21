/** A manifest that a registry keeps. */
export interface StoredManifest {
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/**
 * What a registry keeps. Blobs and manifests are named by their digest, per repository; the server has checked both before
 * it puts them. Deleting what is not there does nothing.
 */
export interface RegistryStore {
  getBlob(repository: string, digest: string): Promise<Uint8Array | undefined>;
  putBlob(repository: string, digest: string, bytes: Uint8Array): Promise<void>;
  deleteBlob(repository: string, digest: string): Promise<void>;
  getManifest(repository: string, digest: string): Promise<StoredManifest | undefined>;
  putManifest(repository: string, digest: string, manifest: StoredManifest): Promise<void>;
  /** Takes its tags with it. */
  deleteManifest(repository: string, digest: string): Promise<void>;
  /** The digests of all manifests of a repository; empty for one that is not there. */
  listManifests(repository: string): Promise<readonly string[]>;
  /** The digest that a tag stands for. */
  getTag(repository: string, tag: string): Promise<string | undefined>;
  putTag(repository: string, tag: string, digest: string): Promise<void>;
  deleteTag(repository: string, tag: string): Promise<void>;
  /** In no order; `undefined` for a repository that nothing was ever put into. */
  listTags(repository: string): Promise<readonly string[] | undefined>;
  listRepositories(): Promise<readonly string[]>;
}

interface Repository {
  readonly blobs: Map<string, Uint8Array>;
  readonly manifests: Map<string, StoredManifest>;
  readonly tags: Map<string, string>;
}

/** A store in memory; it ends with the process. */
export function createMemoryRegistryStore(): RegistryStore {
  const repositories = new Map<string, Repository>();
  const open = (name: string): Repository => {
    const known = repositories.get(name);
    if (known !== undefined) return known;
    const made = { blobs: new Map(), manifests: new Map(), tags: new Map() };
    repositories.set(name, made);
    return made;
  };
  return {
    getBlob: async (name, digest) => repositories.get(name)?.blobs.get(digest),
    putBlob: async (name, digest, bytes) => void open(name).blobs.set(digest, bytes),
    deleteBlob: async (name, digest) => void repositories.get(name)?.blobs.delete(digest),
    getManifest: async (name, digest) => repositories.get(name)?.manifests.get(digest),
    putManifest: async (name, digest, manifest) => void open(name).manifests.set(digest, manifest),
    deleteManifest: async (name, digest) => {
      const repository = repositories.get(name);
      if (repository === undefined) return;
      repository.manifests.delete(digest);
      for (const [tag, target] of repository.tags) if (target === digest) repository.tags.delete(tag);
    },
    listManifests: async (name) => [...(repositories.get(name)?.manifests.keys() ?? [])],
    getTag: async (name, tag) => repositories.get(name)?.tags.get(tag),
    putTag: async (name, tag, digest) => void open(name).tags.set(tag, digest),
    deleteTag: async (name, tag) => void repositories.get(name)?.tags.delete(tag),
    listTags: async (name) => {
      const repository = repositories.get(name);
      return repository === undefined ? undefined : [...repository.tags.keys()];
    },
    listRepositories: async () => [...repositories.keys()],
  };
}
