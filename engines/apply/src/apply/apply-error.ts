import { describeError, type RetryPolicy, WeirError } from "@weir/core";
import { KubeApiError, ObjectAddressError } from "@weir/client";
import type { KubeObject } from "@weir/objects";
import { subjectOf } from "../object-name.ts";

/** An object was refused, in the dry run or in the apply itself; worded as Flux's server-side apply words it. */
export class ObjectRefusedError extends WeirError {
  override readonly name = "ObjectRefusedError";
  readonly reason = "ReconciliationFailed";
  readonly retry: RetryPolicy = "backoff";
  /** `Kind/namespace/name`. */
  readonly subject: string;
  /** The API server's reason, such as `Invalid`; absent where it gave none. */
  readonly apiReason: string | undefined;

  constructor(
    message: string,
    subject: string,
    apiReason: string | undefined,
    options: { readonly cause: unknown },
  ) {
    super(message, options);
    this.subject = subject;
    this.apiReason = apiReason;
  }
}

/** An object that is to be created anew is not gone in time: a finalizer holds it. */
export class DeletionTimeoutError extends WeirError {
  override readonly name = "DeletionTimeoutError";
  readonly reason = "ReconciliationFailed";
  readonly retry: RetryPolicy = "backoff";
  readonly subject: string;

  constructor(subject: string) {
    super(`timed out waiting for ${subject} to be deleted`);
    this.subject = subject;
  }
}

/** Flux's text for a refused dry run. The server's message is part of it. */
export function dryRunRefused(object: KubeObject, error: unknown): ObjectRefusedError {
  if (error instanceof ObjectRefusedError) return error;
  const subject = subjectOf(object);
  const refuse = (text: string, apiReason?: string): ObjectRefusedError =>
    new ObjectRefusedError(`${subject} ${text}`, subject, apiReason, { cause: error });
  if (error instanceof ObjectAddressError) {
    return refuse("namespace not specified: the server could not find the requested resource");
  }
  const detail = safeDetail(object, error);
  if (!(error instanceof KubeApiError)) return refuse(`dry-run failed: ${detail}`);
  if (error.reason === "NotFound") {
    const { namespace = "" } = object.metadata;
    return refuse(`${namespace === "" ? "namespace not specified" : "not found"}: ${detail}`, "NotFound");
  }
  const isConflict = error.causes.some((cause) => cause.reason === "FieldManagerConflict");
  const reason = isConflict ? "FieldManagerConflict" : error.reason;
  const suffix = reason === "" || reason === "Unknown" ? "" : ` (${reason})`;
  return refuse(`dry-run failed${suffix}: ${detail}`, reason);
}

/** The text for an apply that was refused after its dry run had passed. */
export function applyRefused(object: KubeObject, error: unknown): ObjectRefusedError {
  if (error instanceof ObjectRefusedError) return error;
  const subject = subjectOf(object);
  const reason = error instanceof KubeApiError ? error.reason : undefined;
  const message = `${subject} apply failed: ${safeDetail(object, error)}`;
  return new ObjectRefusedError(message, subject, reason, { cause: error });
}

/** The server may quote values of a Secret in its message; they are not repeated. */
function safeDetail(object: KubeObject, error: unknown): string {
  const text = describeError(error);
  if (object.kind !== "Secret" || object.apiVersion !== "v1") return text;
  const isQuoted =
    error instanceof KubeApiError &&
    (error.reason === "Invalid" || error.reason === "BadRequest" || error.code >= 500);
  return isQuoted ? `data values must be of type string` : text;
}

/** Whether the server refused a change of a field that cannot change. */
export function isImmutableRefusal(error: unknown): boolean {
  if (!(error instanceof KubeApiError)) return false;
  if (error.reason !== "Invalid" && error.reason !== "Conflict") return false;
  return /field is immutable|cannot change roleRef|field is immutable after creation|is immutable/.test(
    error.message,
  );
}
