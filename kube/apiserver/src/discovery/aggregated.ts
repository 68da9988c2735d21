import { createHash } from "node:crypto";
import type { JsonObject } from "@weir/core";
import type { ApiGroup, Registry } from "../resources/registry.ts";
import type { Resource } from "../resources/resource.ts";

/** The core group, or all named groups, with every version and resource: one request tells a client everything. */
export function aggregatedDiscovery(registry: Registry, isCore: boolean): JsonObject {
  const groups = registry.groups.filter((group) => (group.name === "") === isCore);
  return {
    kind: "APIGroupDiscoveryList",
    apiVersion: "apidiscovery.k8s.io/v2",
    metadata: {},
    items: groups.map((group) => groupItem(registry, group)),
  };
}

function groupItem(registry: Registry, group: ApiGroup): JsonObject {
  return {
    metadata: group.name === "" ? {} : { name: group.name },
    versions: group.versions.map((version) => ({
      version,
      resources: registry
        .resources(group.name, version)
        .map(resourceItem)
        .sort((a, b) => (String(a["resource"]) < String(b["resource"]) ? -1 : 1)),
      freshness: "Current",
    })),
  };
}

function resourceItem(resource: Resource): JsonObject {
  const subresources = [...resource.subresources.values()].map((subresource) => ({
    subresource: subresource.name,
    responseKind: responseKind(resource, subresource),
    verbs: subresource.verbs,
  }));
  return {
    resource: resource.plural,
    responseKind: responseKind(resource, resource),
    scope: resource.isNamespaced ? "Namespaced" : "Cluster",
    singularResource: resource.singular,
    verbs: resource.verbs,
    ...(resource.shortNames.length === 0 ? {} : { shortNames: resource.shortNames }),
    ...(resource.categories.length === 0 ? {} : { categories: resource.categories }),
    ...(subresources.length === 0 ? {} : { subresources }),
  };
}

/** Built-in resources leave group and version empty where they are their own. */
function responseKind(
  resource: Resource,
  of: { readonly group: string; readonly version: string; readonly kind: string },
): JsonObject {
  const isOwn = of.group === resource.group && of.version === resource.version;
  if (isOwn && !resource.isCustom) return { group: "", version: "", kind: of.kind };
  return { group: of.group, version: of.version, kind: of.kind };
}

/** The ETag of a document: clients ask again with it. */
export function etagOf(text: string): string {
  return `"${createHash("sha512").update(text).digest("hex").toUpperCase()}"`;
}
