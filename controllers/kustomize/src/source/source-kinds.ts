import { Bucket, ExternalArtifact, GitRepository, type Kustomization, OCIRepository } from "@weir/api";
import type { Artifact } from "@weir/api";
import type { Kind } from "@weir/client";
import type { KubeObject, ObjectKey } from "@weir/objects";

/** What is read of a source, whatever its kind. */
export interface Source extends KubeObject {
  readonly status?: { readonly artifact?: Artifact };
}

type SourceKindName = Kustomization["spec"]["sourceRef"]["kind"];

const KINDS = {
  GitRepository,
  OCIRepository,
  Bucket,
  ExternalArtifact,
} as unknown as Readonly<Record<SourceKindName, Kind<Source>>>;

/** The kinds that a Kustomization can be built from. */
export const sourceKinds: readonly Kind<Source>[] = Object.values(KINDS);

/** The kind that a reference names. */
export function sourceKindOf({ kind }: Kustomization["spec"]["sourceRef"]): Kind<Source> {
  return KINDS[kind];
}

/** Where the source of a Kustomization is. */
export function sourceKeyOf({ metadata, spec }: Kustomization): Required<ObjectKey> {
  const { namespace = metadata.namespace ?? "", name } = spec.sourceRef;
  return { namespace: namespace === "" ? (metadata.namespace ?? "") : namespace, name };
}

/** The value under which Kustomizations are indexed by their source. */
export function sourceIndexValue(kind: string, { namespace = "", name }: ObjectKey): string {
  return `${kind}/${namespace}/${name}`;
}

/** What the artifact itself was made from, where its source says so. */
export function originRevisionOf(artifact: Artifact): string | undefined {
  const revision = artifact.metadata?.["org.opencontainers.image.revision"];
  return revision === "" ? undefined : revision;
}
