import { type RetryPolicy, WeirError } from "@weir/core";

/** A signature is not one of the keys that are trusted, or cannot be read. Messages are Flux's. */
export class SignatureError extends WeirError {
  override readonly name = "SignatureError";
  readonly reason = "VerificationError";
  readonly retry: RetryPolicy = "backoff";
}
