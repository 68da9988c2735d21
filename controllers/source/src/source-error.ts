import { type RetryPolicy, WeirError } from "@weir/core";
import type { FailureCondition } from "./report/source-facts.ts";

/** A step of a source failed; it knows the condition that says so. */
export class SourceStepError extends WeirError {
  override readonly name = "SourceStepError";
  readonly reason: string;
  readonly retry: RetryPolicy;
  readonly condition: FailureCondition;

  constructor(
    failure: { readonly condition: FailureCondition; readonly reason: string; readonly retry?: RetryPolicy },
    message: string,
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
    this.condition = failure.condition;
    this.reason = failure.reason;
    this.retry = failure.retry ?? "backoff";
  }
}
