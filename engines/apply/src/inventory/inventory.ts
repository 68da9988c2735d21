import { formatApiVersion, gvkOf, type KubeObject } from "@weir/objects";

/** One applied object, as `status.inventory.entries` lists it. */
export interface InventoryEntry {
  /** `<namespace>_<name>_<group>_<kind>`; `:` in names of RBAC objects is written `__`. */
  readonly id: string;
  /** The API version it was applied with. */
  readonly v: string;
}

/** What an inventory's id names. */
export interface InventoryReference {
  readonly namespace: string;
  readonly name: string;
  readonly group: string;
  readonly kind: string;
  readonly version: string;
}

/** The entry of an object. */
export function inventoryEntryOf(object: KubeObject): InventoryEntry {
  const { namespace = "", name = "" } = object.metadata;
  const { group, version, kind } = gvkOf(object);
  return { id: `${namespace}_${name.replaceAll(":", "__")}_${group}_${kind}`, v: version };
}

/** Reads an entry; `undefined` where the id has not the form, so that one damaged entry stops nothing. */
export function parseInventoryEntry(entry: InventoryEntry): InventoryReference | undefined {
  const first = entry.id.indexOf("_");
  const last = entry.id.lastIndexOf("_");
  const beforeLast = entry.id.lastIndexOf("_", last - 1);
  if (first < 0 || beforeLast <= first) return undefined;
  return {
    namespace: entry.id.slice(0, first),
    name: entry.id.slice(first + 1, beforeLast).replaceAll("__", ":"),
    group: entry.id.slice(beforeLast + 1, last),
    kind: entry.id.slice(last + 1),
    version: entry.v,
  };
}

/** What the older inventory names and the newer does not; another version of the same object is the same object. */
export function staleEntries(
  older: readonly InventoryEntry[],
  newer: readonly InventoryEntry[],
): readonly InventoryEntry[] {
  const kept = new Set(newer.map((entry) => entry.id));
  return older.filter((entry) => !kept.has(entry.id));
}

/** An object that stands for an entry: what a prune orders, gets and deletes. */
export function placeholderOf(reference: InventoryReference): KubeObject {
  const { namespace, name, group, kind, version } = reference;
  return {
    apiVersion: formatApiVersion({ group, version }),
    kind,
    metadata: { name, ...(namespace === "" ? {} : { namespace }) },
  };
}
