import type { JsonObject } from "@weir/core";
import type { ApiGroup, Registry } from "../resources/registry.ts";
import type { Resource } from "../resources/resource.ts";

/** `/api`: the versions of the core group. */
export function apiVersions(host: string): JsonObject {
  return {
    kind: "APIVersions",
    versions: ["v1"],
    serverAddressByClientCIDRs: [{ clientCIDR: "0.0.0.0/0", serverAddress: host }],
  };
}

/** `/apis`: all named groups. */
export function apiGroupList(registry: Registry): JsonObject {
  const groups = registry.groups.filter((group) => group.name !== "").map(groupFields);
  return { kind: "APIGroupList", apiVersion: "v1", groups };
}

/** `/apis/<group>`. */
export function apiGroup(group: ApiGroup): JsonObject {
  return { kind: "APIGroup", apiVersion: "v1", ...groupFields(group) };
}

function groupFields({ name, versions }: ApiGroup): JsonObject {
  const list = versions.map((version) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions: list, preferredVersion: list[0] ?? {} };
}

/** `/api/v1` and `/apis/<group>/<version>`: resources and subresources, in one flat list. */
export function apiResourceList(groupVersion: string, resources: readonly Resource[]): JsonObject {
  const list = resources.flatMap((resource) => [resourceFields(resource), ...subresourceFields(resource)]);
  return {
    kind: "APIResourceList",
    ...(groupVersion === "v1" ? {} : { apiVersion: "v1" }),
    groupVersion,
    resources: list,
  };
}

function resourceFields(resource: Resource): JsonObject {
  return {
    name: resource.plural,
    singularName: resource.singular,
    namespaced: resource.isNamespaced,
    kind: resource.kind,
    verbs: resource.verbs,
    ...(resource.shortNames.length === 0 ? {} : { shortNames: resource.shortNames }),
    ...(resource.categories.length === 0 ? {} : { categories: resource.categories }),
    ...(resource.storageVersionHash === undefined ? {} : { storageVersionHash: resource.storageVersionHash }),
  };
}

function subresourceFields(resource: Resource): readonly JsonObject[] {
  return [...resource.subresources.values()].map((subresource) => ({
    name: `${resource.plural}/${subresource.name}`,
    singularName: "",
    namespaced: resource.isNamespaced,
    ...(subresource.group === resource.group && subresource.version === resource.version
      ? {}
      : { group: subresource.group, version: subresource.version }),
    kind: subresource.kind,
    verbs: subresource.verbs,
  }));
}
