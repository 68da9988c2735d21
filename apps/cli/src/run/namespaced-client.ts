import type { Kind, KubeClient, ListOptions, WatchOptions } from "@weir/client";

/**
 * A client for which lists and watches of some kinds reach into one namespace where they name none.
 *
 * So controllers that watch all namespaces see one, as if there were no other: what lies elsewhere is not found.
 */
export function namespacedClient(
  client: KubeClient,
  namespace: string,
  kinds: readonly Kind<unknown, unknown>[],
): KubeClient {
  const isMeant = (kind: Kind<unknown, unknown>): boolean =>
    kinds.some((one) => one.group === kind.group && one.kind === kind.kind);
  const within = <Options extends ListOptions | WatchOptions>(
    kind: Kind<unknown, unknown>,
    options: Options | undefined,
  ): Options | undefined =>
    options?.namespace === undefined && isMeant(kind) ? ({ ...options, namespace } as Options) : options;
  return {
    get: (kind, key, options) => client.get(kind, key, options),
    list: (kind, options) => client.list(kind, within(kind, options)),
    watch: (kind, options) => client.watch(kind, within(kind, options)),
    create: (kind, object, options) => client.create(kind, object, options),
    replace: (kind, object, options) => client.replace(kind, object, options),
    patch: (kind, key, patch, options) => client.patch(kind, key, patch, options),
    apply: (kind, object, options) => client.apply(kind, object, options),
    delete: (kind, key, options) => client.delete(kind, key, options),
    resolve: (kind) => client.resolve(kind),
    discover: (options) => client.discover(options),
    raw: (path, options) => client.raw(path, options),
    impersonate: (user) => namespacedClient(client.impersonate(user), namespace, kinds),
    dryRun: () => namespacedClient(client.dryRun(), namespace, kinds),
  };
}
