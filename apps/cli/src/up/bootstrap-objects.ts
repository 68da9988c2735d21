import { DISABLED, fluxResources, GitRepository, KustomizeAnnotation, Kustomization } from "@weir/api";
import type { KubeObject } from "@weir/objects";

/** The namespace and the name of what `flux bootstrap` would create. */
export const BOOTSTRAP_NAME = "flux-system";

/** What a cluster is to sync. */
export interface SyncTarget {
  readonly url: string;
  readonly branch: string;
  /** The folder of the repository that the cluster syncs. */
  readonly path: string;
}

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
