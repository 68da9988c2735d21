import { anySignal } from "@weir/core";
import type { CallOptions, KubeClient, WriteOptions } from "@weir/client";

/** What ties a client to one run. */
export interface RunBounds {
  /** Aborts when the run should end. */
  readonly signal: AbortSignal;
  readonly fieldManager: string;
  /** Throws once the run is no longer waited for. */
  assertOpen(): void;
}

/**
 * A client that ends with a run: its calls stop with the run's signal, and a run that was given up can write no more,
 * so that it cannot interfere with the next run of its key.
 */
export function runClient(client: KubeClient, bounds: RunBounds): KubeClient {
  const within = async <Options extends CallOptions, Value>(
    options: Options | undefined,
    call: (options: Options) => Promise<Value>,
  ): Promise<Value> => {
    bounds.assertOpen();
    if (options?.signal === undefined) return call({ ...options, signal: bounds.signal } as Options);
    using both = anySignal(bounds.signal, options.signal);
    return await call({ ...options, signal: both.signal });
  };
  const writing = <Options extends WriteOptions>(options: Options | undefined): Options =>
    ({ fieldManager: bounds.fieldManager, ...options }) as Options;
  return {
    get: (kind, key, options) => within(options, (bound) => client.get(kind, key, bound)),
    list: (kind, options) => within(options, (bound) => client.list(kind, bound)),
    watch: (kind, options) => {
      bounds.assertOpen();
      return client.watch(kind, { signal: bounds.signal, ...options });
    },
    create: (kind, object, options) =>
      within(writing(options), (bound) => client.create(kind, object, bound)),
    replace: (kind, object, options) =>
      within(writing(options), (bound) => client.replace(kind, object, bound)),
    patch: (kind, key, patch, options) =>
      within(writing(options), (bound) => client.patch(kind, key, patch, bound)),
    apply: (kind, object, options) => within(writing(options), (bound) => client.apply(kind, object, bound)),
    delete: (kind, key, options) => within(options, (bound) => client.delete(kind, key, bound)),
    resolve: (kind) => client.resolve(kind),
    discover: (options) => client.discover(options),
    raw: (path, init) => {
      bounds.assertOpen();
      return client.raw(path, { signal: bounds.signal, ...init });
    },
    impersonate: (user) => runClient(client.impersonate(user), bounds),
    dryRun: () => runClient(client.dryRun(), bounds),
  };
}
