import { type JsonObject, type JsonValue, parseJson, WeirError } from "@weir/core";
import { headerOf, type TransportResponse } from "./transport/transport.ts";

/** One cause of a Status: which field, and what is wrong with it. */
export interface StatusCause {
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

/** What the API server answered instead of an object: its Status, with the server's own message and reason. */
export class KubeApiError extends WeirError {
  override readonly name = "KubeApiError";
  /** `NotFound`, `Conflict`, `Invalid` … as in the Status. */
  readonly reason: string;
  readonly retry = "backoff";
  /** The HTTP status. */
  readonly code: number;
  readonly status: JsonObject;
  readonly causes: readonly StatusCause[];
  /** How long the server asks to wait, if it does. */
  readonly retryAfterMs: number | undefined;

  constructor(status: JsonObject, code: number, options: { readonly retryAfterMs?: number } = {}) {
    super(textOf(status["message"]) || `the server answered ${code}`);
    this.code = code;
    this.status = status;
    this.reason = textOf(status["reason"]) || reasonOfCode(code);
    this.causes = causesOf(status);
    this.retryAfterMs = options.retryAfterMs ?? retryAfterOfStatus(status);
  }
}

/** The request did not reach the API server, or its answer broke off. */
export class ApiUnreachableError extends WeirError {
  override readonly name = "ApiUnreachableError";
  readonly reason = "ApiUnreachable";
  readonly retry = "backoff";
  readonly method: string;
  readonly path: string;

  constructor(method: string, path: string, options: { readonly cause: unknown }) {
    super(`request ${method} ${path} did not reach the kubernetes api`, options);
    this.method = method;
    this.path = path;
  }
}

/** The connection was closed by whoever opened it, before the request or under it. */
export class ConnectionClosedError extends WeirError {
  override readonly name = "ConnectionClosedError";
  readonly reason = "ConnectionClosed";
  readonly retry = "backoff";

  constructor() {
    super("the connection to the kubernetes api is closed");
  }
}

/** The server was silent for too long: while it was connected to, or before or in its answer. */
export class AnswerTimeoutError extends WeirError {
  override readonly name = "AnswerTimeoutError";
  readonly reason = "AnswerTimeout";
  readonly retry = "backoff";
  readonly code = "ETIMEDOUT";

  constructor(what: string, timeoutMs: number) {
    super(`${what} within ${timeoutMs / 1000} s`);
  }
}

/** The answer is not what the Kubernetes API promises. */
export class ApiProtocolError extends WeirError {
  override readonly name = "ApiProtocolError";
  readonly reason = "ApiProtocolError";
  readonly retry = "backoff";
}

/** A watch ended in the middle of an event. */
export class WatchTruncatedError extends WeirError {
  override readonly name = "WatchTruncatedError";
  readonly reason = "WatchTruncated";
  readonly retry = "backoff";

  constructor(bytes: number) {
    super(`the watch ended in the middle of an event, after ${bytes} bytes of it`);
  }
}

/** The server serves no such kind; worded as Kubernetes words it. */
export class KindNotServedError extends WeirError {
  override readonly name = "KindNotServedError";
  readonly reason = "KindNotServed";
  readonly retry = "backoff";
  readonly apiVersion: string;
  readonly kind: string;

  constructor(apiVersion: string, kind: string) {
    super(`no matches for kind "${kind}" in version "${apiVersion}"`);
    this.apiVersion = apiVersion;
    this.kind = kind;
  }
}

/** The caller named an object in a way that no request can be made of. */
export class ObjectAddressError extends WeirError {
  override readonly name = "ObjectAddressError";
  readonly reason = "InvalidObjectAddress";
  readonly retry = "never";
}

/** Tells whether an error is the API server's refusal, for one of the given reasons if any are given. */
export function isApiError(error: unknown, ...reasons: readonly string[]): error is KubeApiError {
  return error instanceof KubeApiError && (reasons.length === 0 || reasons.includes(error.reason));
}

/** Makes the error of an answer that is not a success; bodies that are no Status are quoted, shortened. */
export function errorOfResponse(response: TransportResponse, body: string): KubeApiError {
  const retryAfterMs = retryAfterOfHeader(headerOf(response, "retry-after"));
  const options = retryAfterMs === undefined ? {} : { retryAfterMs };
  const parsed = tryParse(body);
  if (parsed !== undefined && parsed["kind"] === "Status")
    return new KubeApiError(parsed, response.status, options);
  const message = body.trim().slice(0, MAX_QUOTED);
  const status = { kind: "Status", apiVersion: "v1", status: "Failure", code: response.status };
  return new KubeApiError(message === "" ? status : { ...status, message }, response.status, options);
}

const MAX_QUOTED = 1024;

function tryParse(body: string): JsonObject | undefined {
  try {
    const value = parseJson(body);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Retry-After in seconds, as the API server writes it; dates are not used there. */
function retryAfterOfHeader(header: string | undefined): number | undefined {
  if (header === undefined || !/^\d{1,9}$/.test(header.trim())) return undefined;
  return Number(header) * 1000;
}

function retryAfterOfStatus(status: JsonObject): number | undefined {
  const details = status["details"];
  const seconds = isObject(details) ? details["retryAfterSeconds"] : undefined;
  return typeof seconds === "number" && seconds > 0 ? seconds * 1000 : undefined;
}

function causesOf(status: JsonObject): readonly StatusCause[] {
  const details = status["details"];
  const causes = isObject(details) ? details["causes"] : undefined;
  if (!Array.isArray(causes)) return [];
  return causes.filter(isObject).map((cause) => ({
    reason: textOf(cause["reason"]),
    message: textOf(cause["message"]),
    field: textOf(cause["field"]),
  }));
}

const REASON_OF_CODE: ReadonlyMap<number, string> = new Map([
  [400, "BadRequest"],
  [401, "Unauthorized"],
  [403, "Forbidden"],
  [404, "NotFound"],
  [405, "MethodNotAllowed"],
  [406, "NotAcceptable"],
  [409, "Conflict"],
  [410, "Gone"],
  [413, "RequestEntityTooLarge"],
  [415, "UnsupportedMediaType"],
  [422, "Invalid"],
  [429, "TooManyRequests"],
  [500, "InternalError"],
  [503, "ServiceUnavailable"],
  [504, "Timeout"],
]);

function reasonOfCode(code: number): string {
  return REASON_OF_CODE.get(code) ?? "Unknown";
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === "string" ? value : "";
}

/** Tells whether a JSON value is an object. */
export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
