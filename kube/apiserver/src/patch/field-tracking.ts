import type { JsonObject } from "@weir/core";
import {
  type FieldSet,
  fieldSetOf,
  type FieldWrite,
  type KubeObject,
  updateManagedFields,
} from "@weir/objects";
import type { WriteOptions } from "../http/write-options.ts";
import type { Api, Call } from "../resources/call.ts";
import { asJson, asObject, copyForMeta, parseVersion, text } from "../resources/draft-access.ts";
import { apiVersionOf, type Draft, type Resource } from "../resources/resource.ts";

/** A write whose fields are to be put down to its manager. */
export interface TrackedWrite {
  readonly object: Draft;
  /** The object as it is stored, in the version of the request; `undefined` for a create. */
  readonly live: KubeObject | undefined;
  readonly options: WriteOptions;
}

/** Gives the object with managedFields that say who wrote what. */
export function trackUpdate(call: Call, write: TrackedWrite): Draft {
  const tracked = updateManagedFields({
    ...fieldWrite(call, write.options.fieldManager),
    live: write.live,
    object: asObject(write.object),
  });
  return copyForMeta(asJson(tracked));
}

/** What a write says of itself where field ownership is told. */
export function fieldWrite(call: Call, manager: string): FieldWrite {
  const { resource, api, info, strategy } = call;
  return {
    gvk: { group: resource.group, version: resource.version, kind: resource.kind },
    schema: resource.schema,
    manager,
    now: new Date(api.clock.now()),
    subresource: info.subresource,
    resetFields: resetSet(strategy.resetFields),
    resetsAllVersions: !resource.isCustom || info.subresource === "status",
    schemaAt: (apiVersion) => {
      const { group, version } = parseVersion(apiVersion);
      const other = group === resource.group ? api.registry.find(group, version, resource.plural) : undefined;
      if (other !== undefined) return other.schema;
      if (resource.isCustom) return resource.unservedSchema?.(apiVersion) ?? "unconvertible";
      return isView(resource) ? resource.schema : "missing";
    },
    emptyObject: emptyObjectOf(resource),
    ...conversionBetween(call),
  };
}

/** Between versions with different fields, ownership is compared in each manager's own. */
function conversionBetween({ resource, api }: Call): Pick<FieldWrite, "convertTo"> {
  if (resource.isCustom || resource.plural !== "horizontalpodautoscalers") return {};
  return {
    convertTo(object, apiVersion) {
      const { group, version } = parseVersion(apiVersion);
      const own = text(object, "apiVersion");
      const from = own === apiVersionOf(resource) ? resource : findVersion(api, resource, own);
      const to = group === resource.group ? api.registry.find(group, version, resource.plural) : undefined;
      if (to === undefined || from === undefined) return object;
      return asJson(to.fromStorage(from.toStorage(asObject(object))));
    },
  };
}

function findVersion(api: Api, resource: Resource, apiVersion: string): Resource | undefined {
  const { group, version } = parseVersion(apiVersion);
  return api.registry.find(group, version, resource.plural);
}

/** A kind that is stored for another group as well may be managed under that group's name. */
function isView(resource: Resource): boolean {
  return resource.plural === "events";
}

function resetSet(paths: readonly (readonly string[])[]): FieldSet {
  return fieldSetOf(...paths);
}

const empties = new WeakMap<Resource, JsonObject>();

/** What Go holds of a built-in kind before anything is set; kept as long as the resource is served. */
export function emptyObjectOf(resource: Resource): JsonObject {
  if (resource.isCustom) return {};
  const known = empties.get(resource);
  if (known !== undefined) return known;
  const { kind: _kind, apiVersion: _apiVersion, ...empty } = resource.decode({}).object;
  empties.set(resource, empty);
  return empty;
}
