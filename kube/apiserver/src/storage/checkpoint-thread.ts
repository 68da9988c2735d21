import { Worker } from "node:worker_threads";

export type CheckpointRequest = "checkpoint" | "close";

export type CheckpointReply =
  /** `isAll`: the log held nothing more when it was done. */
  | { readonly kind: "copied"; readonly isAll: boolean }
  | { readonly kind: "failed"; readonly message: string };

/**
 * Checkpoints in a thread of its own, as they wait for the disk twice and write as much as was committed since the last.
 *
 * The thread is started when it is first needed: most storages live without one.
 */
export class CheckpointThread {
  readonly #path: string;
  #worker: Worker | undefined;
  #waiting: ((reply: CheckpointReply) => void) | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** One at a time. Never rejects. */
  async checkpoint(): Promise<CheckpointReply> {
    const worker = (this.#worker ??= this.#start());
    // An idle storage does not keep its process alive; a checkpoint that goes on does.
    worker.ref();
    const reply = await new Promise<CheckpointReply>((resolve) => {
      this.#waiting = resolve;
      worker.postMessage("checkpoint" satisfies CheckpointRequest);
    });
    worker.unref();
    return reply;
  }

  /** Ends the thread, which gives up its part of the file: the last to close it takes the log away. */
  async close(): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined) return;
    worker.ref();
    // The end is waited for itself: what a thread says last is lost at times when it ends right behind it.
    await new Promise<void>((resolve) => {
      worker.once("exit", () => resolve());
      worker.postMessage("close" satisfies CheckpointRequest);
    });
  }

  #start(): Worker {
    const worker = new Worker(new URL("./checkpoint-worker.ts", import.meta.url), { workerData: this.#path });
    worker.on("message", (reply: CheckpointReply) => this.#settle(reply));
    worker.on("error", (error) => this.#settle({ kind: "failed", message: String(error) }));
    worker.on("exit", () => {
      this.#worker = undefined;
      this.#settle({ kind: "failed", message: "the thread ended" });
    });
    return worker;
  }

  #settle(reply: CheckpointReply): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.(reply);
  }
}
