import type { Kind, KubeClient } from "@weir/client";
import type { ObjectKey } from "@weir/objects";

/** An object that a recording names as `Kind/name` or `Kind/namespace/name`. */
export interface ObjectReference {
  readonly kind: Kind;
  readonly key: ObjectKey;
}

/** Finds what the names of one scenario mean; objects that it made elsewhere are found where they were made. */
export class ObjectReferences {
  readonly #client: KubeClient;
  readonly #namespace: string;
  readonly #made = new Map<string, string>();

  constructor(client: KubeClient, namespace: string) {
    this.#client = client;
    this.#namespace = namespace;
  }

  /** Remembers where an object was made. */
  made(kind: string, name: string, namespace: string): void {
    this.#made.set(`${kind}/${name}`, namespace);
  }

  /** The namespace of an object that a recording names. */
  namespaceOf(reference: string): string {
    return this.#made.get(reference) ?? this.#namespace;
  }

  /** `undefined` where the API serves no such kind. */
  async resolve(reference: string): Promise<ObjectReference | undefined> {
    const [kindName = "", ...rest] = reference.split("/");
    const name = rest.at(-1) ?? "";
    const served = (await this.#find(kindName, false)) ?? (await this.#find(kindName, true));
    if (served === undefined) return undefined;
    const namespace = rest.length > 1 ? rest[0] : this.namespaceOf(reference);
    const isNamespaced = served.scope === "Namespaced";
    return { kind: served, key: { name, ...(isNamespaced && namespace !== undefined ? { namespace } : {}) } };
  }

  async #find(name: string, refresh: boolean): Promise<Kind | undefined> {
    const found = (await this.#client.discover({ refresh })).find(({ kind }) => kind === name);
    if (found === undefined) return undefined;
    const { group, version, kind, plural, scope } = found;
    return { group, version, kind, plural, scope };
  }
}
