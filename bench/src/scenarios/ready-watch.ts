import type { Kind, KubeClient, WatchEvent } from "@weir/client";
import { type Condition, isConditionTrue, type KubeObject } from "@weir/objects";

interface Conditioned {
  readonly metadata: KubeObject["metadata"];
  readonly status?:
    | {
        readonly conditions?: readonly Condition[] | undefined;
        readonly lastHandledReconcileAt?: string | undefined;
      }
    | undefined;
}

/** Longer than anything that is worth timing. */
const TIMEOUT_MS = 120_000;

/** Objects of a scenario did not become Ready, so there is nothing to time. */
export class NotReadyError extends Error {
  override readonly name = "NotReadyError";
}

/** Follows the objects of a kind by one watch, and tells when some of them are Ready. */
export class ReadyWatch implements AsyncDisposable {
  readonly #ended = new AbortController();
  readonly #latest = new Map<string, Conditioned>();
  readonly #waits = new Set<() => void>();
  readonly #following: Promise<void>;

  readonly #timeoutMs: number;

  /** Waits end after two minutes, where nothing else is said. */
  constructor(
    client: KubeClient,
    kind: Kind<unknown, unknown>,
    namespace: string,
    timeoutMs: number = TIMEOUT_MS,
  ) {
    this.#timeoutMs = timeoutMs;
    this.#following = this.#follow(client, kind as Kind<Conditioned>, namespace);
  }

  /** Resolves when all objects of these names are Ready in their present generation; rejects where that takes too long. */
  ready(names: readonly string[]): Promise<void> {
    return this.#until(names, isReady);
  }

  /** Resolves when all objects of these names are Ready and have handled a request; rejects where that takes too long. */
  handled(names: readonly string[], requestedAt: string): Promise<void> {
    return this.#until(
      names,
      (object) => object.status?.lastHandledReconcileAt === requestedAt && isReady(object),
    );
  }

  async #until(names: readonly string[], isDone: (object: Conditioned) => boolean): Promise<void> {
    const missing = new Set(names);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const look = (): void => {
      for (const name of missing) {
        const object = this.#latest.get(name);
        if (object !== undefined && isDone(object)) missing.delete(name);
      }
      if (missing.size === 0) resolve();
    };
    const timeout = setTimeout(() => reject(this.#neverReady([...missing])), this.#timeoutMs);
    this.#waits.add(look);
    look();
    try {
      await promise;
    } finally {
      clearTimeout(timeout);
      this.#waits.delete(look);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort();
    await this.#following;
  }

  #neverReady(missing: readonly string[]): Error {
    const [first = ""] = missing;
    const message = this.#latest
      .get(first)
      ?.status?.conditions?.find(({ type }) => type === "Ready")?.message;
    return new NotReadyError(
      `${missing.length} objects are not ready; ${first}: ${message ?? "nothing known"}`,
    );
  }

  /** An API server ends watches now and then; the next one begins with all objects as they are. */
  async #follow(client: KubeClient, kind: Kind<Conditioned>, namespace: string): Promise<void> {
    const { signal } = this.#ended;
    while (!signal.aborted) {
      try {
        await this.#followOne(client.watch(kind, { namespace, sendInitialEvents: true, signal }));
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    }
  }

  async #followOne(events: AsyncIterable<WatchEvent<Conditioned>>): Promise<void> {
    for await (const event of events) {
      if (event.type === "BOOKMARK" || event.type === "ERROR") continue;
      this.#latest.set(event.object.metadata.name ?? "", event.object);
      for (const look of this.#waits) look();
    }
  }
}

function isReady({ metadata, status }: Conditioned): boolean {
  const ready = status?.conditions?.find(({ type }) => type === "Ready");
  return isConditionTrue(status?.conditions, "Ready") && ready?.observedGeneration === metadata.generation;
}
