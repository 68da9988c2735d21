import { readFileSync } from "node:fs";
import { join } from "node:path";

/** One row of the table of built-in resources. */
export interface ResourceRow {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly storageVersionHash?: string;
  readonly definition?: string;
  readonly subresources?: readonly SubresourceRow[];
}

/** One subresource; its kind may be of another group. */
export interface SubresourceRow {
  readonly name: string;
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly verbs: readonly string[];
}

interface LegacyResource {
  readonly name: string;
  readonly singularName: string;
  readonly namespaced: boolean;
  readonly group?: string;
  readonly version?: string;
  readonly kind: string;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly storageVersionHash?: string;
}

interface LegacyDocuments {
  readonly "/apis": {
    readonly groups: readonly { readonly versions: readonly { readonly groupVersion: string }[] }[];
  };
  readonly [path: string]: unknown;
}

/** The built-in resources in the order in which discovery lists them. */
export function kindTables(
  reference: string,
  definitionOf: ReadonlyMap<string, string>,
): readonly ResourceRow[] {
  const legacy = JSON.parse(
    readFileSync(join(reference, "discovery/legacy.json"), "utf8"),
  ) as LegacyDocuments;
  const groupVersions = legacy["/apis"].groups.flatMap((group) => group.versions.map((v) => v.groupVersion));
  const rows: ResourceRow[] = [];
  for (const groupVersion of ["v1", ...groupVersions]) {
    const path = groupVersion === "v1" ? "/api/v1" : `/apis/${groupVersion}`;
    const { resources } = legacy[path] as { readonly resources: readonly LegacyResource[] };
    const [group = "", version = ""] = groupVersion === "v1" ? ["", "v1"] : groupVersion.split("/");
    for (const resource of resources) {
      if (resource.name.includes("/")) continue;
      rows.push(resourceRow(resource, { group, version }, resources, definitionOf));
    }
  }
  return rows;
}

function resourceRow(
  resource: LegacyResource,
  at: { readonly group: string; readonly version: string },
  all: readonly LegacyResource[],
  definitionOf: ReadonlyMap<string, string>,
): ResourceRow {
  const definition = definitionOf.get(`${at.group}/${at.version}/${resource.kind}`);
  const subresources = all
    .filter((other) => other.name.startsWith(`${resource.name}/`))
    .map((other) => ({
      name: other.name.slice(resource.name.length + 1),
      group: other.group ?? at.group,
      version: other.version ?? at.version,
      kind: other.kind,
      verbs: other.verbs,
    }));
  return {
    ...at,
    kind: resource.kind,
    plural: resource.name,
    singular: resource.singularName,
    namespaced: resource.namespaced,
    verbs: resource.verbs,
    ...(resource.shortNames === undefined ? {} : { shortNames: resource.shortNames }),
    ...(resource.categories === undefined ? {} : { categories: resource.categories }),
    ...(resource.storageVersionHash === undefined ? {} : { storageVersionHash: resource.storageVersionHash }),
    ...(definition === undefined ? {} : { definition }),
    ...(subresources.length === 0 ? {} : { subresources }),
  };
}
