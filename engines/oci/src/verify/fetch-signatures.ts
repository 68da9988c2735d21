import type { RegistryClient } from "../client/registry-client.ts";
import type { OciDescriptor, OciManifest } from "../descriptor.ts";
import { OciBudgetError, RegistryResponseError } from "../oci-error.ts";
import { formatReference, type OciReference, type OciRepositoryName } from "../reference/oci-reference.ts";
import type { CosignSignature } from "./verify-cosign.ts";

const SIMPLE_SIGNING = "application/vnd.dev.cosign.simplesigning.v1+json";
const SIGNATURE_ANNOTATION = "dev.cosignproject.cosign/signature";
const BUNDLE = /^application\/vnd\.dev\.sigstore\.bundle(?:\.v[\d.]+)?\+json(?:;version=[\d.]+)?$/;
const MAX_SIGNATURES = 100;
const MAX_SIGNATURE_BYTES = 1024 * 1024;

/** Whose signatures are looked for. */
export interface SignatureRequest {
  readonly reference: OciReference & { readonly digest: string };
  readonly signal?: AbortSignal;
}

/**
 * Fetches what cosign attached to a manifest: bundles that refer to it, else the signatures under its `.sig` tag. Nothing
 * attached is an empty list. Throws `OciBudgetError` and what the client throws.
 */
export async function fetchSignatures(
  client: RegistryClient,
  request: SignatureRequest,
): Promise<readonly CosignSignature[]> {
  const bundles = await fetchBundles(client, request);
  return bundles.length > 0 ? bundles : fetchSimpleSignatures(client, request);
}

async function fetchBundles(
  client: RegistryClient,
  { reference, signal }: SignatureRequest,
): Promise<readonly CosignSignature[]> {
  const held = signal === undefined ? {} : { signal };
  const { digest } = reference;
  const referrers = await client.listReferrers({ repository: reference, digest, ...held });
  const bundled = referrers.filter(({ artifactType = "" }) => BUNDLE.test(artifactType));
  checkCount(reference, bundled.length);
  const signatures: CosignSignature[] = [];
  for (const descriptor of bundled) {
    const { registry, repository } = reference;
    const { content } = await client.fetchManifest(
      { registry, repository, digest: descriptor.digest },
      signal,
    );
    // A list may say that something refers to the manifest which itself says otherwise.
    if (content.kind !== "manifest" || content.subject?.digest !== digest) continue;
    const layer = content.layers.find(({ mediaType }) => BUNDLE.test(mediaType));
    if (layer === undefined) continue;
    signatures.push({ kind: "bundle", bundle: await fetchSmall(client, reference, layer, signal) });
  }
  return signatures;
}

async function fetchSimpleSignatures(
  client: RegistryClient,
  { reference, signal }: SignatureRequest,
): Promise<readonly CosignSignature[]> {
  const manifest = await signatureManifest(client, reference, signal);
  const layers = (manifest?.layers ?? []).filter(({ mediaType }) => mediaType === SIMPLE_SIGNING);
  checkCount(reference, layers.length);
  const signatures: CosignSignature[] = [];
  for (const layer of layers) {
    const signature = layer.annotations?.[SIGNATURE_ANNOTATION];
    if (signature === undefined) continue;
    const payload = await fetchSmall(client, reference, layer, signal);
    signatures.push({ kind: "simple-signing", payload, signature });
  }
  return signatures;
}

async function signatureManifest(
  client: RegistryClient,
  { registry, repository, digest }: OciReference & { readonly digest: string },
  signal: AbortSignal | undefined,
): Promise<OciManifest | undefined> {
  try {
    const tag = `${digest.replace(":", "-")}.sig`;
    return (await client.fetchImage({ registry, repository, tag }, undefined, signal)).content;
  } catch (error) {
    if (error instanceof RegistryResponseError && error.isNotFound) return undefined;
    throw error;
  }
}

function fetchSmall(
  client: RegistryClient,
  repository: OciRepositoryName,
  descriptor: OciDescriptor,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const held = signal === undefined ? {} : { signal };
  return client.fetchBlob({ repository, descriptor, maxBytes: MAX_SIGNATURE_BYTES, ...held });
}

function checkCount(reference: OciReference, count: number): void {
  if (count > MAX_SIGNATURES) {
    throw new OciBudgetError("signatures", formatReference(reference), MAX_SIGNATURES);
  }
}
