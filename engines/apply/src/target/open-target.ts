import {
  type ClusterConfig,
  connect,
  createClient,
  type KubeClient,
  type OpenClient,
  openClient,
  type Transport,
} from "@weir/client";

/** Where objects are applied, and as whom. */
export interface ApplyTarget {
  /** Another cluster; the client's own by default. */
  readonly cluster?: ClusterConfig | undefined;
  /** Gives the token of each request to that cluster, so that it may change while the target is open. */
  readonly bearerToken?: (() => Promise<string>) | undefined;
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
export function openTarget(
  home: KubeClient,
  { cluster, bearerToken, serviceAccount }: ApplyTarget,
): OpenTarget {
  const opened = cluster === undefined ? undefined : openCluster(cluster, bearerToken);
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

function openCluster(cluster: ClusterConfig, bearerToken: ApplyTarget["bearerToken"]): OpenClient {
  if (bearerToken === undefined) return openClient(cluster);
  const { server, transport: plain, [Symbol.asyncDispose]: close } = connect(cluster);
  const transport: Transport = async (request) =>
    plain({ ...request, headers: [...request.headers, ["authorization", `Bearer ${await bearerToken()}`]] });
  return { client: createClient({ transport, server }), [Symbol.asyncDispose]: close };
}
