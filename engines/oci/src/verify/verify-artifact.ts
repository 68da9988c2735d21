import type { RegistryClient } from "../client/registry-client.ts";
import { formatReference } from "../reference/oci-reference.ts";
import { fetchSignatures, type SignatureRequest } from "./fetch-signatures.ts";
import { VerificationError } from "./verification-error.ts";
import { type VerifiedSignature, verifyCosign } from "./verify-cosign.ts";

/** How an artifact is verified. */
export type VerificationPolicy =
  | { readonly kind: "cosign-keys"; readonly keys: readonly string[] }
  | { readonly kind: "cosign-keyless" }
  | { readonly kind: "notation" };

/**
 * Fetches the signatures of a manifest and verifies them. What is not built (keyless, notation) is never taken for
 * verified. Throws `VerificationError` and what the client throws.
 */
export async function verifyArtifact(
  client: RegistryClient,
  request: SignatureRequest & { readonly policy: VerificationPolicy },
): Promise<VerifiedSignature> {
  const { reference, policy, signal } = request;
  const subject = formatReference(reference);
  if (policy.kind !== "cosign-keys") {
    const what = policy.kind === "notation" ? "notation" : "keyless";
    throw new VerificationError("unsupported", subject, `${what} verification is not supported`);
  }
  const signatures = await fetchSignatures(client, {
    reference,
    ...(signal === undefined ? {} : { signal }),
  });
  const signsDirectly = signatures.some(({ kind }) => kind === "bundle");
  const manifest = signsDirectly ? (await client.fetchManifest(reference, signal)).bytes : undefined;
  return verifyCosign({
    subject,
    digest: reference.digest,
    signatures,
    keys: policy.keys,
    ...(manifest === undefined ? {} : { manifest }),
  });
}
