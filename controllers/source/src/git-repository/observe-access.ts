import { type GitRepository, SourceReason } from "@weir/api";
import {
  type GitCredentials,
  GitCredentialsError,
  type GitProxy,
  parseGitCredentials,
  withoutCredentials,
} from "@weir/git";
import type { BaseContext } from "@weir/sdk";
import { SourceStepError } from "../source-error.ts";
import { readProxy } from "../access/read-proxy.ts";
import { ACCESS_FAILED, readSecret, secretTexts } from "../access/read-secret.ts";
import { urlProblem } from "../access/url-problem.ts";

/** How a repository is reached. */
export interface GitAccess {
  readonly credentials: GitCredentials;
  readonly proxy?: GitProxy;
}

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
  if (secretRef === undefined) {
    return { credentials: credentialsOf(url, undefined, ""), ...(proxy === undefined ? {} : { proxy }) };
  }
  const name = `${namespace}/${secretRef.name}`;
  const secret = await readSecret(namespace, secretRef.name, ctx);
  if (secret === undefined) {
    const cause = `secrets "${secretRef.name}" not found`;
    throw new SourceStepError(ACCESS_FAILED, `failed to get secret '${name}': ${cause}`);
  }
  const credentials = credentialsOf(url, secretTexts(secret), name);
  return { credentials, ...(proxy === undefined ? {} : { proxy }) };
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
