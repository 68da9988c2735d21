import { type RetryPolicy, WeirError } from "@weir/core";

/** The proxy was not reached, or did not let us through. */
export class ProxyError extends WeirError {
  override readonly name = "ProxyError";
  readonly reason = "GitOperationFailed";
  readonly retry: RetryPolicy = "backoff";
  /** What the proxy answered, if it did. */
  readonly status: number | undefined;

  constructor(message: string, status: number | undefined, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.status = status;
  }
}
