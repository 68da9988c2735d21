import type { JsonObject } from "@weir/core";
import type { Kind } from "@weir/client";
import type { ObjectMeta } from "@weir/objects";

/** A custom kind for tests. */
export interface Thing {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec?: { readonly size?: number; readonly suspend?: boolean; readonly ref?: string };
  readonly status?: {
    readonly size?: number;
    readonly observedGeneration?: number;
    readonly lastHandledReconcileAt?: string;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason: string;
      readonly message: string;
    }[];
  };
}

export const THINGS = "/apis/example.com/v1/things";
export const CONFIG_MAPS = "/api/v1/configmaps";

export const Thing: Kind<Thing> = {
  group: "example.com",
  version: "v1",
  kind: "Thing",
  plural: "things",
  scope: "Namespaced",
};

export interface ConfigMap {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: ObjectMeta;
  readonly data?: Readonly<Record<string, string>>;
}

export const ConfigMap: Kind<ConfigMap> = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  scope: "Namespaced",
};

/** A Thing as the API holds it. */
export function aThing(name: string, spec: JsonObject = {}, metadata: JsonObject = {}): JsonObject {
  return {
    apiVersion: "example.com/v1",
    kind: "Thing",
    metadata: { namespace: "default", name, ...metadata },
    spec,
  };
}
