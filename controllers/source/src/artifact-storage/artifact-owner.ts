import type { ArtifactOwner } from "@weir/artifact";
import type { ObjectMeta } from "@weir/objects";

/** Under which name the artifacts of an object lie: `<kind in lower case>/<namespace>/<name>`. */
export function ownerOf(
  kind: string,
  { metadata }: { readonly metadata: Readonly<ObjectMeta> },
): ArtifactOwner {
  return { kind: kind.toLowerCase(), namespace: metadata.namespace ?? "", name: metadata.name ?? "" };
}
