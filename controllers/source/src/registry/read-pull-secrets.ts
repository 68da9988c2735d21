import { isApiError } from "@weir/client";
import { type DockerAuth, parseDockerConfig } from "@weir/oci";
import { kind } from "@weir/sdk";
import { ACCESS_FAILED, readSecret, type SourceSecret } from "../access/read-secret.ts";
import type { SourceContext } from "../run/source-context.ts";
import { SourceStepError } from "../source-error.ts";

const ServiceAccount = kind("v1", "ServiceAccount", { plural: "serviceaccounts", scope: "Namespaced" });

/** The Secrets that a ServiceAccount pulls images with. Throws a `SourceStepError` in Flux's words; `failed` begins it. */
export async function readPullSecrets(
  namespace: string,
  name: string,
  ctx: Pick<SourceContext, "live">,
  failed: string,
): Promise<readonly SourceSecret[]> {
  const account = `serviceaccount '${namespace}/${name}'`;
  const names = await readNames(namespace, name, ctx, failed);
  if (names === undefined) throw new SourceStepError(ACCESS_FAILED, `${failed}: ${account} not found`);
  const secrets: SourceSecret[] = [];
  for (const each of names) {
    const secret = await readSecret(namespace, each, ctx);
    if (secret === undefined) {
      throw new SourceStepError(
        ACCESS_FAILED,
        `${failed}: failed to get image pull secret for ${account}: secret '${namespace}/${each}' not found`,
      );
    }
    secrets.push(secret);
  }
  return secrets;
}

async function readNames(
  namespace: string,
  name: string,
  ctx: Pick<SourceContext, "live">,
  failed: string,
): Promise<readonly string[] | undefined> {
  try {
    const account = await ctx.live.get(ServiceAccount, { namespace, name });
    if (account === undefined) return undefined;
    const references = (account["imagePullSecrets"] ?? []) as readonly { readonly name?: string }[];
    return references.map((reference) => reference.name ?? "");
  } catch (cause) {
    if (!isApiError(cause, "Forbidden")) throw cause;
    const message = `${failed}: failed to get serviceaccount '${namespace}/${name}'`;
    throw new SourceStepError(ACCESS_FAILED, message, { cause });
  }
}

/** The docker configurations of Secrets; a Secret of another type says nothing. Throws `RegistryCredentialsError`. */
export function dockerAuthsOf(secrets: readonly SourceSecret[]): readonly DockerAuth[] {
  return secrets.flatMap(({ type, data }) => {
    switch (type) {
      case "kubernetes.io/dockerconfigjson":
        return authsIn(data.get(".dockerconfigjson"), "config");
      case "kubernetes.io/dockercfg":
        return authsIn(data.get(".dockercfg"), "legacy");
      default:
        return [];
    }
  });
}

function authsIn(bytes: Uint8Array | undefined, form: "config" | "legacy"): readonly DockerAuth[] {
  const text = Buffer.from(bytes ?? []).toString("utf8");
  return text === "" ? [] : parseDockerConfig(text, form);
}
