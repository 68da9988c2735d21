import { type OCIRepository, SourceReason } from "@weir/api";
import { WeirError } from "@weir/core";
import {
  type ArtifactRef,
  findArtifact,
  type OciReference,
  OciReferenceError,
  type OciRepositoryName,
  parseRepositoryUrl,
  type RegistryClient,
  resolveRevision,
} from "@weir/oci";
import type { Said } from "../report/source-facts.ts";
import { SourceStepError } from "../source-error.ts";

/** What an OCIRepository is at now. */
export interface FoundRevision {
  /** `<tag>@<digest>`, or the digest alone where that is asked for. */
  readonly revision: string;
  /** As it was followed, for messages. */
  readonly followed: OciReference;
  /** What is pulled and verified: whatever becomes of the tag. */
  readonly pinned: OciReference & { readonly digest: string };
}

/** Reads the URL. Throws `SourceStepError`, which repeats no password; only a change of the object helps. */
export function repositoryOf({ url }: OCIRepository["spec"]): OciRepositoryName {
  const failure = { condition: "FetchFailed", reason: SourceReason.URLInvalid, retry: "never" } as const;
  const bare = withoutUser(url);
  if (bare !== url) {
    const authority = /^[^/]*/.exec(bare.slice("oci://".length))?.[0] ?? "";
    const problem = `registries must be valid RFC 3986 URI authorities: REDACTED@${authority}`;
    throw new SourceStepError(failure, `URL validation failed for '${bare}': ${problem}`);
  }
  try {
    return parseRepositoryUrl(url);
  } catch (cause) {
    if (!(cause instanceof OciReferenceError)) throw cause;
    throw new SourceStepError(failure, `URL validation failed for '${url}'`, { cause });
  }
}

/** A URL without the user and the password that it may hold, which no registry's has. */
export function withoutUser(url: string): string {
  return url.replace(/^oci:\/\/[^/@]*@/, "oci://");
}

/** Asks the registry what `spec.ref` stands for now. Throws `SourceStepError` in Flux's words. */
export async function findRevision(
  { spec }: OCIRepository,
  named: OciRepositoryName,
  client: RegistryClient,
  signal: AbortSignal,
): Promise<FoundRevision> {
  const options = { ref: refOf(spec), layerSelector: selectorOf(spec), signal };
  const forDigest = {
    message: "failed to determine artifact digest",
    reason: SourceReason.OCIArtifactPullFailed,
  };
  const forTag = {
    message: `failed to determine the artifact tag for '${spec.url}'`,
    reason: SourceReason.ReadOperationFailed,
  };
  const isPinned = (spec.ref?.digest ?? "") !== "";
  const followed = await step(isPinned ? forDigest : forTag, () => findArtifact(client, named, options));
  const { revision, digest } = await step(forDigest, () => resolveRevision(client, followed, signal));
  const { registry, repository } = named;
  return { revision, followed, pinned: { registry, repository, digest } };
}

function refOf({ ref = {} }: OCIRepository["spec"]): ArtifactRef {
  return Object.fromEntries(Object.entries(ref).filter(([, value]) => value !== undefined));
}

/** Only charts' tags are read in another way. */
function selectorOf({ layerSelector }: OCIRepository["spec"]): { readonly mediaType?: string } {
  return layerSelector?.mediaType === undefined ? {} : { mediaType: layerSelector.mediaType };
}

async function step<Value>({ message, reason }: Said, run: () => Promise<Value>): Promise<Value> {
  try {
    return await run();
  } catch (cause) {
    if (!(cause instanceof WeirError)) throw cause;
    throw new SourceStepError({ condition: "FetchFailed", reason }, message, { cause });
  }
}
