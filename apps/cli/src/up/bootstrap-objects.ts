import {
  DISABLED,
  fluxResources,
  GitRepository,
  KustomizeAnnotation,
  Kustomization,
  WATCH_ENABLED,
  WATCH_LABEL,
} from "@weir/api";
import type { KubeObject } from "@weir/objects";

/** The namespace and the name of what `flux bootstrap` would create. */
export const BOOTSTRAP_NAME = "flux-system";

/** What a cluster is to sync. */
export interface SyncTarget {
  readonly url: string;
  readonly branch: string;
  /** The folder of the repository that the cluster syncs. */
  readonly path: string;
  /** Where charts are served to the cluster. */
  readonly charts?: ServedCharts;
}

/** Where charts are served. */
export interface ServedCharts {
  readonly url: string;
  readonly registryUrl: string;
}

/** The ConfigMap that tells Kustomizations where charts are served, by `postBuild.substituteFrom`. */
export const CHARTS_CONFIG = "weir-charts";

/** What keeps a bootstrapped repository from changing the objects that serve it. */
const STAYS_AS_IT_IS = { [KustomizeAnnotation.reconcile]: DISABLED };

/**
 * The objects that `flux bootstrap` would create, in the order of their creation: the definitions of Flux's kinds, the
 * namespace, the GitRepository and the Kustomization. They are marked so that a repository that manages its own
 * `flux-system` folder leaves them alone.
 */
export function bootstrapObjects(target: SyncTarget): {
  readonly definitions: readonly KubeObject[];
  readonly namespace: KubeObject;
  readonly sync: readonly KubeObject[];
} {
  const metadata = { name: BOOTSTRAP_NAME, namespace: BOOTSTRAP_NAME, annotations: STAYS_AS_IT_IS };
  return {
    definitions: fluxResources.map((resource) => marked(resource.crd() as unknown as KubeObject)),
    namespace: { apiVersion: "v1", kind: "Namespace", metadata: { name: BOOTSTRAP_NAME } },
    sync: [
      ...(target.charts === undefined ? [] : [chartsConfig(target.charts)]),
      {
        apiVersion: `${GitRepository.group}/${GitRepository.version}`,
        kind: GitRepository.kind,
        metadata,
        spec: { interval: "1m0s", url: target.url, ref: { branch: target.branch } },
      },
      {
        apiVersion: `${Kustomization.group}/${Kustomization.version}`,
        kind: Kustomization.kind,
        metadata,
        spec: {
          interval: "10m0s",
          path: `./${target.path.replace(/^[./]+/, "").replace(/\/+$/, "")}`,
          prune: true,
          sourceRef: { kind: GitRepository.kind, name: BOOTSTRAP_NAME },
        },
      },
    ],
  };
}

function marked(object: KubeObject): KubeObject {
  const { annotations } = object.metadata;
  return { ...object, metadata: { ...object.metadata, annotations: { ...annotations, ...STAYS_AS_IT_IS } } };
}

function chartsConfig({ url, registryUrl }: ServedCharts): KubeObject {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    // A new address wakes the Kustomizations that name it.
    metadata: { name: CHARTS_CONFIG, namespace: BOOTSTRAP_NAME, labels: { [WATCH_LABEL]: WATCH_ENABLED } },
    data: { charts_url: url, charts_registry: registryUrl },
  } as KubeObject;
}
