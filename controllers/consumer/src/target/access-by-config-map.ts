import {
  type AccountKey,
  type ApplyTarget,
  type BearerToken,
  ClusterAccessError,
  clusterConfigOf,
  readClusterConfigMap,
  requestAccountToken,
  requestOwnToken,
} from "@weir/apply";
import type { KubeObject } from "@weir/objects";
import { ConfigMap, ServiceAccount } from "../core-kinds.ts";
import type { OpenTargetContext, TargetRules } from "./open-target.ts";

const TOKEN_FAILED = "failed to get access token for cluster";
/** Flux's words. */
const LOCKED_DOWN =
  "the specified default service account does not exist in the object namespace. your cluster is subject to multi-tenant workload identity lockdown, reach out to your cluster administrator for help";

type Rules = Pick<TargetRules, "defaultKubeconfigServiceAccount" | "objectLevelWorkloadIdentity">;

interface Scene {
  readonly ctx: OpenTargetContext;
  readonly rules: Rules;
}

/** Which account's tokens reach a cluster. */
interface TokenAccount {
  readonly key: AccountKey;
  /** An account that was made anew has another uid, and its old tokens are good for nothing. */
  readonly uid: string;
}

/**
 * How a cluster is reached that a ConfigMap describes: at its address, by tokens of a service account of this cluster which
 * that cluster trusts. A first token is made at once, so that what is wrong is said before anything is done; later ones as
 * they expire.
 *
 * Throws a `ClusterAccessError` in Flux's words, and a `ClusterProviderError` for a cloud's identities.
 */
export async function accessByConfigMap(
  key: AccountKey,
  ctx: OpenTargetContext,
  rules: Rules,
): Promise<Pick<ApplyTarget, "cluster" | "bearerToken">> {
  const configMap = await readConfigMap(key, ctx);
  const reference = readClusterConfigMap(configMap);
  const account = await accountOf(key.namespace, reference.serviceAccountName, { ctx, rules });
  const { audiences } = reference;
  const make = (): Promise<BearerToken> =>
    account === undefined
      ? requestOwnToken(ctx.client, audiences)
      : requestAccountToken(ctx.client, account.key, audiences);
  const cacheKey = JSON.stringify([account?.key.namespace, account?.key.name, account?.uid, audiences]);
  const bearerToken = (): Promise<string> => inTokenStep(() => ctx.tokens.get(cacheKey, make));
  await bearerToken();
  return { cluster: clusterConfigOf(reference), bearerToken };
}

async function readConfigMap(
  key: AccountKey,
  { live }: Pick<OpenTargetContext, "live">,
): Promise<KubeObject> {
  const found = await live.get(ConfigMap, key);
  if (found !== undefined) return found;
  const message = `failed to get configmap ${textOf(key)}: configmaps ${JSON.stringify(key.name)} not found`;
  throw new ClusterAccessError(message, { isMissing: true });
}

/** The account that the ConfigMap or the operator names; `undefined` is that of the controller. */
async function accountOf(
  namespace: string,
  named: string,
  { ctx, rules }: Scene,
): Promise<TokenAccount | undefined> {
  const isDefault = named === "";
  const name = isDefault ? rules.defaultKubeconfigServiceAccount : named;
  if (name === "") return undefined;
  const key = { namespace, name };
  const found = await ctx.live.get(ServiceAccount, key);
  if (found === undefined) {
    const problem = isDefault ? LOCKED_DOWN : `ServiceAccount ${JSON.stringify(name)} not found`;
    const message = `${TOKEN_FAILED}: failed to get service account '${textOf(key)}': ${problem}`;
    throw new ClusterAccessError(message, { isMissing: !isDefault });
  }
  if (!rules.objectLevelWorkloadIdentity) {
    throw new ClusterAccessError(`${TOKEN_FAILED}: ObjectLevelWorkloadIdentity feature gate is not enabled`);
  }
  return { key, uid: found.metadata.uid ?? "" };
}

async function inTokenStep<Result>(act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (cause) {
    throw new ClusterAccessError(TOKEN_FAILED, { cause });
  }
}

function textOf({ namespace, name }: AccountKey): string {
  return `${namespace}/${name}`;
}
