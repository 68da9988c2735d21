import { Reason, type HelmChart, SourceReason } from "@weir/api";
import { describeError, WeirError } from "@weir/core";
import type { VerificationPolicy } from "@weir/oci";
import { readSecret, secretTexts } from "../access/read-secret.ts";
import type { SourceContext } from "../run/source-context.ts";
import { SourceStepError } from "../source-error.ts";

type Verify = NonNullable<HelmChart["spec"]["verify"]>;

/**
 * How the charts of a registry are verified; what is not built (keyless, notation) is a policy that nothing meets. Throws
 * `SourceStepError` where the Secret of keys is not usable.
 */
export async function readPolicy(
  chart: HelmChart,
  verify: Verify,
  ctx: Pick<SourceContext, "live">,
): Promise<VerificationPolicy> {
  const { provider, secretRef } = verify;
  try {
    if (provider === "notation") return await notationPolicy(chart, secretRef?.name, ctx);
    if (secretRef === undefined) return { kind: "cosign-keyless" };
    const data = await readData(chart, secretRef.name, ctx);
    const keys = [...data].filter(([key]) => key.endsWith(".pub")).map(([, pem]) => pem);
    if (keys.length > 0) return { kind: "cosign-keys", keys };
    throw refused(`no public keys found in secret '${secretName(chart, secretRef.name)}'`);
  } catch (error) {
    if (!(error instanceof WeirError)) throw error;
    const isKeyless = provider === "cosign" && secretRef === undefined;
    const what = `failed to verify the signature using provider '${isKeyless ? "cosign keyless" : provider}'`;
    throw refused(`${what}: ${describeError(error)}`);
  }
}

async function notationPolicy(
  chart: HelmChart,
  name: string | undefined,
  ctx: Pick<SourceContext, "live">,
): Promise<VerificationPolicy> {
  if (name === undefined) {
    throw refused(`verification secret cannot be empty: '${chart.metadata.name ?? ""}'`);
  }
  const data = await readData(chart, name, ctx);
  if (data.has("trustpolicy.json")) return { kind: "notation" };
  throw refused(`'trustpolicy.json' not found in secret '${secretName(chart, name)}'`);
}

async function readData(
  chart: HelmChart,
  name: string,
  ctx: Pick<SourceContext, "live">,
): Promise<ReadonlyMap<string, string>> {
  const secret = await readSecret(chart.metadata.namespace ?? "", name, ctx);
  if (secret === undefined) throw refused(`secrets ${JSON.stringify(name)} not found`);
  return secretTexts(secret);
}

function secretName({ metadata: { namespace = "" } }: HelmChart, name: string): string {
  return `${namespace}/${name}`;
}

function refused(message: string): SourceStepError {
  return new SourceStepError(
    { condition: "SourceVerified", reason: SourceReason.VerificationError },
    message,
  );
}

/** What is said of a chart whose signature is good. */
export function verifiedMessage(version: string): { readonly reason: string; readonly message: string } {
  return { reason: Reason.Succeeded, message: `verified signature of version ${version}` };
}
