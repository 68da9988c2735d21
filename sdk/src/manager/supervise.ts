import { type Clock, type Timer, WeirError } from "@weir/core";
import type { Abortable } from "./run-abort.ts";

/** How long code may go on after its signal aborted before it is given up. */
export const GIVE_UP_MS = 10_000;

/** The code of a reconcile did not end although its signal aborted; it was given up. */
export class ReconcileHungError extends WeirError {
  override readonly name = "ReconcileHungError";
  readonly reason = "ReconcileHung";
  readonly retry = "backoff";

  constructor(options: { readonly cause: unknown }) {
    super("the reconcile did not end when it was told to", options);
  }
}

/**
 * Runs code to its end; once its signal aborts it has a while to end by itself, and is given up then.
 *
 * What the code throws after the abort is taken for the abort, whose reason says more.
 */
export async function supervise<Value>(
  code: () => Value | Promise<Value>,
  abort: Abortable,
  clock: Clock,
): Promise<Value> {
  if (abort.isAborted) throw abort.reason;
  let timer: Timer | undefined;
  let undo: (() => void) | undefined;
  try {
    const running = code();
    if (!isThenable(running)) return running;
    return await new Promise<Value>((resolve, reject) => {
      Promise.resolve(running).then(resolve, reject);
      undo = abort.onAbort((reason) => {
        timer = clock.setTimer(GIVE_UP_MS, () => reject(new ReconcileHungError({ cause: reason })));
      });
    });
  } catch (error) {
    if (error instanceof ReconcileHungError) throw error;
    if (abort.isAborted) throw abort.reason;
    throw error;
  } finally {
    undo?.();
    timer?.cancel();
  }
}

/** Whatever can be waited for; code of others may bring promises of its own. */
function isThenable<Value>(value: Value | Promise<Value>): value is Promise<Value> {
  return typeof (value as { readonly then?: unknown } | null | undefined)?.then === "function";
}
