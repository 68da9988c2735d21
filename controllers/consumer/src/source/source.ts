import type { Artifact } from "@weir/api";
import type { KubeObject, ObjectKey } from "@weir/objects";

/** What is read of a source, whatever its kind. */
export interface Source extends KubeObject {
  readonly status?: { readonly artifact?: Artifact };
}

/** The value under which consumers are indexed by their source. */
export function sourceIndexValue(kind: string, { namespace = "", name }: ObjectKey): string {
  return `${kind}/${namespace}/${name}`;
}

/** What the artifact itself was made from, where its source says so. */
export function originRevisionOf(artifact: Artifact): string | undefined {
  const revision = artifact.metadata?.["org.opencontainers.image.revision"];
  return revision === "" ? undefined : revision;
}
