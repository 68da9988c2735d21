import { type RetryPolicy, WeirError } from "@weir/core";
import type { FailureCondition } from "./report/source-facts.ts";

/** A step of a source failed; it knows the condition that says so. */
export class SourceStepError extends WeirError {
  override readonly name = "SourceStepError";
  readonly reason: string;
  readonly retry: RetryPolicy;
  readonly condition: FailureCondition;
  /** What the event says instead, where Flux's speaks of less than the conditions. */
  readonly told: WeirError | undefined;

  constructor(
    failure: { readonly condition: FailureCondition; readonly reason: string; readonly retry?: RetryPolicy },
    message: string,
    options: { readonly cause?: unknown; readonly told?: WeirError } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.condition = failure.condition;
    this.reason = failure.reason;
    this.retry = failure.retry ?? "backoff";
    this.told = options.told;
  }
}
