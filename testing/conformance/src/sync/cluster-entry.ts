/** A Kustomization that a cluster's folder holds: where a repository's tree in the corpus lacks it, the fixture adds it. */
export interface EntryKustomization {
  readonly name: string;
  readonly path: string;
  readonly dependsOn?: readonly string[];
}

/** A cluster that a repository describes. */
export interface ClusterEntry {
  readonly repository: string;
  readonly cluster: string;
  /** The folder that is bootstrapped. */
  readonly path: string;
  readonly kustomizations: readonly EntryKustomization[];
}

/** The clusters of the repositories that are synced, with the entry Kustomizations that these repositories have. */
export const clusterEntries: readonly ClusterEntry[] = [
  ...["production", "staging"].map((cluster) => ({
    repository: "flux2-kustomize-helm-example",
    cluster,
    path: `clusters/${cluster}`,
    kustomizations: [
      { name: "infra-controllers", path: "infrastructure/controllers" },
      { name: "infra-configs", path: "infrastructure/configs", dependsOn: ["infra-controllers"] },
      { name: "apps", path: `apps/${cluster}`, dependsOn: ["infra-configs"] },
    ],
  })),
  {
    repository: "onedr0p-home-ops",
    cluster: "main",
    path: "kubernetes/flux/cluster",
    kustomizations: [{ name: "cluster-apps", path: "kubernetes/apps" }],
  },
];
