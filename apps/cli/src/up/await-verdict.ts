import type { Clock } from "@weir/core";
import type { ObjectState } from "../progress/object-state.ts";
import { judgeCluster } from "../progress/verdict.ts";

/** How a sync ended. */
export type SyncEnd =
  | { readonly kind: "ready" }
  | { readonly kind: "broken" | "timed-out" | "interrupted"; readonly reasons: readonly string[] };

/** Waits for the end of a sync, told by the states of its objects. */
export interface VerdictWait {
  readonly promise: Promise<SyncEnd>;
  update(states: ReadonlyMap<string, ObjectState>): void;
}

/** A failure that lasts so long is the end: what recovers by itself does so sooner. */
const BROKEN_FOR_MS = 3_000;
/** Objects that one sync creates show up a little after the last one was ready. */
const READY_FOR_MS = 300;

/** Ends when all objects stay ready, when something stays broken, after the timeout, or when the signal aborts. */
export function awaitVerdict(clock: Clock, timeoutMs: number, signal: AbortSignal): VerdictWait {
  const { promise, resolve } = Promise.withResolvers<SyncEnd>();
  let latest: ReadonlyMap<string, ObjectState> = new Map();
  let pending: { cancel(): void } | undefined;
  const timeout = clock.setTimer(timeoutMs, () => resolve({ kind: "timed-out", reasons: describe(latest) }));
  const onAbort = (): void => resolve({ kind: "interrupted", reasons: describe(latest) });
  signal.addEventListener("abort", onAbort, { once: true });
  void promise.then(() => {
    timeout.cancel();
    pending?.cancel();
    signal.removeEventListener("abort", onAbort);
  });
  return {
    promise,
    update: (states) => {
      latest = states;
      pending?.cancel();
      const verdict = judgeCluster(states);
      if (verdict.kind === "ready") pending = clock.setTimer(READY_FOR_MS, () => resolve({ kind: "ready" }));
      if (verdict.kind === "broken") {
        const end: SyncEnd = { kind: "broken", reasons: verdict.reasons };
        pending = clock.setTimer(BROKEN_FOR_MS, () => resolve(end));
      }
    },
  };
}

function describe(states: ReadonlyMap<string, ObjectState>): readonly string[] {
  const waiting = [...states.values()].filter(
    (state) => state.phase !== "ready" && state.phase !== "suspended",
  );
  return [
    "timed out waiting for all objects to be ready",
    ...waiting.map((state) => `${state.id}: ${state.message}`),
  ];
}
