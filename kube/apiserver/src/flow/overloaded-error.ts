import { WeirError } from "@weir/core";

/** There is no room for a request now; it is answered with a 429 and may be repeated soon. */
export class OverloadedError extends WeirError {
  override readonly name = "OverloadedError";
  readonly reason = "TooManyRequests";
  readonly retry = "backoff";

  constructor() {
    super("too many requests, please try again later");
  }
}
