import type { Condition, KubeObject, ObjectKey } from "@weir/objects";

/** An object that may depend on others of its own kind. */
export interface Dependent {
  readonly metadata: KubeObject["metadata"];
  readonly spec: {
    readonly dependsOn?: readonly {
      readonly name: string;
      readonly namespace?: string | undefined;
      readonly readyExpr?: string | undefined;
    }[];
  };
  readonly status?: {
    readonly observedGeneration?: number | bigint;
    readonly conditions?: readonly Condition[];
  };
}

/** Where the dependencies of an object are, in the order of its spec. */
export function dependencyKeysOf({
  metadata,
  spec,
}: Pick<Dependent, "metadata" | "spec">): readonly Required<ObjectKey>[] {
  const own = metadata.namespace ?? "";
  return (spec.dependsOn ?? []).map(({ namespace = "", name }) => ({
    namespace: namespace === "" ? own : namespace,
    name,
  }));
}

/** How messages and indexes name a dependency. */
export function dependencyText({ namespace = "", name }: ObjectKey): string {
  return `${namespace}/${name}`;
}
