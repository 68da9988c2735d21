import { type RetryPolicy, WeirError } from "@weir/core";

/** Why something counts as not verified. */
export type VerificationProblem =
  /** There is no signature at all. */
  | "no-signatures"
  /** None of the signatures is one of this content by one of the keys. */
  | "no-match"
  /** A key cannot be used. */
  | "bad-key"
  /** There is no key. */
  | "no-keys"
  /** This way of verifying is not built. */
  | "unsupported";

/** What was asked to be verified is not; it must not be used. */
export class VerificationError extends WeirError {
  override readonly name = "VerificationError";
  readonly reason = "VerificationError";
  readonly retry: RetryPolicy = "backoff";
  readonly problem: VerificationProblem;
  /** The reference that was to be verified. */
  readonly subject: string;

  constructor(
    problem: VerificationProblem,
    subject: string,
    message: string,
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
    this.problem = problem;
    this.subject = subject;
  }
}
