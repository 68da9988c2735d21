import { WeirError } from "@weir/core";

/** A package cannot be made as it was asked for; the message says what to give instead. */
export class CreateError extends WeirError {
  override readonly name = "CreateError";
  readonly reason: string;
  readonly retry = "never";

  constructor(reason: string, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.reason = reason;
  }
}
