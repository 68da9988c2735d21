import { type RetryPolicy, WeirError } from "@weir/core";
import type { Release } from "../release/release.ts";

/**
 * An action on a release failed. `describeError` reads as helm's error; `release` is the revision as it was recorded last,
 * and undefined where the action ended before there was any record.
 */
export class ReleaseActionError extends WeirError {
  override readonly name = "ReleaseActionError";
  readonly reason = "ReleaseActionFailed";
  readonly retry: RetryPolicy = "backoff";
  readonly release: Release | undefined;

  constructor(
    message: string,
    options: { readonly cause?: unknown; readonly release?: Release | undefined } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.release = options.release;
  }
}

/** The newest revision is pending: another operation is under way, or one died. The message is helm's. */
export class ReleasePendingError extends WeirError {
  override readonly name = "ReleasePendingError";
  readonly reason = "ReleasePending";
  readonly retry: RetryPolicy = "backoff";

  constructor() {
    super("another operation (install/upgrade/rollback) is in progress");
  }
}
