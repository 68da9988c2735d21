import type { JsonObject } from "@weir/core";
import { asJson, child, text } from "../../resources/draft-access.ts";
import type { ObjectStore } from "../../resources/object-store.ts";
import type { Registry } from "../../resources/registry.ts";
import type { Resource } from "../../resources/resource.ts";

/** All objects of a kind of which there are few and which admission asks for often, in step with the writes of this server. */
export class FollowedObjects {
  readonly #store: ObjectStore;
  readonly #resource: Resource | undefined;
  readonly #byNamespace = new Map<string, Map<string, JsonObject>>();
  #end: (() => void) | undefined;

  // oxlint-disable-next-line max-params -- where to look, and for what
  constructor(store: ObjectStore, registry: Registry, group: string, plural: string) {
    this.#store = store;
    this.#resource = registry.find(group, "v1", plural);
  }

  /** Reads what is there, and follows what is to come. */
  async start(): Promise<void> {
    const resource = this.#resource;
    if (resource === undefined) return;
    const changed = (key: string, object: JsonObject | undefined): void => this.#changed(key, object);
    this.#end = this.#store.observe(resource.storagePrefix, (key, object) =>
      changed(key, object === undefined ? undefined : asJson(object)),
    );
    const { entries } = await this.#store.range(resource.storagePrefix, {});
    for (const entry of entries) changed(entry.key, asJson(this.#store.parse(resource, entry)));
  }

  stop(): void {
    this.#end?.();
  }

  /** The objects of a namespace, by name; those of the cluster are in the namespace `""`. */
  in(namespace: string): readonly JsonObject[] {
    const objects = this.#byNamespace.get(namespace);
    if (objects === undefined) return [];
    return [...objects].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
  }

  /** Whether a namespace has any. */
  has(namespace: string): boolean {
    return this.#byNamespace.has(namespace);
  }

  /** The object of the cluster that has a name. */
  find(name: string): JsonObject | undefined {
    return this.#byNamespace.get("")?.get(`${this.#resource?.storagePrefix ?? ""}${name}`);
  }

  #changed(key: string, object: JsonObject | undefined): void {
    const namespace = this.#namespaceOf(key, object);
    const objects = this.#byNamespace.get(namespace) ?? new Map<string, JsonObject>();
    if (object === undefined) objects.delete(key);
    else objects.set(key, object);
    if (objects.size === 0) this.#byNamespace.delete(namespace);
    else this.#byNamespace.set(namespace, objects);
  }

  #namespaceOf(key: string, object: JsonObject | undefined): string {
    if (object !== undefined) return text(child(object, "metadata"), "namespace");
    if (this.#resource?.isNamespaced !== true) return "";
    return key.slice(this.#resource.storagePrefix.length).split("/")[0] ?? "";
  }
}
