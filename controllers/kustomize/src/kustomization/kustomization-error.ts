import { describeError, type RetryPolicy, WeirError } from "@weir/core";

/** Reasons for which a run of a Kustomization fails. */
export type FailureReason =
  | "ArtifactFailed"
  | "BuildFailed"
  | "ReconciliationFailed"
  | "PruneFailed"
  | "HealthCheckFailed";

/**
 * A run failed in one of its steps. The message is the whole text of the Ready condition and of the event, worded as
 * Flux words it, causes included.
 */
export class KustomizationFailedError extends WeirError {
  override readonly name = "KustomizationFailedError";
  readonly reason: FailureReason;
  readonly retry: RetryPolicy = "next-interval";
  /** What Flux's event says before the message of the condition. */
  readonly eventPrefix: string;

  constructor(
    reason: FailureReason,
    message: string,
    options: { readonly cause?: unknown; readonly eventPrefix?: string } = {},
  ) {
    super(message, options);
    this.reason = reason;
    this.eventPrefix = options.eventPrefix ?? "";
  }
}

/** Errors whose message, being worded as upstream words it, holds the texts of their causes already. */
const WHOLE_MESSAGES: ReadonlySet<string> = new Set([
  "KustomizationFailedError",
  "KustomizeError",
  "SubstitutionError",
  "ObjectRefusedError",
  "PruneError",
]);

/** The text of anything thrown, causes included. */
export function failureText(error: unknown): string {
  return error instanceof WeirError && WHOLE_MESSAGES.has(error.name) ? error.message : describeError(error);
}

/** Makes a failure of a step out of what it threw; a failure stays what it is. */
export function asFailure(
  reason: FailureReason,
  error: unknown,
  prefix = "",
  eventPrefix = "",
): KustomizationFailedError {
  if (error instanceof KustomizationFailedError) return error;
  return new KustomizationFailedError(reason, `${prefix}${failureText(error)}`, {
    cause: error,
    eventPrefix,
  });
}
