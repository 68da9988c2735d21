import { describeError } from "@weir/core";
import type { InformerLease } from "../cache/informers.ts";
import { AppliedIntents } from "../reconcile/applied-intents.ts";
import { RunContext } from "../reconcile/base-context.ts";
import { ManagerStoppedError } from "../reconcile/reconcile-errors.ts";
import type { RunnerDeps } from "./controller-runner.ts";
import { RunAbort } from "./run-abort.ts";
import { RunScope } from "./run-scope.ts";
import type { Runnable, StopOptions } from "./runnable.ts";
import { type Task, TaskFailedError } from "./task.ts";
import { waitForEnd } from "./wait-for-end.ts";

/** Runs one task of a manager. */
export class TaskRunner implements Runnable {
  readonly #task: Task;
  readonly #deps: RunnerDeps;
  readonly #onFailure: (error: TaskFailedError) => void;
  readonly #stop = new RunAbort();
  readonly #leases: InformerLease[] = [];
  #running: Promise<void> = Promise.resolve();

  constructor(task: Task, deps: RunnerDeps, onFailure: (error: TaskFailedError) => void) {
    this.#task = task;
    this.#deps = deps;
    this.#onFailure = onFailure;
  }

  get name(): string {
    return this.#task.name;
  }

  get needsLease(): boolean {
    return this.#task.leaderless !== true;
  }

  prepare(): void {
    for (const kind of this.#task.reads ?? []) this.#leases.push(this.#deps.informers.lease(kind));
  }

  async synced(): Promise<void> {
    await Promise.all(this.#leases.map((lease) => lease.synced()));
  }

  start(): void {
    this.#running = this.#run().catch((error: unknown) => {
      if (this.#stop.isAborted) return;
      const failure = new TaskFailedError(this.name, { cause: error });
      this.#deps.logger.error("a task failed", { task: this.name, error: describeError(error) });
      this.#onFailure(failure);
    });
  }

  async stop(options: StopOptions): Promise<boolean> {
    this.#stop.abort(new ManagerStoppedError());
    const isEnded = await waitForEnd(this.#running, this.#deps.clock, options);
    if (!isEnded) this.#deps.logger.warn("a task did not end in time", { task: this.name });
    await Promise.all(this.#leases.map((lease) => lease[Symbol.asyncDispose]()));
    return isEnded;
  }

  async #run(): Promise<void> {
    const { client, clock, random, informers, clusterOf, isLive, logger } = this.#deps;
    await using scope = new RunScope({
      key: this.name,
      client,
      informers,
      clusterOf,
      clock,
      fieldManager: this.name,
      superseded: new RunAbort(),
      log: () => logger.with({ task: this.name }),
      timeoutMs: undefined,
      stop: this.#stop,
    });
    const ctx = new RunContext({
      deps: { applied: new AppliedIntents(), clock, random, isLive, fieldManager: this.name },
      run: scope,
      site: scope.home,
      own: (_, intent) => intent,
    });
    await scope.supervise(() => this.#task.run(ctx));
  }
}
