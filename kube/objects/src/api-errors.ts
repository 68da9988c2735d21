import { type FieldError, joinFieldErrors } from "@weir/schema";
import { quoteGo } from "@weir/text";
import {
  failure,
  type StatusCause,
  type StatusError,
  type StatusReason,
  statusCodes,
} from "./status-error.ts";

/** A resource by group and plural name, as API errors name it. */
export interface GroupResource {
  readonly group: string;
  readonly resource: string;
}

/** A kind by group, as API errors about an object's content name it. */
export interface GroupKind {
  readonly group: string;
  readonly kind: string;
}

/** `deployments.apps`; the core group adds nothing. */
export function formatGroupResource({ group, resource }: GroupResource): string {
  return group === "" ? resource : `${resource}.${group}`;
}

/** `Deployment.apps`; the core group adds nothing. */
export function formatGroupKind({ group, kind }: GroupKind): string {
  return group === "" ? kind : `${kind}.${group}`;
}

/** 404: `configmaps "a" not found`. */
export function notFoundError(resource: GroupResource, name: string): StatusError {
  return ofResource("NotFound", resource, name, `${subject(resource, name)} not found`);
}

/** 409: `configmaps "a" already exists`. */
export function alreadyExistsError(resource: GroupResource, name: string): StatusError {
  return ofResource("AlreadyExists", resource, name, `${subject(resource, name)} already exists`);
}

/** 409 of a generated name that was taken, every time it was tried. */
export function generateNameConflictError(
  resource: GroupResource,
  name: string,
  retryAfterSeconds: number,
): StatusError {
  const message = `${subject(resource, name)} already exists, the server was not able to generate a unique name for the object`;
  const details = { name, group: resource.group, kind: resource.resource, retryAfterSeconds };
  return failure({ reason: "AlreadyExists", code: statusCodes.AlreadyExists, message, details });
}

/** 401, with `Unauthorized` as the usual message. */
export function unauthorizedError(message = "not authorized"): StatusError {
  return plain("Unauthorized", message);
}

/** 403: `configmaps "a" is forbidden: <because>`; without a name or a resource those words are left out. */
export function forbiddenError(
  resource: GroupResource,
  name: string,
  because: string,
  causes: readonly StatusCause[] = [],
): StatusError {
  const details = { name, group: resource.group, kind: resource.resource, causes };
  const message = forbiddenMessage(resource, name, because);
  return failure({ reason: "Forbidden", code: statusCodes.Forbidden, message, details });
}

function forbiddenMessage(resource: GroupResource, name: string, because: string): string {
  if (resource.group === "" && resource.resource === "") return `forbidden: ${because}`;
  if (name === "") return `${formatGroupResource(resource)} is forbidden: ${because}`;
  return `${subject(resource, name)} is forbidden: ${because}`;
}

/** The cause of every 409 that a stale resourceVersion brings. */
export const optimisticLockMessage =
  "the object has been modified; please apply your changes to the latest version and try again";

/** 409: `Operation cannot be fulfilled on configmaps "a": <because>`. */
export function conflictError(
  resource: GroupResource,
  name: string,
  because: string = optimisticLockMessage,
): StatusError {
  const message = `Operation cannot be fulfilled on ${subject(resource, name)}: ${because}`;
  return ofResource("Conflict", resource, name, message);
}

/** 409 of a server-side apply that other managers' fields stand against. */
export function applyConflictError(causes: readonly StatusCause[], message: string): StatusError {
  return failure({ reason: "Conflict", code: statusCodes.Conflict, message, details: { causes } });
}

/** 410 without a hint that a fresh list helps; `expiredError` is the one to use. */
export function goneError(message: string): StatusError {
  return plain("Gone", message);
}

/** 410: a resourceVersion or a continue token that is too old. */
export function expiredError(message: string): StatusError {
  return plain("Expired", message);
}

/** 422: `ConfigMap "a" is invalid: <errors>`, with one cause for each error. */
export function invalidError(kind: GroupKind, name: string, errors: readonly FieldError[]): StatusError {
  const because = errors.length === 0 ? "" : `: ${joinFieldErrors(errors)}`;
  const message = `${formatGroupKind(kind)} ${quoteGo(name)} is invalid${because}`;
  const causes = errors.map(({ reason, message: cause, field }) => ({ reason, message: cause, field }));
  const details = { name, group: kind.group, kind: kind.kind, causes };
  return failure({ reason: "Invalid", code: statusCodes.Invalid, message, details });
}

/** 400. */
export function badRequestError(message: string): StatusError {
  return plain("BadRequest", message);
}

/** 429 with the time after which to try again; an eviction that a disruption budget forbids is one. */
export function tooManyRequestsError(
  message: string,
  retryAfterSeconds: number,
  causes: readonly StatusCause[] = [],
): StatusError {
  const details = { causes, retryAfterSeconds };
  return failure({ reason: "TooManyRequests", code: statusCodes.TooManyRequests, message, details });
}

/** 503. */
export function serviceUnavailableError(message: string): StatusError {
  return plain("ServiceUnavailable", message);
}

/** 405: `create is not supported on resources of kind "pods"`. */
export function methodNotSupportedError(resource: GroupResource, action: string): StatusError {
  const message = `${action} is not supported on resources of kind ${quoteGo(formatGroupResource(resource))}`;
  const details = { group: resource.group, kind: resource.resource };
  return failure({ reason: "MethodNotAllowed", code: statusCodes.MethodNotAllowed, message, details });
}

/** 500 that the client should repeat: the operation did not come to its end now. */
export function serverTimeoutError(
  resource: GroupResource,
  operation: string,
  retryAfterSeconds: number,
): StatusError {
  const message = `The ${operation} operation against ${formatGroupResource(resource)} could not be completed at this time, please try again.`;
  const details = { name: operation, group: resource.group, kind: resource.resource, retryAfterSeconds };
  return failure({ reason: "ServerTimeout", code: statusCodes.ServerTimeout, message, details });
}

/** 500: `Internal error occurred: <cause>`. */
export function internalError(cause: string): StatusError {
  const message = `Internal error occurred: ${cause}`;
  const details = { causes: [{ message: cause }] };
  return failure({ reason: "InternalError", code: statusCodes.InternalError, message, details });
}

/** 500 without a reason: what the API server makes of an error that is not a Status itself. */
export function unknownError(message: string): StatusError {
  return failure({ code: 500, message });
}

/** 504: `Timeout: <message>`. */
export function timeoutError(
  message: string,
  retryAfterSeconds: number,
  causes: readonly StatusCause[] = [],
): StatusError {
  const details = { causes, retryAfterSeconds };
  return failure({ reason: "Timeout", code: statusCodes.Timeout, message: `Timeout: ${message}`, details });
}

/** 504 of a resourceVersion that the server has not seen yet. */
export function tooLargeResourceVersionError(
  requested: bigint | number,
  current: bigint | number,
  retryAfterSeconds: number,
): StatusError {
  const causes = [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }];
  return timeoutError(
    `Too large resource version: ${requested}, current: ${current}`,
    retryAfterSeconds,
    causes,
  );
}

/** 413: `Request entity too large: <message>`. */
export function requestEntityTooLargeError(message: string): StatusError {
  return plain("RequestEntityTooLarge", `Request entity too large: ${message}`);
}

/** 406: none of the media types that the client accepts can be sent. */
export function notAcceptableError(supported: readonly string[]): StatusError {
  return plain("NotAcceptable", `only the following media types are accepted: ${supported.join(", ")}`);
}

/** 415: the body has a media type that the server cannot read. */
export function unsupportedMediaTypeError(supported: readonly string[]): StatusError {
  return plain(
    "UnsupportedMediaType",
    `the body of the request was in an unknown format - accepted media types include: ${supported.join(", ")}`,
  );
}

const genericAnswers: ReadonlyMap<number, { readonly reason: StatusReason; readonly message?: string }> =
  new Map([
    [400, { reason: "BadRequest", message: "the server rejected our request for an unknown reason" }],
    [401, { reason: "Unauthorized", message: "the server has asked for the client to provide credentials" }],
    [403, { reason: "Forbidden" }],
    [404, { reason: "NotFound", message: "the server could not find the requested resource" }],
    [
      405,
      {
        reason: "MethodNotAllowed",
        message: "the server does not allow this method on the requested resource",
      },
    ],
    [406, { reason: "NotAcceptable" }],
    [409, { reason: "Conflict", message: "the server reported a conflict" }],
    [415, { reason: "UnsupportedMediaType" }],
    [422, { reason: "Invalid", message: "the server rejected our request due to an error in our request" }],
    [
      429,
      {
        reason: "TooManyRequests",
        message: "the server has received too many requests and has asked us to try again later",
      },
    ],
    [503, { reason: "ServiceUnavailable", message: "the server is currently unable to handle the request" }],
    [
      504,
      {
        reason: "Timeout",
        message:
          "the server was unable to return a response in the time allotted, but may still be processing the request",
      },
    ],
  ]);

/** What is known of a response that carried no Status of its own. */
export interface GenericResponse {
  readonly code: number;
  /** HTTP method; part of the message when a resource is given. */
  readonly verb?: string;
  readonly resource?: GroupResource;
  readonly name?: string;
  readonly serverMessage?: string;
  readonly retryAfterSeconds?: number;
  /** Adds the server's text as an `UnexpectedServerResponse` cause. */
  readonly isUnexpectedResponse?: boolean;
}

/** The error of a response of which only the code is known, worded as client-go words it. */
export function genericServerError(response: GenericResponse): StatusError {
  const { code, verb = "", name = "", serverMessage = "", retryAfterSeconds = 0 } = response;
  const { reason, message } = genericAnswer(code, verb, serverMessage);
  const { group, resource } = response.resource ?? { group: "", resource: "" };
  const causes = response.isUnexpectedResponse
    ? [{ reason: "UnexpectedServerResponse", message: serverMessage }]
    : [];
  return failure({
    code,
    message: message + whereabouts(verb, { group, resource }, name),
    details: { name, group, kind: resource, causes, retryAfterSeconds },
    ...(reason === undefined ? {} : { reason }),
  });
}

function genericAnswer(
  code: number,
  verb: string,
  serverMessage: string,
): { readonly reason?: StatusReason; readonly message: string } {
  const known = genericAnswers.get(code);
  if (code === 409 && verb === "POST")
    return { reason: "AlreadyExists", message: "the server reported a conflict" };
  if (code === 406 && (serverMessage === "" || serverMessage === "unknown")) {
    const message = "the server was unable to respond with a content type that the client supports";
    return { reason: "NotAcceptable", message };
  }
  if (known !== undefined) return { reason: known.reason, message: known.message ?? serverMessage };
  if (code >= 500) {
    const message = `an error on the server (${quoteGo(serverMessage)}) has prevented the request from succeeding`;
    return { reason: "InternalError", message };
  }
  return {
    message: `the server responded with the status code ${code} but did not return more information`,
  };
}

function whereabouts(verb: string, resource: GroupResource, name: string): string {
  if (resource.group === "" && resource.resource === "") return "";
  const where = `${verb.toLowerCase()} ${formatGroupResource(resource)}`;
  return name === "" ? ` (${where})` : ` (${where} ${name})`;
}

function subject(resource: GroupResource, name: string): string {
  return `${formatGroupResource(resource)} ${quoteGo(name)}`;
}

function plain(reason: StatusReason, message: string): StatusError {
  return failure({ reason, code: statusCodes[reason], message });
}

function ofResource(
  reason: StatusReason,
  resource: GroupResource,
  name: string,
  message: string,
): StatusError {
  const details = { name, group: resource.group, kind: resource.resource };
  return failure({ reason, code: statusCodes[reason], message, details });
}
