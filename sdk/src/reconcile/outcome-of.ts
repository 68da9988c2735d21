import { describeError, type Outcome, WeirError } from "@weir/core";
import { InvalidOutcomeError, ReconcilePanicError } from "./reconcile-errors.ts";

/** Makes an outcome of what a reconcile returned; garbage is a failure, not a crash. */
export function outcomeOfResult(result: unknown): Outcome {
  if (result === undefined) return { kind: "settled" };
  return isOutcome(result) ? result : { kind: "failed", error: new InvalidOutcomeError() };
}

/**
 * Makes an outcome of what a reconcile threw, by the error's own `retry`: `never` stalls the object, `next-interval` is
 * tried again after `intervalMs` (with backoff where there is none), `backoff` with backoff.
 */
export function outcomeOfError(thrown: unknown, intervalMs: number | undefined): Outcome {
  const error = thrown instanceof WeirError ? thrown : new ReconcilePanicError(thrown);
  switch (error.retry) {
    case "never":
      return { kind: "stalled", reason: error.reason, message: describeError(error) };
    case "next-interval":
      return intervalMs === undefined
        ? { kind: "failed", error }
        : { kind: "failed", error, recheckAfterMs: intervalMs };
    case "backoff":
      return { kind: "failed", error };
  }
}

function isOutcome(value: unknown): value is Outcome {
  if (typeof value !== "object" || value === null || !("kind" in value)) return false;
  switch (value.kind) {
    case "settled":
      return true;
    case "waiting":
    case "stalled":
      return "reason" in value && "message" in value;
    case "failed":
      return "error" in value && value.error instanceof WeirError;
    default:
      return false;
  }
}
