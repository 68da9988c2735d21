import type { WeirError } from "./error.ts";

/**
 * The only way a reconcile ends. Only the SDK turns an outcome into queue operations.
 *
 * `settled` forgets the key's failures and looks again after `recheckAfterMs`, if given. `waiting` is not a failure: it
 * looks again at its time or when woken by an event. `failed` retries with backoff. `stalled` waits for a new generation.
 */
export type Outcome =
  | { readonly kind: "settled"; readonly recheckAfterMs?: number }
  | {
      readonly kind: "waiting";
      readonly reason: string;
      readonly message: string;
      readonly recheckAfterMs?: number;
    }
  | { readonly kind: "failed"; readonly error: WeirError; readonly recheckAfterMs?: number }
  | { readonly kind: "stalled"; readonly reason: string; readonly message: string };

/** The result of one step of a reconcile: a value for the next step, or the end of the run. */
export type Step<Value> =
  | { readonly kind: "next"; readonly value: Value }
  | { readonly kind: "halt"; readonly outcome: Outcome };

/** Goes on to the next step with a value. */
export function next<Value>(value: Value): Step<Value> {
  return { kind: "next", value };
}

/** Ends the run with an outcome. */
export function halt(outcome: Outcome): Step<never> {
  return { kind: "halt", outcome };
}
