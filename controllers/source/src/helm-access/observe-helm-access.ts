import { type HelmRepository } from "@weir/api";
import { type DockerAuth, parseDockerConfig, RegistryCredentialsError } from "@weir/oci";
import { describeError } from "@weir/core";
import { parseTls, type TlsAccess } from "../access/parse-tls.ts";
import { ACCESS_FAILED, readSecret, secretTexts, type SourceSecret } from "../access/read-secret.ts";
import type { SourceContext } from "../run/source-context.ts";
import { SourceStepError } from "../source-error.ts";

/** How a repository of charts is reached, and as whom. */
export interface HelmAccess {
  readonly basic?: { readonly username: string; readonly password: string };
  /** What a registry is told. */
  readonly auths: readonly DockerAuth[];
  readonly tls?: TlsAccess & { readonly trustsSystem: true };
}

/** What of a HelmRepository says how it is reached. */
export type ReachedRepository = Pick<HelmRepository, "spec" | "metadata">;

/** Reads the Secrets that a HelmRepository names. Throws `SourceStepError` in Flux's words where one is not usable. */
export async function observeHelmAccess(
  { spec, metadata: { namespace = "" } }: ReachedRepository,
  ctx: Pick<SourceContext, "live">,
): Promise<HelmAccess> {
  const { certSecretRef, secretRef, type } = spec;
  const certSecret =
    certSecretRef === undefined
      ? undefined
      : await readOrRefuse(namespace, certSecretRef.name, ctx, "TLS authentication secret");
  const ownTls = certSecret && tlsOf(certSecret.secret, certSecret.name);
  if (secretRef === undefined) {
    checkProvider(spec);
    return { auths: [], ...tlsField(ownTls) };
  }
  const { secret, name } = await readOrRefuse(namespace, secretRef.name, ctx, "authentication secret");
  const data = secretTexts(secret);
  const basic = basicOf(data, name);
  const tls = ownTls ?? oldTlsOf(data);
  const auths = type === "oci" ? authsOf(spec.url, secretRef.name, secret, basic) : [];
  return { auths, ...(basic === undefined ? {} : { basic }), ...tlsField(tls) };
}

async function readOrRefuse(
  namespace: string,
  name: string,
  ctx: Pick<SourceContext, "live">,
  what: string,
): Promise<{ readonly secret: SourceSecret; readonly name: string }> {
  const full = `${namespace}/${name}`;
  const secret = await readSecret(namespace, name, ctx, what);
  if (secret !== undefined) return { secret, name: full };
  throw refused(`failed to get ${what} '${full}': secrets ${JSON.stringify(name)} not found`);
}

function tlsField(tls: TlsAccess | undefined): Pick<HelmAccess, "tls"> {
  return tls === undefined ? {} : { tls: { ...tls, trustsSystem: true } };
}

function tlsOf(secret: SourceSecret, name: string): TlsAccess {
  const parsed = parseTls(secretTexts(secret));
  const configure = "failed to construct Helm client's TLS config";
  switch (parsed.kind) {
    case "tls":
      return parsed.tls;
    case "incomplete":
      throw refused(`${configure}: secret '${name}' ${parsed.problem}`);
    case "invalid":
      throw refused(`${configure}: ${parsed.problem}`);
  }
}

/** Certificates beside the credentials, as Flux once had it; what is incomplete is none. */
function oldTlsOf(data: ReadonlyMap<string, string>): TlsAccess | undefined {
  const parsed = parseTls(data);
  if (parsed.kind === "invalid") throw refused(`failed to detect authentication methods: ${parsed.problem}`);
  return parsed.kind === "tls" ? parsed.tls : undefined;
}

function basicOf(data: ReadonlyMap<string, string>, name: string): HelmAccess["basic"] {
  const [username, password] = [data.get("username"), data.get("password")];
  if (username === undefined && password === undefined) return undefined;
  if (username !== undefined && password !== undefined) return { username, password };
  const [present, missing] = username === undefined ? ["password", "username"] : ["username", "password"];
  const problem = `malformed basic auth - has '${present}' but missing '${missing}'`;
  throw refused(`failed to detect authentication methods: secret '${name}': ${problem}`);
}

function authsOf(
  url: string,
  name: string,
  secret: SourceSecret,
  basic: HelmAccess["basic"],
): readonly DockerAuth[] {
  const configure = "failed to configure OCI registry authentication";
  const host = /^[a-z]+:\/\/([^/]*)/.exec(url)?.[1] ?? "";
  if (secret.type === "kubernetes.io/dockerconfigjson") {
    const found = dockerAuths(secret, name, configure).filter(({ key }) => key.split("/", 1)[0] === host);
    if (found.length > 0) return found;
    throw refused(`${configure}: no auth config for '${host}' in the docker-registry Secret '${name}'`);
  }
  const { username = "", password = "" } = basic ?? {};
  if (username === "" && password === "") return [];
  if (username !== "" && password !== "") {
    return [{ key: host, credentials: { kind: "basic", username, password } }];
  }
  throw refused(`${configure}: invalid '${name}' secret data: required fields 'username' and 'password'`);
}

function dockerAuths(secret: SourceSecret, name: string, configure: string): readonly DockerAuth[] {
  try {
    return parseDockerConfig(secretTexts(secret).get(".dockerconfigjson") ?? "");
  } catch (error) {
    if (!(error instanceof RegistryCredentialsError)) throw error;
    throw refused(
      `${configure}: unable to load Docker config from Secret '${name}': ${describeError(error)}`,
    );
  }
}

/** Without a Secret, a provider that is a cloud logs in to a registry by the identity of the workload. */
function checkProvider({ type, provider = "generic" }: HelmRepository["spec"]): void {
  if (type !== "oci" || provider === "generic") return;
  const problem = "logging in by the identity of a cloud is not supported yet";
  throw refused(`failed to get credential from '${provider}': ${problem}`);
}

function refused(message: string): SourceStepError {
  return new SourceStepError(ACCESS_FAILED, message);
}
