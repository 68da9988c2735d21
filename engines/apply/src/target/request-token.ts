import { readFile } from "node:fs/promises";
import { parseJson } from "@weir/core";
import type { Kind, KubeClient } from "@weir/client";
import type { KubeObject } from "@weir/objects";
import { ClusterAccessError } from "./cluster-access-error.ts";
import type { BearerToken } from "./cluster-tokens.ts";

/** A service account by its place. */
export interface AccountKey {
  readonly namespace: string;
  readonly name: string;
}

const ServiceAccount: Kind<KubeObject> & { readonly plural: string } = {
  group: "",
  version: "v1",
  kind: "ServiceAccount",
  plural: "serviceaccounts",
  scope: "Namespaced",
};

/** Where Kubernetes puts the token of a pod's account. */
const TOKEN_FILE = "/var/run/secrets/kubernetes.io/serviceaccount/token";

/**
 * A new token of an account for these audiences, which lives as long as the API server gives it, an hour by default.
 *
 * Throws a `ClusterAccessError` in Flux's words.
 */
export async function requestAccountToken(
  client: KubeClient,
  account: AccountKey,
  audiences: readonly string[],
): Promise<BearerToken> {
  try {
    return await createToken(client, account, audiences);
  } catch (cause) {
    throw new ClusterAccessError(
      `failed to create kubernetes token for service account '${account.namespace}/${account.name}'`,
      { cause },
    );
  }
}

/**
 * A new token of the account that this process runs as, which the token file of its pod tells.
 *
 * Throws a `ClusterAccessError` in Flux's words.
 */
export async function requestOwnToken(
  client: KubeClient,
  audiences: readonly string[],
  tokenFile: string = TOKEN_FILE,
): Promise<BearerToken> {
  const account = await ownAccount(tokenFile);
  try {
    return await createToken(client, account, audiences);
  } catch (cause) {
    throw ownTokenError(
      `failed to create kubernetes token for controller service account '${account.namespace}/${account.name}'`,
      cause,
    );
  }
}

async function ownAccount(tokenFile: string): Promise<AccountKey> {
  const subject = subjectOf(await readToken(tokenFile));
  const [, , namespace, name, ...rest] = subject.split(":");
  if (namespace === undefined || name === undefined || rest.length > 0) {
    throw ownTokenError(`invalid subject format in service account token: ${subject}`);
  }
  return { namespace, name };
}

async function readToken(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const problem = `open ${path}: ${code === "ENOENT" ? "no such file or directory" : code}`;
    throw ownTokenError(`failed to read service account token file ${path}: ${problem}`);
  }
}

/** Whose a JSON web token is. It is the process's own: nobody needs to verify it. */
function subjectOf(token: string): string {
  const [, payload, signature, ...rest] = token.trim().split(".");
  if (payload === undefined || signature === undefined || rest.length > 0) {
    throw ownTokenError("failed to parse service account token: token is malformed");
  }
  try {
    const subject = field(parseJson(Buffer.from(payload, "base64url").toString("utf8")), "sub");
    return typeof subject === "string" ? subject : "";
  } catch {
    throw ownTokenError("failed to parse service account token: token is malformed");
  }
}

function ownTokenError(message: string, cause?: unknown): ClusterAccessError {
  const text = `failed to create provider access token for the controller: ${message}`;
  return new ClusterAccessError(text, cause === undefined ? {} : { cause });
}

async function createToken(
  client: KubeClient,
  { namespace, name }: AccountKey,
  audiences: readonly string[],
): Promise<BearerToken> {
  const request = {
    apiVersion: "authentication.k8s.io/v1",
    kind: "TokenRequest",
    metadata: { namespace, name },
    spec: { audiences },
  };
  const answer = await client.create(ServiceAccount, request as unknown as KubeObject, {
    subresource: "token",
  });
  const token = field(answer["status"], "token");
  const expiresAtMs = Date.parse(String(field(answer["status"], "expirationTimestamp")));
  if (typeof token !== "string" || token === "" || Number.isNaN(expiresAtMs)) {
    throw new ClusterAccessError("the API server answered without a token");
  }
  return { token, expiresAtMs };
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}
