import type { GroupVersionKind } from "@weir/objects";
import { once, readTable } from "./read-table.ts";

/** A built-in resource as discovery describes it. */
export interface BuiltinResource extends GroupVersionKind {
  readonly plural: string;
  readonly singular: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly storageVersionHash?: string;
  /** Name of the kind's schema and Go struct, `apps.v1.Deployment`. */
  readonly definition?: string;
  readonly subresources?: readonly BuiltinSubresource[];
}

/** A subresource; its kind may be of another group, as `autoscaling/v1 Scale` is. */
export interface BuiltinSubresource extends GroupVersionKind {
  readonly name: string;
  readonly verbs: readonly string[];
}

interface Index {
  readonly all: readonly BuiltinResource[];
  readonly byKind: ReadonlyMap<string, BuiltinResource>;
  readonly byPlural: ReadonlyMap<string, BuiltinResource>;
}

const index = once((): Index => {
  const { kinds } = readTable<{ readonly kinds: readonly BuiltinResource[] }>("kinds.json");
  return {
    all: kinds,
    byKind: new Map(kinds.map((kind) => [`${kind.group}/${kind.version}/${kind.kind}`, kind])),
    byPlural: new Map(kinds.map((kind) => [`${kind.group}/${kind.version}/${kind.plural}`, kind])),
  };
});

/** All built-in resources, in the order in which discovery lists them. */
export function builtinResources(): readonly BuiltinResource[] {
  return index().all;
}

/** The resource that serves a kind. */
export function findKind(gvk: GroupVersionKind): BuiltinResource | undefined {
  return index().byKind.get(`${gvk.group}/${gvk.version}/${gvk.kind}`);
}

/** The resource with a plural name. */
export function findResource(group: string, version: string, plural: string): BuiltinResource | undefined {
  return index().byPlural.get(`${group}/${version}/${plural}`);
}

/** A column of a Table, as the server prints the kind. */
export interface TableColumn {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly priority: number;
}

const columns = once(() => readTable<Readonly<Record<string, readonly TableColumn[]>>>("table-columns.json"));

/** The Table columns of a kind; `undefined` where the server prints only name and creation time. */
export function tableColumns(gvk: GroupVersionKind): readonly TableColumn[] | undefined {
  const key = tableKey(gvk);
  return Object.hasOwn(columns(), key) ? columns()[key] : undefined;
}

const selectable = once(() =>
  readTable<Readonly<Record<string, readonly string[]>>>("selectable-fields.json"),
);

/** The fields by which a kind's lists can be selected, `metadata.name` and `metadata.namespace` included. */
export function selectableFields(gvk: GroupVersionKind): readonly string[] {
  const key = tableKey(gvk);
  return (
    (Object.hasOwn(selectable(), key) ? selectable()[key] : undefined) ?? [
      "metadata.name",
      "metadata.namespace",
    ]
  );
}

function tableKey(gvk: GroupVersionKind): string {
  return gvk.group === "" ? `${gvk.version}/${gvk.kind}` : `${gvk.group}/${gvk.version}/${gvk.kind}`;
}
