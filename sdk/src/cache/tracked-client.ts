import type {
  ApplyOptions,
  DeleteOptions,
  ImpersonatedUser,
  Kind,
  KubeClient,
  ListOptions,
  Patch,
  ReadOptions,
  WatchOptions,
  WriteOptions,
} from "@weir/client";
import type { ObjectKey } from "@weir/objects";
import { type Informers, writtenKey } from "./informers.ts";

/**
 * A client whose writes the informers learn of at once, so that the next cached read sees them.
 *
 * Its own reads go to the server, as those of any client.
 */
export function trackedClient(client: KubeClient, informers: Informers): KubeClient {
  const track = <R>(
    kind: Kind<R, unknown>,
    key: ObjectKey | undefined,
    options: WriteOptions | undefined,
    write: () => Promise<R>,
  ): Promise<R> => {
    // A dry run changes nothing, and only the status subresource answers with the object itself.
    const isObject = options?.subresource === undefined || options.subresource === "status";
    return options?.dryRun === true || !isObject ? write() : informers.trackWrite(kind, key, write);
  };
  return {
    get: <R>(kind: Kind<R, unknown>, key: ObjectKey, options?: ReadOptions) => client.get(kind, key, options),
    list: <R>(kind: Kind<R, unknown>, options?: ListOptions) => client.list(kind, options),
    watch: <R>(kind: Kind<R, unknown>, options?: WatchOptions) => client.watch(kind, options),
    create: <R, W>(kind: Kind<R, W>, object: W, options?: WriteOptions) =>
      track(kind, writtenKey(object), options, () => client.create(kind, object, options)),
    replace: <R, W>(kind: Kind<R, W>, object: W, options?: WriteOptions) =>
      track(kind, writtenKey(object), options, () => client.replace(kind, object, options)),
    patch: <R>(kind: Kind<R, unknown>, key: ObjectKey, patch: Patch, options?: WriteOptions) =>
      track(kind, key, options, () => client.patch(kind, key, patch, options)),
    apply: <R, W>(kind: Kind<R, W>, object: W, options: ApplyOptions) =>
      track(kind, writtenKey(object), options, () => client.apply(kind, object, options)),
    delete: <R>(kind: Kind<R, unknown>, key: ObjectKey, options?: DeleteOptions) =>
      options?.dryRun === true
        ? client.delete(kind, key, options)
        : informers.trackDelete(kind, key, () => client.delete(kind, key, options)),
    resolve: (kind) => client.resolve(kind),
    discover: (options) => client.discover(options),
    raw: (path, options) => client.raw(path, options),
    impersonate: (user: ImpersonatedUser) => trackedClient(client.impersonate(user), informers),
    // Nothing is written, so there is nothing to learn.
    dryRun: () => client.dryRun(),
  };
}
