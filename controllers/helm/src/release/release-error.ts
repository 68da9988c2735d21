import { describeError, type RetryPolicy, WeirError } from "@weir/core";

/** A run failed; the status tells why already. The message is the whole text, causes included. */
export class ReleaseFailedError extends WeirError {
  override readonly name = "ReleaseFailedError";
  readonly reason: string;
  readonly retry: RetryPolicy = "backoff";

  constructor(reason: string, message: string, options?: { readonly cause: unknown }) {
    super(message, options);
    this.reason = reason;
  }
}

/** A chart could not be rendered; the message is helm's, causes included. */
export class RenderFailedError extends WeirError {
  override readonly name = "RenderFailedError";
  readonly reason = "RenderFailed";
  readonly retry: RetryPolicy = "backoff";
}

/** Errors whose message, being worded as upstream words it, holds the texts of their causes already. */
const WHOLE_MESSAGES: ReadonlySet<string> = new Set([
  "ReleaseFailedError",
  "RenderFailedError",
  "ChartPreparationError",
  "ChartTemplateError",
  "InvalidManifestError",
  "PostRenderError",
  "ImportValuesError",
  "ObjectRefusedError",
]);

/** The text of anything thrown, causes included and each of them once. */
export function problemText(error: unknown): string {
  if (!(error instanceof Error)) return describeError(error);
  if (WHOLE_MESSAGES.has(error.name) || error.cause === undefined) return error.message;
  const cause = problemText(error.cause);
  return [error.message, cause].filter((part) => part !== "").join(": ");
}
