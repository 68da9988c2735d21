import { fluxResources } from "@weir/api";
import type { KubeClient } from "@weir/client";
import type { JsonObject } from "@weir/core";
import { objectAt } from "./repository-tree.ts";

/** Kinds that belong to no namespace, besides those whose name begins with `Cluster`. */
const CLUSTER_SCOPED = [
  "GatewayClass",
  "VolumeSnapshotClass",
  "VolumeGroupSnapshotClass",
  "CiliumLoadBalancerIPPool",
  "CiliumBGPAdvertisement",
  "CiliumBGPClusterConfig",
  "CiliumBGPPeerConfig",
];

/** Definitions that take everything, for the kinds of a repository that nobody else serves. */
export async function foreignDefinitions(
  objects: readonly JsonObject[],
  client: KubeClient,
): Promise<readonly JsonObject[]> {
  const served = new Set(
    (await client.discover({ refresh: true })).map(({ group, kind }) => `${group}/${kind}`),
  );
  for (const { group, kind } of fluxResources) served.add(`${group}/${kind}`);
  const versions = new Map<string, Set<string>>();
  for (const { apiVersion, kind } of objects) {
    const [group = "", version] = String(apiVersion).split("/");
    const name = `${group}/${String(kind)}`;
    if (version === undefined || served.has(name) || group === "kustomize.config.k8s.io") continue;
    versions.set(name, (versions.get(name) ?? new Set()).add(version));
  }
  return [...versions].map(([name, all]) => definition(name, [...all]));
}

function definition(name: string, versions: readonly string[]): JsonObject {
  const [group = "", kind = ""] = name.split("/");
  const plural = `${kind.toLowerCase()}s`;
  const isClusterScoped = kind.startsWith("Cluster") || CLUSTER_SCOPED.includes(kind);
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: {
      name: `${plural}.${group}`,
      // Groups of Kubernetes itself ask for it.
      annotations: { "api-approved.kubernetes.io": "unapproved, for tests" },
    },
    spec: {
      group,
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      scope: isClusterScoped ? "Cluster" : "Namespaced",
      versions: versions.map((version, index) => ({
        name: version,
        served: true,
        storage: index === 0,
        schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
      })),
    },
  };
}

/** The Secrets that Kustomizations and releases of a repository refer to, and that foreign controllers would make. */
export function referredSecrets(objects: readonly JsonObject[]): readonly string[] {
  const names = objects.flatMap(({ spec }) => {
    const { postBuild, valuesFrom } = objectAt(spec);
    const references = [objectAt(postBuild)["substituteFrom"], valuesFrom];
    return references.flatMap((list) => (Array.isArray(list) ? (list as readonly JsonObject[]) : []));
  });
  return names.filter(({ kind }) => kind === "Secret").map(({ name }) => String(name));
}
