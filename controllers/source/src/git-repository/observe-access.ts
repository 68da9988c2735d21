import { type GitRepository, SourceReason } from "@weir/api";
import { isApiError } from "@weir/client";
import {
  type GitCredentials,
  GitCredentialsError,
  type GitProxy,
  parseGitCredentials,
  withoutCredentials,
} from "@weir/git";
import type { BaseContext } from "@weir/sdk";
import { Secret } from "../secret-kind.ts";
import { SourceStepError } from "../source-error.ts";
import { parseProxy } from "./parse-proxy.ts";
import { urlProblem } from "./url-problem.ts";

/** How a repository is reached. */
export interface GitAccess {
  readonly credentials: GitCredentials;
  readonly proxy?: GitProxy;
}

const FAILED = { condition: "FetchFailed", reason: SourceReason.AuthenticationFailed } as const;

/** Reads the Secrets that a GitRepository names. Throws `SourceStepError` where one is missing or not usable. */
export async function observeAccess(
  repository: GitRepository,
  ctx: Pick<BaseContext, "live">,
): Promise<GitAccess> {
  const { url, secretRef, proxySecretRef } = repository.spec;
  const { namespace = "" } = repository.metadata;
  const proxy =
    proxySecretRef === undefined ? undefined : await readProxy(namespace, proxySecretRef.name, ctx);
  checkUrl(url);
  const data = secretRef === undefined ? undefined : await readSecret(namespace, secretRef.name, ctx);
  if (data === "missing") {
    const cause = `secrets "${secretRef?.name ?? ""}" not found`;
    throw new SourceStepError(
      FAILED,
      `failed to get secret '${namespace}/${secretRef?.name ?? ""}': ${cause}`,
    );
  }
  const secret = `${namespace}/${secretRef?.name ?? ""}`;
  return { credentials: credentialsOf(url, data, secret), ...(proxy === undefined ? {} : { proxy }) };
}

/** Only a change of the object helps; a URL may hold a password, and so only what is wrong with it is said of that. */
function checkUrl(url: string): void {
  const problem = urlProblem(url);
  if (problem === undefined) return;
  const failure = { condition: "FetchFailed", reason: SourceReason.URLInvalid, retry: "never" } as const;
  const bare = withoutCredentials(url);
  throw new SourceStepError(
    failure,
    `failed to parse url '${bare}': parse ${JSON.stringify(bare)}: ${problem}`,
  );
}

function credentialsOf(
  url: string,
  data: ReadonlyMap<string, string> | undefined,
  secret: string,
): GitCredentials {
  try {
    return parseGitCredentials(url, data);
  } catch (error) {
    if (!(error instanceof GitCredentialsError)) throw error;
    const failure = { condition: "FetchFailed" as const, reason: error.reason };
    if (error.problem === "identity-encrypted") {
      throw new SourceStepError(failure, `${error.message} in the secret '${secret}'`);
    }
    if (error.problem === "missing-key") throw new SourceStepError(failure, error.message);
    throw new SourceStepError(failure, "failed to checkout and determine revision", { cause: error });
  }
}

async function readProxy(namespace: string, name: string, ctx: Pick<BaseContext, "live">): Promise<GitProxy> {
  const data = await readSecret(namespace, name, ctx);
  const configure = "failed to configure proxy options";
  if (data === "missing")
    throw new SourceStepError(FAILED, `${configure}: secret '${namespace}/${name}' not found`);
  const parsed = parseProxy(data);
  if (parsed.kind === "proxy") return parsed.proxy;
  throw new SourceStepError(FAILED, `${configure}: secret '${namespace}/${name}': ${parsed.problem}`);
}

async function readSecret(
  namespace: string,
  name: string,
  ctx: Pick<BaseContext, "live">,
): Promise<ReadonlyMap<string, string> | "missing"> {
  try {
    const secret = await ctx.live.get(Secret, { namespace, name });
    if (secret === undefined) return "missing";
    const data = (secret["data"] ?? {}) as Readonly<Record<string, string>>;
    return new Map(
      Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64").toString("utf8")]),
    );
  } catch (error) {
    if (!isApiError(error, "Forbidden")) throw error;
    throw new SourceStepError(FAILED, `failed to get secret '${namespace}/${name}'`, { cause: error });
  }
}
