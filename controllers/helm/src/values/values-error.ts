import { type RetryPolicy, WeirError } from "@weir/core";

/** A reference to values cannot be resolved. The message is Flux's, what is wrong included, and never holds a value. */
export class ValuesReferenceError extends WeirError {
  override readonly name = "ValuesReferenceError";
  readonly reason = "ValuesError";
  readonly retry: RetryPolicy = "backoff";
}
