import type { Kustomization } from "@weir/api";
import type { ObjectKey } from "@weir/objects";

/** Where the dependencies of a Kustomization are, in the order of its spec. */
export function dependencyKeysOf({ metadata, spec }: Kustomization): readonly Required<ObjectKey>[] {
  const own = metadata.namespace ?? "";
  return (spec.dependsOn ?? []).map(({ namespace = "", name }) => ({
    namespace: namespace === "" ? own : namespace,
    name,
  }));
}

/** How messages and indexes name a Kustomization. */
export function dependencyText({ namespace = "", name }: ObjectKey): string {
  return `${namespace}/${name}`;
}
