import { ConnectionDroppedError } from "./fault.ts";

/** The time between two restarts of a server. */
export interface Life {
  readonly signal: AbortSignal;
  end(): void;
}

export function newLife(): Life {
  const ending = new AbortController();
  return { signal: ending.signal, end: () => ending.abort(new ConnectionDroppedError()) };
}

/** The result of some work, unless the server ends before; its connection is broken then. */
export function untilEnd<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const onEnd = (): void => reject(signal.reason as Error);
    if (signal.aborted) return onEnd();
    signal.addEventListener("abort", onEnd, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onEnd));
  });
}
