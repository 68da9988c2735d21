import { anySignal, type Clock, type Logger, timeoutSignal } from "@weir/core";
import type { KubeClient } from "@weir/client";
import type { Change } from "../cache/change.ts";
import type { InformerLease, Informers } from "../cache/informers.ts";
import { scopeOf } from "../controller/create-controller.ts";
import type { BaseContext } from "../reconcile/context.ts";
import { ReconcileTimeoutError, RunClosedError } from "../reconcile/reconcile-errors.ts";
import { runClient } from "../reconcile/run-client.ts";
import type { RunParts } from "../reconcile/run-object.ts";
import type { ClusterParts } from "./cluster-parts.ts";
import { supervise } from "./supervise.ts";

type HeldSignal = ReturnType<typeof anySignal>;

/** What a run is given. */
export interface RunScopeOptions {
  readonly key: string;
  readonly client: KubeClient;
  readonly informers: Informers;
  readonly clusterOf: (name: string) => ClusterParts;
  readonly clock: Clock;
  readonly log: Logger;
  readonly fieldManager: string;
  readonly timeoutMs: number | undefined;
  /** Aborts when the controller stops. */
  readonly stop: AbortSignal;
  readonly superseded: AbortSignal;
}

/** The signals, clients and watches of one run; disposing it ends them, so that a run leaves nothing behind. */
export class RunScope implements AsyncDisposable {
  readonly parts: RunParts;
  readonly #timeout: HeldSignal | undefined;
  readonly #signal: HeldSignal;
  readonly #leases: InformerLease[] = [];
  #isOpen = false;

  constructor(options: RunScopeOptions) {
    const { key, clock, client, fieldManager, timeoutMs } = options;
    this.#timeout =
      timeoutMs === undefined
        ? undefined
        : timeoutSignal(clock, timeoutMs, () => new ReconcileTimeoutError(timeoutMs));
    this.#signal = anySignal(options.stop, this.#timeout?.signal);
    const { signal } = this.#signal;
    const assertOpen = (): void => {
      if (!this.#isOpen) throw new RunClosedError(key);
    };
    this.parts = {
      key,
      signal,
      superseded: options.superseded,
      log: options.log,
      client: runClient(client, { signal, fieldManager, assertOpen }),
      shellClient: runClient(client, { signal: options.stop, fieldManager, assertOpen: () => {} }),
      watch: this.#watchOf(options.informers, assertOpen),
      clusterOf: (name) => {
        const { client: remote, informers } = options.clusterOf(name);
        return {
          client: runClient(remote, { signal, fieldManager, assertOpen }),
          informers,
          watch: this.#watchOf(informers, assertOpen),
        };
      },
      supervise: async (code) => {
        this.#isOpen = true;
        try {
          return await supervise(code, signal, clock);
        } finally {
          this.#isOpen = false;
        }
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOpen = false;
    this.#timeout?.[Symbol.dispose]();
    this.#signal[Symbol.dispose]();
    for (const lease of this.#leases) await lease[Symbol.asyncDispose]();
  }

  #watchOf(informers: Informers, assertOpen: () => void): BaseContext["watch"] {
    return (kind, scope, handler) => {
      assertOpen();
      const lease = informers.lease(kind, scopeOf(scope));
      lease.subscribe(handler as unknown as (change: Change) => void);
      this.#leases.push(lease);
      return lease;
    };
  }
}
