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
const SelfSubjectReview: Kind<KubeObject> & { readonly plural: string } = {
  group: "authentication.k8s.io",
  version: "v1",
  kind: "SelfSubjectReview",
  plural: "selfsubjectreviews",
  scope: "Cluster",
};

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
 * A new token of the account that the client itself acts as.
 *
 * Throws a `ClusterAccessError`, in Flux's words but where the client acts as no service account.
 */
export async function requestOwnToken(
  client: KubeClient,
  audiences: readonly string[],
): Promise<BearerToken> {
  const account = await ownAccount(client);
  try {
    return await createToken(client, account, audiences);
  } catch (cause) {
    throw ownTokenError(
      `failed to create kubernetes token for controller service account '${account.namespace}/${account.name}'`,
      cause,
    );
  }
}

async function ownAccount(client: KubeClient): Promise<AccountKey> {
  let user: unknown;
  try {
    const review = await client.create(SelfSubjectReview, {
      apiVersion: "authentication.k8s.io/v1",
      kind: "SelfSubjectReview",
      metadata: {},
    } as unknown as KubeObject);
    user = field(field(review["status"], "userInfo"), "username");
  } catch (cause) {
    throw ownTokenError("failed to find out whom the controller acts as", cause);
  }
  const [, namespace, name] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(String(user)) ?? [];
  if (namespace === undefined || name === undefined) {
    throw ownTokenError(`the controller acts as '${String(user)}', which is not a service account`);
  }
  return { namespace, name };
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
