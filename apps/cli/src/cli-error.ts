import { type RetryPolicy, WeirError } from "@weir/core";

/** What a person asked for cannot be done; the message says why and, where there is one, the way out. */
export class CommandError extends WeirError {
  override readonly name = "CommandError";
  readonly reason: string;
  readonly retry: RetryPolicy = "never";

  constructor(reason: string, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.reason = reason;
  }
}

/** The person or the system asked the command to end. */
export class InterruptedError extends WeirError {
  override readonly name = "InterruptedError";
  readonly reason = "Interrupted";
  readonly retry = "never";

  constructor() {
    super("interrupted");
  }
}
