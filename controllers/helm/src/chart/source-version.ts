import { type RetryPolicy, WeirError } from "@weir/core";
import { compareSemver, formatSemver, tryParseSemver } from "@weir/text";
import type { ChartSource } from "./chart-source.ts";

/** The version of a chart does not fit the revision of the artifact that it came in. The message is Flux's. */
export class ChartVersionError extends WeirError {
  override readonly name = "ChartVersionError";
  readonly reason = "ChartMutateError";
  readonly retry: RetryPolicy = "backoff";
}

/** The version that a chart goes by, and the digest that was added to it. */
export interface SourceVersion {
  readonly version: string;
  readonly ociDigest: string | undefined;
}

const DIGEST_LENGTH = 12;

/**
 * The version of a chart from an artifact whose revision tells a digest: the first twelve digits of that are its build
 * metadata, so that a tag that was moved is another chart. A tag that is a version must be that of the chart.
 */
export function sourceVersionOf(
  chartVersion: string,
  source: Pick<ChartSource, "kind" | "artifact">,
  isTracked: boolean,
): SourceVersion {
  const { revision } = source.artifact;
  const tells =
    source.kind === "OCIRepository" || (source.kind === "ExternalArtifact" && revision.includes(":"));
  if (!tells) return { version: chartVersion, ociDigest: undefined };
  const version = tryParseSemver(chartVersion);
  if (version === undefined) throw new ChartVersionError(`invalid chart version ${chartVersion}`);
  const [tag = "", tagDigest, ...rest] = revision.split("@");
  const tagVersion = tryParseSemver(tagDigest === undefined ? revision : tag.replaceAll("_", "+"));
  let digest = revision;
  if (tagVersion !== undefined) {
    const fits = tagDigest !== undefined && rest.length === 0 && compareSemver(tagVersion, version) === 0;
    if (!fits) {
      throw new ChartVersionError(`artifact revision ${tag} does not match chart version ${chartVersion}`);
    }
    digest = tagDigest;
  }
  const suffix = suffixOf(digest);
  return {
    version: isTracked ? formatSemver({ ...version, metadata: suffix }) : chartVersion,
    ociDigest: digest,
  };
}

function suffixOf(digest: string): string {
  const parts = digest.split(":");
  const hash = parts[1] ?? "";
  if (parts.length !== 2 || hash.length < DIGEST_LENGTH) {
    throw new ChartVersionError(`invalid artifact revision ${digest}`);
  }
  return hash.slice(0, DIGEST_LENGTH);
}
