import { KustomizeError } from "../error.ts";
import { isMap, valueOf, YamlMap } from "../node/node.ts";
import { newDataText } from "../node/resolve-scalar.ts";
import { addField, type Resource } from "./resource.ts";
import { describeId, goStructOfId, idKey, type ResId } from "./resource-id.ts";
import { showResourceLine } from "./show-resource.ts";

/** Resources by one kind of key; a resource may have several keys. */
class KeyIndex {
  readonly #byKey = new Map<string, Set<Resource>>();
  readonly #keys = new Map<Resource, readonly string[]>();
  /** How many keys have more than one resource. */
  sharedKeys = 0;

  put(resource: Resource, keys: readonly string[]): void {
    const old = this.#keys.get(resource);
    if (old !== undefined) {
      if (old.length === keys.length && old.every((key, at) => key === keys[at])) return;
      this.remove(resource);
    }
    this.#keys.set(resource, keys);
    for (const key of keys) {
      const found = this.#byKey.get(key);
      if (found === undefined) this.#byKey.set(key, new Set([resource]));
      else if (found.add(resource).size === 2) this.sharedKeys += 1;
    }
  }

  remove(resource: Resource): void {
    for (const key of this.#keys.get(resource) ?? []) {
      const found = this.#byKey.get(key);
      if (found?.delete(resource) === true && found.size === 1) this.sharedKeys -= 1;
      if (found?.size === 0) this.#byKey.delete(key);
    }
    this.#keys.delete(resource);
  }

  find(key: string): ReadonlySet<Resource> {
    return this.#byKey.get(key) ?? NONE;
  }
}

const NONE: ReadonlySet<Resource> = new Set();

/**
 * The resources of a build in load order, found by their current or any earlier id in constant time.
 *
 * Whoever changes the id of a resource says so with `touch`.
 */
export class ResourceMap {
  #list: Resource[] = [];
  #positions: Map<Resource, number> | undefined;
  readonly #current = new KeyIndex();
  readonly #any = new KeyIndex();
  readonly #names = new KeyIndex();
  #mayHoldEmpty = false;

  get resources(): readonly Resource[] {
    return this.#list;
  }

  get size(): number {
    return this.#list.length;
  }

  /** Adds a resource; two with the same current id are an error. */
  append(resource: Resource): void {
    const id = resource.id;
    if (this.#current.find(idKey(id)).size > 0) {
      throw new KustomizeError(`may not add resource with an already registered id: ${describeId(id)}`);
    }
    this.#positions?.set(resource, this.#list.length);
    this.#list.push(resource);
    this.touch(resource);
  }

  appendAll(resources: Iterable<Resource>): void {
    for (const resource of resources) this.append(resource);
  }

  /** Says that the ids of a resource may have changed. */
  touch(resource: Resource): void {
    if (resource.isEmpty) this.#mayHoldEmpty = true;
    const { id } = resource;
    const current = idKey(id);
    this.#current.put(resource, [current]);
    if (resource.previousIds.length === 0) {
      this.#any.put(resource, [current]);
      this.#names.put(resource, [id.name]);
      return;
    }
    const { oldIds } = resource;
    this.#any.put(resource, [...new Set([...oldIds.map(idKey), current])]);
    this.#names.put(resource, [...new Set([...oldIds.map(({ name }) => name), id.name])]);
  }

  /** Resources that have or had a name, in load order. */
  byName(name: string): readonly Resource[] {
    return this.#ordered(this.#names.find(name));
  }

  touchAll(): void {
    for (const resource of this.#list) this.touch(resource);
  }

  /** Resources whose current id equals this one, in load order. */
  byCurrentId(id: ResId): readonly Resource[] {
    return this.#ordered(this.#current.find(idKey(id)));
  }

  /** Resources whose current id or one of whose earlier ids equals this one, in load order. */
  byAnyId(id: ResId): readonly Resource[] {
    return this.#ordered(this.#any.find(idKey(id))).filter((resource) => !resource.isEmpty);
  }

  /** The one resource that a patch for this id is meant for. */
  patchTarget(id: ResId): Resource {
    const found = this.byAnyId(id);
    const [only] = found;
    if (found.length === 1 && only !== undefined) return only;
    const text = describeId(id);
    const problem = found.length > 1 ? "multiple matches for Id" : "no matches for Id";
    throw new KustomizeError(`${problem} ${text}; failed to find unique target for patch ${text}`);
  }

  /** Throws when two of the resources have come to one id. */
  refuseEqualIds(isCounted: (resource: Resource) => boolean = () => true): void {
    if (this.#current.sharedKeys === 0) return;
    const seen = new Set<string>();
    for (const resource of this.#list) {
      if (resource.isEmpty || !isCounted(resource)) continue;
      const { id } = resource;
      const key = idKey(id);
      if (seen.has(key)) {
        throw new KustomizeError(`may not add resource with an already registered id: ${describeId(id)}`);
      }
      seen.add(key);
    }
  }

  /** Drops resources that a patch emptied. */
  dropEmpty(): void {
    if (!this.#mayHoldEmpty) return;
    this.#mayHoldEmpty = false;
    this.keep((resource) => !resource.isEmpty);
  }

  keep(isKept: (resource: Resource) => boolean): void {
    const kept = this.#list.filter(isKept);
    if (kept.length === this.#list.length) return;
    const remaining = new Set(kept);
    for (const resource of this.#list) {
      if (remaining.has(resource)) continue;
      this.#forget(resource);
    }
    this.#list = kept;
    this.#positions = undefined;
  }

  /** Puts the same resources into another order. */
  reorder(resources: readonly Resource[]): void {
    this.#list = [...resources];
    this.#positions = undefined;
  }

  /** Takes in generated resources, each by its behavior. */
  absorbAll(generated: Iterable<Resource>): void {
    for (const resource of generated) this.#absorb(resource);
  }

  #absorb(resource: Resource): void {
    const id = resource.id;
    const matches = this.byAnyId(id);
    const [old] = matches;
    const { behavior = "unspecified" } = resource;
    if (old === undefined) {
      if (behavior === "merge" || behavior === "replace") {
        throw new KustomizeError(`id ${goStructOfId(id)} does not exist; cannot merge or replace`);
      }
      this.append(resource);
      return;
    }
    if (matches.length > 1) {
      const shown = matches.map((match) => showResourceLine(match)).join(" ");
      throw new KustomizeError(
        `found multiple objects [${shown}] that could accept merge of ${describeId(id)}`,
      );
    }
    if (behavior !== "merge" && behavior !== "replace") {
      throw new KustomizeError(
        `id ${goStructOfId(id)} exists; can not use behavior: '${behavior}', behavior must be merge or replace`,
      );
    }
    const { origin } = old;
    copyMergeMetadata(resource, old);
    if (behavior === "merge") {
      mergeStringField(resource, old, "data");
      mergeStringField(resource, old, "binaryData");
      resource.origin = origin ?? resource.origin;
    }
    this.#replace(old, resource);
  }

  #replace(old: Resource, resource: Resource): void {
    const at = this.#positionOf(old);
    this.#forget(old);
    this.#list[at] = resource;
    this.#positions?.delete(old);
    this.#positions?.set(resource, at);
    this.touch(resource);
  }

  #forget(resource: Resource): void {
    this.#current.remove(resource);
    this.#any.remove(resource);
    this.#names.remove(resource);
  }

  #positionOf(resource: Resource): number {
    this.#positions ??= new Map(this.#list.map((item, at) => [item, at]));
    return this.#positions.get(resource) ?? -1;
  }

  #ordered(found: ReadonlySet<Resource>): readonly Resource[] {
    if (found.size < 2) return [...found];
    return [...found].sort((a, b) => this.#positionOf(a) - this.#positionOf(b));
  }
}

/** Gives a resource the labels, annotations, name and namespace of another; its own labels and annotations win. */
export function copyMergeMetadata(resource: Resource, other: Resource): void {
  resource.setLabels(new Map([...other.labels(), ...resource.labels()]));
  const { needsHash } = resource;
  resource.setAnnotations(new Map([...other.annotations(), ...resource.annotations()]));
  resource.takeBuildFacts(other);
  resource.needsHash = needsHash && other.needsHash;
  resource.origin ??= other.origin;
  if (resource.transformations.length === 0) resource.transformations = other.transformations;
  resource.setName(other.name);
  resource.setNamespace(other.namespace);
  resource.varNames = other.varNames;
}

function mergeStringField(resource: Resource, old: Resource, field: string): void {
  const merged = new Map<string, string>();
  for (const source of [old, resource]) {
    const map = source.root.get(field);
    if (isMap(map)) for (const [key, value] of map.fields) merged.set(key, valueOf(value));
  }
  resource.root.delete(field);
  if (merged.size === 0) return;
  const map = new YamlMap();
  for (const key of [...merged.keys()].sort()) addField(map, key, newDataText(merged.get(key) ?? ""));
  resource.root.set(field, map);
}
