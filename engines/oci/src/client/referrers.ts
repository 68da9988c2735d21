import { writeJson } from "@weir/core";
import { isJsonObject, type OciDescriptor, type OciIndex, parseManifest } from "../descriptor.ts";
import { imageMediaTypes } from "../media-type.ts";
import { OciBudgetError, RegistryProtocolError, RegistryResponseError } from "../oci-error.ts";
import { formatReference, type OciReference, type OciRepositoryName } from "../reference/oci-reference.ts";
import { fetchManifest } from "./fetch-manifest.ts";
import { readPages } from "./read-pages.ts";
import type { RegistryApi } from "./registry-api.ts";

/** Whose referrers are asked for. */
export interface ReferrersRequest {
  readonly repository: OciRepositoryName;
  readonly digest: string;
  /** Only those of this kind. */
  readonly artifactType?: string;
  readonly signal?: AbortSignal;
}

/** The tag under which registries without a referrers API keep the list: `sha256-<hex>`. */
export function referrersTag(digest: string): string {
  return digest.replace(":", "-").slice(0, 128);
}

/**
 * The manifests that refer to one, such as its signatures: by the referrers API, else by the list that clients keep under
 * a tag. Nothing found is an empty list. Throws `OciBudgetError`, `RegistryProtocolError` and `RegistryResponseError`.
 */
export async function listReferrers(
  api: RegistryApi,
  { repository, digest, artifactType, signal }: ReferrersRequest,
): Promise<readonly OciDescriptor[]> {
  const query = artifactType === undefined ? "" : `?${new URLSearchParams({ artifactType })}`;
  const found: OciDescriptor[] = [];
  const first = {
    repository,
    target: `referrers/${digest}${query}`,
    ...(signal === undefined ? {} : { signal }),
  };
  try {
    for await (const { value, subject } of readPages(api, first)) {
      found.push(...descriptorsOf(value, subject));
      checkCount(api, found.length, subject);
    }
  } catch (error) {
    if (!isWithoutReferrers(error)) throw error;
    const index = await referrersByTag(
      api,
      { registry: repository.registry, repository: repository.repository, tag: referrersTag(digest) },
      signal,
    );
    checkCount(api, index?.manifests.length ?? 0, formatReference({ ...repository, digest }));
    found.push(...(index?.manifests ?? []));
  }
  return artifactType === undefined ? found : found.filter((entry) => entry.artifactType === artifactType);
}

function descriptorsOf(value: Parameters<typeof isJsonObject>[0], subject: string): readonly OciDescriptor[] {
  const index = isJsonObject(value) ? parseManifest(Buffer.from(writeJson(value)), subject) : undefined;
  if (index?.kind !== "index") {
    throw new RegistryProtocolError("malformed-manifest", subject, "the referrers are no index");
  }
  return index.manifests;
}

function checkCount(api: RegistryApi, count: number, subject: string): void {
  if (count > api.limits.referrers) throw new OciBudgetError("referrers", subject, api.limits.referrers);
}

/** Registries that do not know the API answer it in one of these ways. */
function isWithoutReferrers(error: unknown): boolean {
  return error instanceof RegistryResponseError && [400, 404, 405, 406, 501].includes(error.status);
}

/** The list that clients keep under a tag; `undefined` where there is none. */
export async function referrersByTag(
  api: RegistryApi,
  reference: OciReference,
  signal?: AbortSignal,
): Promise<OciIndex | undefined> {
  try {
    const { content } = await fetchManifest(api, reference, signal);
    return content.kind === "index" ? content : undefined;
  } catch (error) {
    if (error instanceof RegistryResponseError && error.isNotFound) return undefined;
    throw error;
  }
}

/** The list with one more entry, as JSON. */
export function withReferrer(index: OciIndex | undefined, entry: OciDescriptor): Uint8Array {
  const others = (index?.manifests ?? []).filter(({ digest }) => digest !== entry.digest);
  const next = { schemaVersion: 2, mediaType: imageMediaTypes.index, manifests: [...others, entry] };
  return Buffer.from(JSON.stringify(next));
}
