import type { ResolvedKind } from "@weir/client";
import type { JsonObject } from "@weir/core";
import { gvkOf, type KubeObject } from "@weir/objects";

/** A kind of custom resources. */
interface ForeignKind {
  readonly group: string;
  readonly kind: string;
  readonly versions: readonly string[];
}

/** Kinds without a namespace; the output of a build does not tell. */
const CLUSTER_SCOPED: ReadonlySet<string> = new Set([
  "CiliumBGPAdvertisement",
  "CiliumBGPClusterConfig",
  "CiliumBGPPeerConfig",
  "CiliumLoadBalancerIPPool",
  "ClusterIssuer",
  "ClusterRepository",
  "ClusterSecretStore",
  "GatewayClass",
  "KubernetesUpgrade",
  "MiroirNodeGroup",
  "TalosUpgrade",
  "VolumeGroupSnapshotClass",
  "VolumeSnapshotClass",
]);

/** Plurals that do not follow from the kind's name. */
const PLURALS: Readonly<Record<string, string>> = {
  NetworkAttachmentDefinition: "network-attachment-definitions",
};

/** Definitions that take any object, for the kinds among the objects that the cluster does not serve. */
export function permissiveDefinitions(
  objects: readonly KubeObject[],
  served: readonly ResolvedKind[],
): readonly JsonObject[] {
  const known = new Set(served.map(({ group, kind }) => `${group}/${kind}`));
  const kinds = new Map<string, ForeignKind>();
  for (const object of objects) {
    const { group, kind, version } = gvkOf(object);
    const key = `${group}/${kind}`;
    if (known.has(key)) continue;
    const versions = kinds.get(key)?.versions ?? [];
    kinds.set(key, { group, kind, versions: [...new Set([...versions, version])] });
  }
  return [...kinds.values()].map(permissiveDefinition);
}

function permissiveDefinition({ group, kind, versions }: ForeignKind): JsonObject {
  const singular = kind.toLowerCase();
  const plural = PLURALS[kind] ?? pluralOf(singular);
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    // The API protects groups of Kubernetes' own projects.
    metadata: {
      name: `${plural}.${group}`,
      annotations: { "api-approved.kubernetes.io": "unapproved, permissive" },
    },
    spec: {
      group,
      names: { kind, listKind: `${kind}List`, plural, singular },
      scope: CLUSTER_SCOPED.has(kind) ? "Cluster" : "Namespaced",
      versions: versions.map((name, index) => ({
        name,
        served: true,
        storage: index === 0,
        schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
      })),
    },
  };
}

function pluralOf(singular: string): string {
  if (/[^aeiou]y$/.test(singular)) return `${singular.slice(0, -1)}ies`;
  return /(s|x|ch|sh)$/.test(singular) ? `${singular}es` : `${singular}s`;
}
