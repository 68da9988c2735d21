import { type OCIRepository, Reason, SourceReason } from "@weir/api";
import { describeError } from "@weir/core";
import { type DockerAuth, RegistryCredentialsError } from "@weir/oci";
import { readProxy } from "../access/read-proxy.ts";
import { ACCESS_FAILED, readSecret, type SourceSecret } from "../access/read-secret.ts";
import { readTls } from "../access/read-tls.ts";
import { dockerAuthsOf, readPullSecrets } from "../registry/read-pull-secrets.ts";
import type { RegistryAccess } from "../registry/registry-clients.ts";
import type { SourceContext } from "../run/source-context.ts";
import { SourceStepError } from "../source-error.ts";
import { withoutUser } from "./find-revision.ts";

const CREDENTIAL = "failed to get credential";

type Reader = Pick<SourceContext, "live" | "event">;

/**
 * Reads the Secrets that an OCIRepository names, in Flux's order. Throws `SourceStepError` where one is missing or not
 * usable, and where only a cloud could log in.
 */
export async function observeAccess(repository: OCIRepository, ctx: Reader): Promise<RegistryAccess> {
  const { spec, metadata } = repository;
  const { namespace = "" } = metadata;
  const secrets = await readCredentials(repository, ctx);
  const auths = authsOf(secrets);
  const proxy =
    spec.proxySecretRef === undefined
      ? undefined
      : await readProxy(namespace, spec.proxySecretRef.name, ctx, "failed to get proxy address");
  if (secrets.length === 0) checkProvider(spec);
  const tls = await observeTls(repository, ctx);
  const isInsecure = spec.insecure ?? false;
  return {
    isInsecure,
    auths,
    ...(proxy === undefined ? {} : { proxy }),
    ...(tls === undefined ? {} : { tls }),
  };
}

async function readCredentials(
  { spec, metadata: { namespace = "" } }: OCIRepository,
  ctx: Reader,
): Promise<readonly SourceSecret[]> {
  const { secretRef, serviceAccountName = "" } = spec;
  const own = secretRef === undefined ? [] : [await readOwnSecret(namespace, secretRef.name, ctx)];
  const ofAccount =
    serviceAccountName === "" ? [] : await readPullSecrets(namespace, serviceAccountName, ctx, CREDENTIAL);
  return [...own, ...ofAccount];
}

async function readOwnSecret(namespace: string, name: string, ctx: Reader): Promise<SourceSecret> {
  const secret = await readSecret(namespace, name, ctx);
  if (secret !== undefined) return secret;
  ctx.event({ reason: SourceReason.AuthenticationFailed, message: `auth secret '${name}' not found` });
  const cause = `secrets ${JSON.stringify(name)} not found`;
  throw new SourceStepError(
    ACCESS_FAILED,
    `${CREDENTIAL}: failed to get secret '${namespace}/${name}': ${cause}`,
  );
}

function authsOf(secrets: readonly SourceSecret[]): readonly DockerAuth[] {
  try {
    return dockerAuthsOf(secrets);
  } catch (error) {
    if (!(error instanceof RegistryCredentialsError)) throw error;
    throw new SourceStepError(ACCESS_FAILED, `${CREDENTIAL}: ${describeError(error)}`);
  }
}

/** Without Secrets, a provider that is a cloud logs in by the identity of the workload. */
function checkProvider({ provider = "generic", serviceAccountName = "" }: OCIRepository["spec"]): void {
  if (provider === "generic") return;
  const failure = { condition: "FetchFailed", retry: "never" } as const;
  if (serviceAccountName === "") {
    const reason = SourceReason.InvalidProviderConfiguration;
    const message = `spec.provider: logging in with '${provider}' is not supported yet`;
    throw new SourceStepError({ ...failure, reason }, message);
  }
  const message =
    "to use spec.serviceAccountName for provider authentication please enable the ObjectLevelWorkloadIdentity feature gate in the controller";
  throw new SourceStepError({ ...failure, reason: Reason.FeatureGateDisabled }, message);
}

/** Flux takes any certificate where `insecure` is set and no authorities are named. */
async function observeTls(
  { spec, metadata: { namespace = "" } }: OCIRepository,
  ctx: Reader,
): Promise<RegistryAccess["tls"]> {
  const { certSecretRef, insecure = false, url } = spec;
  if (certSecretRef === undefined || certSecretRef.name === "") {
    return insecure ? { isUnverified: true } : undefined;
  }
  const failed = `failed to generate transport for '${withoutUser(url)}'`;
  const tls = await readTls(namespace, certSecretRef.name, ctx, failed);
  return { ...tls, trustsSystem: true };
}
