import type { KindName } from "../history/history.ts";

/** How a kind is reached, and what can be done to it. */
export interface KindFacts {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly isNamespaced: boolean;
  /** Where its fields lie. */
  readonly fields: readonly string[];
  readonly patches: readonly ("json" | "merge" | "strategic")[];
  readonly hasStatus: boolean;
  /** Whether a PUT may leave out the revision. */
  readonly mayReplaceBlindly: boolean;
}

export const KINDS: Readonly<Record<KindName, KindFacts>> = {
  ConfigMap: {
    group: "",
    version: "v1",
    plural: "configmaps",
    isNamespaced: true,
    fields: ["data"],
    patches: ["json", "merge", "strategic"],
    hasStatus: false,
    mayReplaceBlindly: true,
  },
  Gauge: {
    group: "histories.weir.dev",
    version: "v1",
    plural: "gauges",
    isNamespaced: true,
    fields: ["spec", "fields"],
    patches: ["json", "merge"],
    hasStatus: true,
    mayReplaceBlindly: false,
  },
  Namespace: {
    group: "",
    version: "v1",
    plural: "namespaces",
    isNamespaced: false,
    fields: [],
    patches: ["json", "merge", "strategic"],
    hasStatus: false,
    mayReplaceBlindly: true,
  },
};

export const KIND_NAMES = Object.keys(KINDS) as readonly KindName[];

export function apiVersionOf({ group, version }: KindFacts): string {
  return group === "" ? version : `${group}/${version}`;
}

/** Where the objects of the namespaced kinds live. */
export const NAMESPACES = ["histories-a", "histories-b"] as const;

const texts = { type: "object", additionalProperties: { type: "string" } } as const;

/** The definition of the kind with a status. */
export const GAUGE_DEFINITION = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "gauges.histories.weir.dev" },
  spec: {
    group: "histories.weir.dev",
    scope: "Namespaced",
    names: { plural: "gauges", singular: "gauge", kind: "Gauge", listKind: "GaugeList" },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: {
              spec: { type: "object", properties: { fields: texts } },
              status: texts,
            },
          },
        },
      },
    ],
  },
} as const;
