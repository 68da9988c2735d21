import type { ImpersonatedUser, KubeClient } from "@weir/client";

/** Lets a write through, at once or after a wait, or throws. */
export type WriteGuard = () => Promise<void> | undefined;

/** A client whose writes pass a guard before they are sent; reads go through freely. */
export function guardedClient(client: KubeClient, guard: WriteGuard): KubeClient {
  const guarded = async <Value>(write: () => Promise<Value>): Promise<Value> => {
    const wait = guard();
    if (wait !== undefined) await wait;
    return write();
  };
  return {
    get: (kind, key, options) => client.get(kind, key, options),
    list: (kind, options) => client.list(kind, options),
    watch: (kind, options) => client.watch(kind, options),
    create: (kind, object, options) => guarded(() => client.create(kind, object, options)),
    replace: (kind, object, options) => guarded(() => client.replace(kind, object, options)),
    patch: (kind, key, patch, options) => guarded(() => client.patch(kind, key, patch, options)),
    apply: (kind, object, options) => guarded(() => client.apply(kind, object, options)),
    delete: (kind, key, options) => guarded(() => client.delete(kind, key, options)),
    resolve: (kind) => client.resolve(kind),
    discover: (options) => client.discover(options),
    raw: (path, options) =>
      isRead(options?.method) ? client.raw(path, options) : guarded(() => client.raw(path, options)),
    impersonate: (user: ImpersonatedUser) => guardedClient(client.impersonate(user), guard),
    dryRun: () => client.dryRun(),
  };
}

function isRead(method = "GET"): boolean {
  return ["GET", "HEAD"].includes(method.toUpperCase());
}
