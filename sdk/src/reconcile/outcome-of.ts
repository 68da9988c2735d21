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
      return hasTime(value);
    case "waiting":
      return hasReason(value) && hasTime(value);
    case "stalled":
      return hasReason(value);
    case "failed":
      return "error" in value && value.error instanceof WeirError && hasTime(value);
    default:
      return false;
  }
}

function hasReason(value: object): boolean {
  return (
    "reason" in value &&
    typeof value.reason === "string" &&
    "message" in value &&
    typeof value.message === "string"
  );
}

function hasTime(value: object): boolean {
  if (!("recheckAfterMs" in value) || value.recheckAfterMs === undefined) return true;
  return Number.isFinite(value.recheckAfterMs) && Number(value.recheckAfterMs) >= 0;
}
