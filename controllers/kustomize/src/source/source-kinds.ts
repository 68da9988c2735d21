import { Bucket, ExternalArtifact, GitRepository, type Kustomization, OCIRepository } from "@weir/api";
import type { Kind } from "@weir/client";
import type { Source } from "@weir/consumer";
import type { ObjectKey } from "@weir/objects";

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
