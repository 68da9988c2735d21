import { type Clock, WeirError } from "@weir/core";

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
  signal: AbortSignal,
  clock: Clock,
): Promise<Value> {
  signal.throwIfAborted();
  const { promise: givenUp, reject: giveUp } = Promise.withResolvers<never>();
  let timer: { cancel(): void } | undefined;
  const onAbort = (): void => {
    timer = clock.setTimer(GIVE_UP_MS, () => giveUp(new ReconcileHungError({ cause: signal.reason })));
  };
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    // Called in an async function, so that a synchronous throw is a rejection, too.
    const running = (async () => await code())();
    return await Promise.race([running, givenUp]);
  } catch (error) {
    if (error instanceof ReconcileHungError) throw error;
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
    timer?.cancel();
  }
}
