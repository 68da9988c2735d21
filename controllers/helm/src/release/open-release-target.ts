import type { HelmRelease } from "@weir/api";
import type { OpenTarget } from "@weir/apply";
import { canImpersonate, openTargetOf, Secret, type TargetRules } from "@weir/consumer";
import { type RetryPolicy, WeirError } from "@weir/core";
import type { LiveReads } from "@weir/sdk";
import type { Shared } from "../act/deployment.ts";
import type { HelmReleaseContext } from "./run.ts";

/** The Secret of a kubeconfig is missing. The message is Flux's. */
export class KubeconfigMissingError extends WeirError {
  override readonly name = "KubeconfigMissingError";
  readonly reason = "RESTClientError";
  readonly retry: RetryPolicy = "backoff";

  constructor(namespace: string, name: string) {
    super(
      `could not get KubeConfig secret '${namespace}/${name}': secrets ${JSON.stringify(name)} not found`,
    );
  }
}

/** Opens the cluster that a HelmRelease releases to, as the account that it names. */
export function openReleaseTarget(
  release: HelmRelease,
  { client, live }: Pick<HelmReleaseContext, "client" | "live">,
  { options, tokens }: Pick<Shared, "options" | "tokens">,
): Promise<OpenTarget> {
  const get: LiveReads["get"] = async (kind, key, options) => {
    const found = await live.get(kind, key, options);
    if (found === undefined && (kind as unknown) === Secret) {
      throw new KubeconfigMissingError(key.namespace ?? "", key.name);
    }
    return found;
  };
  return openTargetOf(release, { client, live: { get }, tokens }, options);
}

/** Whether the account that a HelmRelease acts as is there; on another cluster nobody looks, as in Flux. */
export async function canAct(
  release: HelmRelease,
  { live }: Pick<HelmReleaseContext, "live">,
  rules: TargetRules,
): Promise<boolean> {
  return release.spec.kubeConfig !== undefined || (await canImpersonate(release, { live }, rules));
}
