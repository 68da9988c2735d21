import type { Clock, Logger, Timer } from "@weir/core";
import type { KubeClient } from "@weir/client";
import type { Change } from "../cache/change.ts";
import type { InformerLease, Informers } from "../cache/informers.ts";
import { scopeOf } from "../controller/create-controller.ts";
import type { ClusterSite } from "../reconcile/base-context.ts";
import type { BaseContext } from "../reconcile/context.ts";
import { ReconcileTimeoutError, RunClosedError } from "../reconcile/reconcile-errors.ts";
import { RunClient } from "../reconcile/run-client.ts";
import type { RunParts } from "../reconcile/reconcile-deps.ts";
import type { ClusterParts } from "./cluster-parts.ts";
import { type Abortable, RunAbort } from "./run-abort.ts";
import { supervise } from "./supervise.ts";

/** What a run is given. */
export interface RunScopeOptions {
  readonly key: string;
  readonly client: KubeClient;
  readonly informers: Informers;
  readonly clusterOf: (name: string) => ClusterParts;
  readonly clock: Clock;
  /** Makes the logger of the run; asked only when something is logged. */
  readonly log: () => Logger;
  readonly fieldManager: string;
  readonly timeoutMs: number | undefined;
  /** Aborts when the controller stops. */
  readonly stop: Abortable & { readonly signal: AbortSignal };
  readonly superseded: { readonly signal: AbortSignal };
}

/**
 * The signals, clients and watches of one run; disposing it ends them, so that a run leaves nothing behind. What a run
 * does not use is not made.
 */
export class RunScope implements AsyncDisposable, RunParts {
  readonly key: string;
  readonly home: ClusterSite;
  readonly shellClient: KubeClient;
  readonly #options: RunScopeOptions;
  readonly #abort = new RunAbort();
  readonly #undoStop: () => void;
  readonly #timeout: Timer | undefined;
  #log: Logger | undefined;
  #leases: InformerLease[] | undefined;
  #isOpen = false;

  constructor(options: RunScopeOptions) {
    const { key, clock, client, fieldManager, timeoutMs, stop } = options;
    this.key = key;
    this.#options = options;
    this.#timeout =
      timeoutMs === undefined
        ? undefined
        : clock.setTimer(timeoutMs, () => this.#abort.abort(new ReconcileTimeoutError(timeoutMs)));
    this.#undoStop = stop.onAbort((reason) => this.#abort.abort(reason));
    this.home = this.#siteOf(client, options.informers);
    this.shellClient = new RunClient(client, { signal: stop.signal, fieldManager, assertOpen: () => {} });
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get superseded(): AbortSignal {
    return this.#options.superseded.signal;
  }

  get log(): Logger {
    return (this.#log ??= this.#options.log());
  }

  get fieldManager(): string {
    return this.#options.fieldManager;
  }

  clusterOf(name: string): ClusterSite {
    const { client, informers } = this.#options.clusterOf(name);
    return this.#siteOf(client, informers);
  }

  /** Runs the controller's code, no longer than it may take. */
  async supervise<Value>(code: () => Value | Promise<Value>): Promise<Value> {
    this.#isOpen = true;
    try {
      return await supervise(code, this.#abort, this.#options.clock);
    } finally {
      this.#isOpen = false;
    }
  }

  /** Refuses what a run that is no longer waited for asks for. */
  assertOpen(): void {
    if (!this.#isOpen) throw new RunClosedError(this.key);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOpen = false;
    this.#timeout?.cancel();
    this.#undoStop();
    for (const lease of this.#leases ?? []) await lease[Symbol.asyncDispose]();
  }

  #siteOf(client: KubeClient, informers: Informers): ClusterSite {
    return { client: new RunClient(client, this), informers, watch: this.#watchOf(informers) };
  }

  #watchOf(informers: Informers): BaseContext["watch"] {
    return (kind, scope, handler) => {
      this.assertOpen();
      const lease = informers.lease(kind, scopeOf(scope));
      lease.subscribe(handler as unknown as (change: Change) => void);
      (this.#leases ??= []).push(lease);
      return lease;
    };
  }
}
