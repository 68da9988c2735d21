import { type ClusterConfig, type KubeClient, openClient } from "@weir/client";

/** Where objects are applied, and as whom. */
export interface ApplyTarget {
  /** Another cluster; the client's own by default. */
  readonly cluster?: ClusterConfig | undefined;
  /** The service account to act as, in whichever cluster it is. */
  readonly serviceAccount?: { readonly namespace: string; readonly name: string } | undefined;
}

/** The client for a target; disposing it closes what it opened. */
export interface OpenTarget extends AsyncDisposable {
  readonly client: KubeClient;
  /** Whether it is the given client itself: the same cluster, as the same user. */
  readonly isHome: boolean;
}

/**
 * Makes the client that acts on a target: another cluster by its kubeconfig, a service account by impersonation, both, or
 * the given client itself. The account is impersonated by its user name alone, as in Flux: the API server knows its groups.
 */
export function openTarget(home: KubeClient, { cluster, serviceAccount }: ApplyTarget): OpenTarget {
  const opened = cluster === undefined ? undefined : openClient(cluster);
  const base = opened?.client ?? home;
  const client =
    serviceAccount === undefined
      ? base
      : base.impersonate({
          name: `system:serviceaccount:${serviceAccount.namespace}:${serviceAccount.name}`,
        });
  return {
    client,
    isHome: client === home,
    [Symbol.asyncDispose]: async () => await opened?.[Symbol.asyncDispose](),
  };
}
