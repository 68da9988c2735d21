import { builtinResources } from "@weir/builtin";
import { BuiltinServedResource } from "./builtin-resource.ts";
import type { Resource } from "./resource.ts";

/** A version of a group with its resources. */
export interface GroupVersion {
  readonly group: string;
  readonly version: string;
}

/** A group and its served versions, the preferred one first. */
export interface ApiGroup {
  readonly name: string;
  readonly versions: readonly string[];
  readonly isCustom: boolean;
}

/** Custom resources as the CRDs define them now. */
export interface CustomResources {
  readonly groups: readonly ApiGroup[];
  find(group: string, version: string, plural: string): Resource | undefined;
  resources(group: string, version: string): readonly Resource[];
}

const none: CustomResources = { groups: [], find: () => undefined, resources: () => [] };

/** What is served: the built-in kinds, made when they are first asked for, and the custom ones. */
export class Registry {
  readonly #rows: ReadonlyMap<string, Parameters<typeof toResource>[0]>;
  readonly #built = new Map<string, Resource>();
  readonly #groups: readonly ApiGroup[];
  #custom: CustomResources = none;

  constructor() {
    const rows = builtinResources();
    this.#rows = new Map(rows.map((row) => [`${row.group}/${row.version}/${row.plural}`, row]));
    const byGroup = Map.groupBy(rows, (row) => row.group);
    this.#groups = [...byGroup].map(([name, list]) => ({
      name,
      versions: [...new Set(list.map((row) => row.version))],
      isCustom: false,
    }));
  }

  /** Replaces what the CRDs define. */
  setCustom(custom: CustomResources): void {
    this.#custom = custom;
  }

  find(group: string, version: string, plural: string): Resource | undefined {
    const key = `${group}/${version}/${plural}`;
    const known = this.#built.get(key);
    if (known !== undefined) return known;
    const row = this.#rows.get(key);
    if (row === undefined) return this.#custom.find(group, version, plural);
    const resource = toResource(row);
    this.#built.set(key, resource);
    return resource;
  }

  findKind(group: string, version: string, kind: string): Resource | undefined {
    return this.resources(group, version).find((resource) => resource.kind === kind);
  }

  /** The resources of one group and version, built-in ones in discovery's order. */
  resources(group: string, version: string): readonly Resource[] {
    const rows = [...this.#rows.values()].filter((row) => row.group === group && row.version === version);
    const built = rows.flatMap((row) => this.find(group, version, row.plural) ?? []);
    return [...built, ...this.#custom.resources(group, version)];
  }

  /** All groups in discovery's order, the core group (`""`) first. */
  get groups(): readonly ApiGroup[] {
    return [...this.#groups, ...this.#custom.groups];
  }

  hasBuiltinGroup(group: string): boolean {
    return this.#groups.some((known) => known.name === group);
  }

  get custom(): CustomResources {
    return this.#custom;
  }
}

function toResource(row: ReturnType<typeof builtinResources>[number]): Resource {
  return new BuiltinServedResource(row);
}
