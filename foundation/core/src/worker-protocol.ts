import type { Transferable } from "node:worker_threads";
import type { ErrorRecord } from "./worker-error.ts";

/** Asks a worker to call an export of a module. */
export interface TaskRequest {
  readonly moduleUrl: string;
  readonly exportName: string;
  readonly input: unknown;
}

/** What a worker says: `loaded` once a module is there that was not, then how the task ended. */
export type TaskResponse =
  | { readonly kind: "loaded" }
  | { readonly kind: "done"; readonly output: unknown }
  | { readonly kind: "failed"; readonly error: ErrorRecord };

/** A result whose buffers are handed over to the calling thread instead of copied; the worker loses them. */
export class Transferred<Value> {
  readonly value: Value;
  readonly transfer: readonly Transferable[];

  constructor(value: Value, transfer: readonly Transferable[]) {
    this.value = value;
    this.transfer = transfer;
  }
}

/** Returned by a task to hand buffers of its result over without a copy. */
export function transferred<Value>(value: Value, transfer: readonly Transferable[]): Transferred<Value> {
  return new Transferred(value, transfer);
}
