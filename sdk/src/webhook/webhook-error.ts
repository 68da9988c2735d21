import { WeirError } from "@weir/core";

/** A conversion was asked for that no resource here declares. */
export class UnknownConversionError extends WeirError {
  override readonly name = "UnknownConversionError";
  readonly reason = "UnknownConversion";
  readonly retry = "never";
  readonly from: string;
  readonly to: string;

  constructor(from: string, to: string) {
    super(`no conversion of ${from} to ${to} is declared`);
    this.from = from;
    this.to = to;
  }
}

/** The API server waited for an answer, and does so no longer. */
export class WebhookTimeoutError extends WeirError {
  override readonly name = "WebhookTimeoutError";
  readonly reason = "WebhookTimeout";
  readonly retry = "backoff";
  readonly timeoutMs: number;

  constructor(timeoutMs: number) {
    super(`the webhook did not answer within ${timeoutMs} ms`);
    this.timeoutMs = timeoutMs;
  }
}

/** The webhook server does not answer. */
export class WebhookServerError extends WeirError {
  override readonly name = "WebhookServerError";
  readonly reason = "WebhookServerNotReady";
  readonly retry = "backoff";
}
