import { type JsonValue, type RetryPolicy, WeirError } from "@weir/core";
import { isJsonArray, isJsonObject, ownValue } from "./json-object.ts";

/** One of the reasons in metav1.Status that apimachinery knows. */
export type StatusReason = keyof typeof statusCodes;

/** The one table from a Status' reason to its HTTP code (metav1.StatusReason*). */
export const statusCodes = {
  BadRequest: 400,
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  MethodNotAllowed: 405,
  NotAcceptable: 406,
  AlreadyExists: 409,
  Conflict: 409,
  Expired: 410,
  Gone: 410,
  RequestEntityTooLarge: 413,
  UnsupportedMediaType: 415,
  Invalid: 422,
  TooManyRequests: 429,
  InternalError: 500,
  ServerTimeout: 500,
  StorageReadError: 500,
  ServiceUnavailable: 503,
  Timeout: 504,
} as const;

/** metav1.StatusCause; the type of the cause is `reason` on the wire. */
export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

/** metav1.StatusDetails. */
export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
}

/** metav1.Status of a failure, as the API server writes it: fields in this order, empty ones left out. */
export interface Status {
  readonly kind: "Status";
  readonly apiVersion: "v1";
  readonly metadata: { readonly [field: string]: JsonValue };
  readonly status: "Success" | "Failure";
  readonly message?: string;
  /** A `StatusReason`, or another server's own word; absent from errors that carry none. */
  readonly reason?: string;
  readonly details?: StatusDetails;
  readonly code: number;
}

/**
 * A refusal by a Kubernetes API, thrown by the server and understood by the client: it is the Status object.
 *
 * `reason` is the Status' reason, or `Unknown` where the server gave none.
 */
export class StatusError extends WeirError {
  override readonly name = "StatusError";
  readonly reason: string;
  readonly retry: RetryPolicy;
  readonly status: Status;

  constructor(status: Status, options?: { readonly cause?: unknown }) {
    super(status.message ?? "", options);
    this.status = status;
    this.reason = status.reason === undefined || status.reason === "" ? "Unknown" : status.reason;
    this.retry = retryFor(status.code);
  }

  get code(): number {
    return this.status.code;
  }
}

/** What the client has to wait for: a change of its own request, or only of the server's or the object's state. */
function retryFor(code: number): RetryPolicy {
  const isTransient = code >= 500 || code === 409 || code === 410 || code === 429;
  return isTransient ? "backoff" : "next-interval";
}

/** What a Status is made of; the rest follows from the reason. */
export interface FailureFields {
  readonly reason?: string;
  readonly code: number;
  readonly message: string;
  /** Present and empty where Kubernetes sends `details: {}`. */
  readonly details?: StatusDetails;
}

/** Builds the error of a failure Status, with its fields in wire order and empty ones left out as Go's omitempty does. */
export function failure(fields: FailureFields): StatusError {
  const { reason, code, message, details } = fields;
  return new StatusError({
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    ...(message === "" ? {} : { message }),
    ...(reason === undefined || reason === "" ? {} : { reason }),
    ...(details === undefined ? {} : { details: compactDetails(details) }),
    code,
  });
}

function compactDetails(details: StatusDetails): StatusDetails {
  const { name, group, kind, uid, causes, retryAfterSeconds } = details;
  return {
    ...(name ? { name } : {}),
    ...(group ? { group } : {}),
    ...(kind ? { kind } : {}),
    ...(uid ? { uid } : {}),
    ...(causes !== undefined && causes.length > 0 ? { causes: causes.map(compactCause) } : {}),
    ...(retryAfterSeconds ? { retryAfterSeconds } : {}),
  };
}

function compactCause({ reason, message, field }: StatusCause): StatusCause {
  return {
    ...(reason ? { reason } : {}),
    ...(message ? { message } : {}),
    ...(field ? { field } : {}),
  };
}

/** Whether the error is a refusal for this reason; a generic Conflict is not an AlreadyExists, though both are 409. */
export function isStatusReason(error: unknown, reason: StatusReason): boolean {
  return error instanceof StatusError && error.status.reason === reason;
}

/** The first cause of this type, such as `FieldManagerConflict` or `NamespaceTerminating`. */
export function findStatusCause(error: unknown, type: string): StatusCause | undefined {
  if (!(error instanceof StatusError)) return undefined;
  return error.status.details?.causes?.find((cause) => cause.reason === type);
}

/** Reads a Status from a response body. Gives `undefined` when the body is something else. */
export function readStatus(body: JsonValue): Status | undefined {
  if (!isJsonObject(body) || ownValue(body, "kind") !== "Status") return undefined;
  const apiVersion = ownValue(body, "apiVersion");
  if (apiVersion !== "v1" && apiVersion !== "meta.k8s.io/v1") return undefined;
  const { message, reason, details, code } = body;
  const metadata = body["metadata"];
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: isJsonObject(metadata) ? metadata : {},
    status: body["status"] === "Success" ? "Success" : "Failure",
    ...(typeof message === "string" ? { message } : {}),
    ...(typeof reason === "string" ? { reason } : {}),
    ...(isJsonObject(details) ? { details: readDetails(details) } : {}),
    code: typeof code === "number" ? code : 0,
  };
}

function readDetails(details: { readonly [key: string]: JsonValue }): StatusDetails {
  const { name, group, kind, uid, causes, retryAfterSeconds } = details;
  return {
    ...(typeof name === "string" ? { name } : {}),
    ...(typeof group === "string" ? { group } : {}),
    ...(typeof kind === "string" ? { kind } : {}),
    ...(typeof uid === "string" ? { uid } : {}),
    ...(isJsonArray(causes) ? { causes: causes.filter(isJsonObject).map(readCause) } : {}),
    ...(typeof retryAfterSeconds === "number" ? { retryAfterSeconds } : {}),
  };
}

function readCause({ reason, message, field }: { readonly [key: string]: JsonValue }): StatusCause {
  return {
    ...(typeof reason === "string" ? { reason } : {}),
    ...(typeof message === "string" ? { message } : {}),
    ...(typeof field === "string" ? { field } : {}),
  };
}
