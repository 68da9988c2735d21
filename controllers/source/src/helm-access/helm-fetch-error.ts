import { type RetryPolicy, WeirError } from "@weir/core";

/** A repository of charts does not answer with what it is asked for; in helm's words. */
export class HelmFetchError extends WeirError {
  override readonly name = "HelmFetchError";
  readonly reason = "Failed";
  readonly retry: RetryPolicy = "backoff";
  /** Without user-info. */
  readonly url: string;

  constructor(url: string, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.url = url;
  }
}
