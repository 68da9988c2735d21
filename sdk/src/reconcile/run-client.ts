import { anySignal } from "@weir/core";
import type {
  ApplyOptions,
  CallOptions,
  DeleteOptions,
  ImpersonatedUser,
  Kind,
  KubeClient,
  ListOptions,
  Patch,
  RawAnswer,
  RawOptions,
  ReadOptions,
  ResolvedKind,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from "@weir/client";
import type { KubeList, ObjectKey } from "@weir/objects";

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
export class RunClient implements KubeClient {
  readonly #client: KubeClient;
  readonly #bounds: RunBounds;

  constructor(client: KubeClient, bounds: RunBounds) {
    this.#client = client;
    this.#bounds = bounds;
  }

  get<R>(kind: Kind<R, unknown>, key: ObjectKey, options?: ReadOptions): Promise<R | undefined> {
    return this.#within(options, (bound) => this.#client.get(kind, key, bound));
  }

  list<R>(kind: Kind<R, unknown>, options?: ListOptions): Promise<KubeList<R>> {
    return this.#within(options, (bound) => this.#client.list(kind, bound));
  }

  watch<R>(kind: Kind<R, unknown>, options?: WatchOptions): AsyncIterable<WatchEvent<R>> {
    this.#bounds.assertOpen();
    return this.#client.watch(kind, { signal: this.#bounds.signal, ...options });
  }

  create<R, W>(kind: Kind<R, W>, object: W, options?: WriteOptions): Promise<R> {
    return this.#within(this.#writing(options), (bound) => this.#client.create(kind, object, bound));
  }

  replace<R, W>(kind: Kind<R, W>, object: W, options?: WriteOptions): Promise<R> {
    return this.#within(this.#writing(options), (bound) => this.#client.replace(kind, object, bound));
  }

  patch<R>(kind: Kind<R, unknown>, key: ObjectKey, patch: Patch, options?: WriteOptions): Promise<R> {
    return this.#within(this.#writing(options), (bound) => this.#client.patch(kind, key, patch, bound));
  }

  apply<R, W>(kind: Kind<R, W>, object: W, options: ApplyOptions): Promise<R> {
    return this.#within(options, (bound) => this.#client.apply(kind, object, bound));
  }

  delete<R>(kind: Kind<R, unknown>, key: ObjectKey, options?: DeleteOptions): Promise<R | undefined> {
    return this.#within(options, (bound) => this.#client.delete(kind, key, bound));
  }

  resolve(kind: Kind<unknown, unknown>): Promise<ResolvedKind | undefined> {
    return this.#client.resolve(kind);
  }

  discover(options?: { readonly refresh?: boolean }): Promise<readonly ResolvedKind[]> {
    return this.#client.discover(options);
  }

  async raw(path: string, options?: RawOptions): Promise<RawAnswer> {
    this.#bounds.assertOpen();
    return this.#client.raw(path, { signal: this.#bounds.signal, ...options });
  }

  impersonate(user: ImpersonatedUser): KubeClient {
    return new RunClient(this.#client.impersonate(user), this.#bounds);
  }

  dryRun(): KubeClient {
    return new RunClient(this.#client.dryRun(), this.#bounds);
  }

  async #within<Options extends CallOptions, Value>(
    options: Options | undefined,
    call: (options: Options) => Promise<Value>,
  ): Promise<Value> {
    this.#bounds.assertOpen();
    const { signal } = this.#bounds;
    if (options?.signal === undefined) return call({ ...options, signal } as Options);
    using both = anySignal(signal, options.signal);
    return await call({ ...options, signal: both.signal });
  }

  #writing<Options extends WriteOptions>(options: Options | undefined): Options {
    return { fieldManager: this.#bounds.fieldManager, ...options } as Options;
  }
}
