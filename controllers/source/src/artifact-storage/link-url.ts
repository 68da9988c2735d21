import type { ArtifactOwner, ArtifactStorage } from "@weir/artifact";

/** Where a name of the owner's, such as `latest.tar.gz`, is served now. */
export function linkUrlOf(
  { kind, namespace, name }: ArtifactOwner,
  link: string,
  storage: Pick<ArtifactStorage, "urlOf">,
): string {
  return storage.urlOf({ path: `${kind}/${namespace}/${name}/${link}` });
}
