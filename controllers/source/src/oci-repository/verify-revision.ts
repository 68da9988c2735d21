import { type OCIRepository, SourceReason } from "@weir/api";
import { WeirError } from "@weir/core";
import {
  formatReference,
  type OciReference,
  type RegistryClient,
  type VerificationPolicy,
  verifyArtifact,
} from "@weir/oci";
import { Secret } from "../access/secret-kind.ts";
import type { SourceContext } from "../run/source-context.ts";
import { SourceStepError } from "../source-error.ts";

type Verify = NonNullable<OCIRepository["spec"]["verify"]>;
type DigestReference = OciReference & { readonly digest: string };

/** What a revision is verified with. */
export interface RevisionVerification {
  readonly client: RegistryClient;
  readonly ctx: Pick<SourceContext, "live">;
  readonly signal: AbortSignal;
}

/**
 * Holds what a digest names against `spec.verify`. Throws `SourceStepError` unless a signature that is asked for is good;
 * what is not built (keyless signatures, notation) never is.
 */
export async function verifyRevision(
  { spec, metadata: { namespace = "" } }: OCIRepository,
  reference: DigestReference,
  { client, ctx, signal }: RevisionVerification,
): Promise<void> {
  const { verify } = spec;
  if (verify === undefined) return;
  try {
    const policy = await readPolicy(verify, namespace, reference, ctx);
    await verifyArtifact(client, { reference, policy, signal });
  } catch (error) {
    if (!(error instanceof WeirError)) throw error;
    const isKeyless = verify.provider === "cosign" && verify.secretRef === undefined;
    const provider = isKeyless ? `${verify.provider} keyless` : verify.provider;
    throw refused(`failed to verify the signature using provider '${provider}'`, error);
  }
}

async function readPolicy(
  verify: Verify,
  namespace: string,
  reference: DigestReference,
  ctx: Pick<SourceContext, "live">,
): Promise<VerificationPolicy> {
  const { provider, secretRef, trustedRootSecretRef } = verify;
  if (provider === "notation") {
    if (secretRef === undefined) {
      throw refused(`verification secret cannot be empty: '${formatReference(reference)}'`);
    }
    const data = await readKeys(namespace, secretRef.name, ctx);
    if (!data.has("trustpolicy.json")) {
      throw refused(`'trustpolicy.json' not found in secret '${namespace}/${secretRef.name}'`);
    }
    return { kind: "notation" };
  }
  if (trustedRootSecretRef !== undefined) await checkTrustedRoot(namespace, trustedRootSecretRef.name, ctx);
  if (secretRef === undefined) return { kind: "cosign-keyless" };
  const data = await readKeys(namespace, secretRef.name, ctx);
  const keys = [...data].filter(([name]) => name.endsWith(".pub")).map(([, key]) => key);
  if (keys.length === 0) {
    throw refused(`no matching signatures were found for '${formatReference(reference)}'`);
  }
  return { kind: "cosign-keys", keys };
}

/** With a key the trusted root is not used; that it can be read is asked for nonetheless, as by Flux. */
async function checkTrustedRoot(
  namespace: string,
  name: string,
  ctx: Pick<SourceContext, "live">,
): Promise<void> {
  const failed = `failed to read trusted root from secret '${namespace}/${name}'`;
  const found = await ctx.live.get(Secret, { namespace, name }).catch((cause: unknown) => {
    throw refused(failed, cause);
  });
  if (found === undefined) throw refused(`${failed}: secrets ${JSON.stringify(name)} not found`);
  const data = (found["data"] ?? {}) as Readonly<Record<string, string>>;
  if (!Object.hasOwn(data, "trusted_root.json")) {
    throw refused(`${failed}: 'trusted_root.json' not found in secret '${namespace}/${name}'`);
  }
}

async function readKeys(
  namespace: string,
  name: string,
  ctx: Pick<SourceContext, "live">,
): Promise<ReadonlyMap<string, string>> {
  const secret = await ctx.live.get(Secret, { namespace, name });
  if (secret === undefined) throw refused(`secrets ${JSON.stringify(name)} not found`);
  const data = Object.entries((secret["data"] ?? {}) as Readonly<Record<string, string>>);
  return new Map(data.map(([key, value]) => [key, Buffer.from(value, "base64").toString("utf8")]));
}

function refused(message: string, cause?: unknown): SourceStepError {
  const failure = { condition: "SourceVerified", reason: SourceReason.VerificationError } as const;
  return new SourceStepError(failure, message, cause === undefined ? {} : { cause });
}
