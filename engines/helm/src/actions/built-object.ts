import type { ResolvedKind } from "@weir/client";
import { quoteGo } from "@weir/text";
import { formatGvk, type KubeObject, type ObjectKey } from "@weir/objects";

/** An object of a manifest, with what the API server says about its kind. */
export interface BuiltObject {
  /** Its namespace is filled in where its kind has namespaces. */
  readonly object: KubeObject;
  readonly kind: ResolvedKind;
}

/** Where the API server keeps the object. */
export function keyOfBuilt({ object, kind }: BuiltObject): ObjectKey {
  const { namespace, name = "" } = object.metadata;
  return kind.scope === "Cluster" || namespace === undefined ? { name } : { namespace, name };
}

/** How helm names an object that it asks for: `ConfigMap "app" in namespace "apps"`. */
export function quotedSubject({ object }: BuiltObject): string {
  const { name = "", namespace = "" } = object.metadata;
  return `${object.kind} ${quoteGo(name)} in namespace ${quoteGo(namespace)}`;
}

/** How helm names an object that it writes: `apps/app /v1, Kind=ConfigMap`. */
export function writtenSubject({ object, kind }: BuiltObject): string {
  const { name = "", namespace = "" } = object.metadata;
  return `${namespace}/${name} ${formatGvk(kind)}`;
}

/** What tells objects apart across versions of their API. */
export function identityOf({ object, kind }: BuiltObject): string {
  const { name = "", namespace = "" } = object.metadata;
  return JSON.stringify([kind.group, kind.kind, namespace, name]);
}
