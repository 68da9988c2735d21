import type { Artifact } from "@weir/api";
import { ociAnnotations } from "@weir/oci";

/** What is said of an artifact that was stored: where it is from, and where what it was made of is from. */
export function storedMessage(url: string, { revision, metadata = {} }: Artifact): string {
  const stored = `stored artifact with revision '${revision}' from '${url}'`;
  const source = metadata[ociAnnotations.source] ?? "";
  const origin = metadata[ociAnnotations.revision] ?? "";
  if (source === "" || origin === "") return stored;
  return `${stored}, origin source '${source}', origin revision '${origin}'`;
}
