import type { Clock } from "./clock/clock.ts";

/** A signal and the duty to let go of what it listens to; disposing twice does nothing. */
export interface HeldSignal extends Disposable {
  readonly signal: AbortSignal;
}

/**
 * Aborts when any of the given signals does, with that one's reason.
 *
 * Unlike `AbortSignal.any` the listeners are removed when it is disposed, so that a signal that lives as long as the
 * process does not collect one listener per request.
 */
export function anySignal(...signals: readonly (AbortSignal | undefined)[]): HeldSignal {
  const controller = new AbortController();
  const undo: (() => void)[] = [];
  for (const signal of signals) {
    if (signal === undefined) continue;
    if (signal.aborted) {
      controller.abort(signal.reason);
      break;
    }
    const onAbort = (): void => controller.abort(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    undo.push(() => signal.removeEventListener("abort", onAbort));
  }
  return { signal: controller.signal, [Symbol.dispose]: () => undo.splice(0).forEach((remove) => remove()) };
}

/** Aborts with `reason()` after `timeoutMs` on the given clock; disposing stops the timer. */
export function timeoutSignal(clock: Clock, timeoutMs: number, reason: () => Error): HeldSignal {
  const controller = new AbortController();
  const timer = clock.setTimer(timeoutMs, () => controller.abort(reason()));
  return { signal: controller.signal, [Symbol.dispose]: () => timer.cancel() };
}

/** Rejects with the signal's reason as soon as it aborts, whatever the promise does; its later result is dropped. */
export function abortable<Value>(promise: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (signal === undefined) return promise;
  if (signal.aborted) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
