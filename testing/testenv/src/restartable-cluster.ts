import { createMemoryStorage, type Storage } from "@weir/apiserver";
import { type Transport, untilAborted } from "@weir/client";
import { type Cluster, type ClusterOptions, startCluster } from "@weir/cluster";
import { WeirError } from "@weir/core";

/** The API of a test's cluster is away. */
export class ClusterDownError extends WeirError {
  override readonly name = "ClusterDownError";
  readonly reason = "ClusterDown";
  readonly retry = "backoff";

  constructor() {
    super("connection refused");
  }
}

/** A cluster that can be killed and started again over the same storage, as a process would. */
export class RestartableCluster implements AsyncDisposable {
  readonly #options: ClusterOptions & { readonly storage: Storage };
  readonly #ownsStorage: boolean;
  #running: { readonly cluster: Cluster; readonly life: AbortController } | undefined;

  private constructor(options: ClusterOptions & { readonly storage: Storage }, ownsStorage: boolean) {
    this.#options = options;
    this.#ownsStorage = ownsStorage;
  }

  static async start(options: ClusterOptions): Promise<RestartableCluster> {
    const storage = options.storage ?? createMemoryStorage();
    const restartable = new RestartableCluster({ ...options, storage }, options.storage === undefined);
    await restartable.start();
    return restartable;
  }

  /** The API in process; while the cluster is down requests fail, and those under way and watches broke off. */
  readonly transport: Transport = async (request) => {
    const running = this.#running;
    if (running === undefined) throw new ClusterDownError();
    const { signal } = running.life;
    const response = await orAborted(running.cluster.transport(request), signal);
    const { body } = response;
    return typeof body === "string" ? response : { ...response, body: untilAborted(body, signal) };
  };

  /** Starts the cluster again. */
  async start(): Promise<void> {
    const cluster = await startCluster(this.#options);
    this.#running ??= { cluster, life: new AbortController() };
  }

  /** Breaks off everything that is under way; the storage stays. */
  async kill(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    running?.life.abort(new ClusterDownError());
    await running?.cluster[Symbol.asyncDispose]();
  }

  /** The newest revision of the storage. */
  revision(): Promise<number> {
    return this.#options.storage.revision();
  }

  /** Drops what is kept of the past. */
  async compact(): Promise<void> {
    await this.#options.storage.compact(await this.revision());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    if (this.#ownsStorage) await this.#options.storage[Symbol.asyncDispose]();
  }
}

function orAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    signal.addEventListener("abort", onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
