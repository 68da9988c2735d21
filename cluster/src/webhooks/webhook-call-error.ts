import { WeirError } from "@weir/core";

/** A webhook was not reached, or its answer not read; the message is Go's for the same. */
export class WebhookCallError extends WeirError {
  override readonly name = "WebhookCallError";
  readonly reason = "WebhookCallFailed";
  readonly retry = "backoff";
}
