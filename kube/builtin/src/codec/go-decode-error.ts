import { WeirError } from "@weir/core";

/** A body that Go's decoder refuses; the message is Go's. */
export class GoDecodeError extends WeirError {
  override readonly name = "GoDecodeError";
  readonly reason = "BadRequest";
  readonly retry = "never";
}
