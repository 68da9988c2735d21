import { encodeProtobuf } from "@weir/builtin";
import {
  describeError,
  type JsonObject,
  type JsonValue,
  type Logger,
  parseJson,
  writeJson,
} from "@weir/core";
import { failure, internalError, type Status, StatusError, unknownError } from "@weir/objects";
import { quoteGo } from "@weir/text";
import { emitYaml } from "@weir/yaml";
import type { ApiResponse } from "./api-request.ts";
import { type Negotiated, statusFormat } from "./negotiate.ts";

const JSON_HEADERS: ApiResponse["headers"] = [
  ["Cache-Control", "no-cache, private"],
  ["Content-Type", "application/json"],
];

/** What goes along with a body. */
export interface ResponseExtras {
  readonly status?: number;
  readonly warnings?: readonly string[];
  readonly headers?: readonly (readonly [name: string, value: string])[];
  /** Of an error: the client's Accept header, which may ask for YAML. */
  readonly accept?: string | undefined;
}

/** Answers with a value in the form the client asked for. */
export function respond(value: unknown, how: Negotiated, extras: ResponseExtras = {}): ApiResponse {
  const text = writeJson(value as JsonValue);
  return respondText(how.isBeta === true ? asBeta(text) : text, how, extras);
}

/** The views of `meta.k8s.io/v1beta1` are those of v1 under another name. */
export function asBeta(text: string): string {
  return text.replaceAll('"apiVersion":"meta.k8s.io/v1"', '"apiVersion":"meta.k8s.io/v1beta1"');
}

/** Answers with JSON that is text already: the usual way of objects, which are stored as text. */
export function respondText(text: string, how: Negotiated, extras: ResponseExtras = {}): ApiResponse {
  let headers = JSON_HEADERS;
  let body = text;
  let bytes: Uint8Array | undefined;
  if (how.format === "protobuf") {
    headers = [
      ["Cache-Control", "no-cache, private"],
      ["Content-Type", how.contentType],
    ];
    body = "";
    bytes = encodeProtobuf(parseJson(text) as JsonObject);
  } else if (how.format === "yaml") {
    headers = [
      ["Cache-Control", "no-cache, private"],
      ["Content-Type", how.contentType],
    ];
    body = emitYaml(parseJson(text));
  } else if (how.isPretty) {
    body = JSON.stringify(JSON.parse(text), null, 2);
  }
  const warnings = warningHeaders(extras.warnings ?? []);
  if (warnings.length > 0 || extras.headers !== undefined)
    headers = [...headers, ...warnings, ...(extras.headers ?? [])];
  return { status: extras.status ?? 200, headers, body, ...(bytes === undefined ? {} : { bytes }) };
}

/** The most characters that warnings have together before each is cut. */
const WARNINGS_LIMIT = 4096;
const CUT_WARNING = 256;

/**
 * RFC 7234 `Warning` headers as Kubernetes sends them: code 299, no agent, the text quoted, each once. Those that are
 * longer together than 4,096 characters are cut to 256 each, and no more are sent once that limit is reached.
 */
export function warningHeaders(warnings: readonly string[]): readonly (readonly [string, string])[] {
  if (warnings.length === 0) return [];
  // No header can hold a line break, say: upstream sends no such warning.
  const texts = [...new Set(warnings)].filter((text) => text !== "" && !/\p{Cc}/u.test(text));
  return limited(texts).map((text) => [
    "Warning",
    `299 - "${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`,
  ]);
}

function limited(texts: readonly string[]): readonly string[] {
  if (texts.reduce((sum, text) => sum + text.length, 0) <= WARNINGS_LIMIT) return texts;
  const whole = texts.map((text) => [...text]);
  let written = 0;
  const tooMany = whole.findIndex((runes) => {
    written += runes.length;
    return written > WARNINGS_LIMIT;
  });
  if (tooMany < 0) return texts;
  const kept: string[] = [];
  written = 0;
  for (const [index, runes] of whole.entries()) {
    if (index > tooMany && written >= WARNINGS_LIMIT) break;
    const cut = runes.slice(0, CUT_WARNING);
    written += cut.length;
    kept.push(cut.join(""));
  }
  return kept;
}

/** Answers with plain text, as the health endpoints and unknown paths do. */
export function respondPlain(status: number, text: string, extra: ApiResponse["headers"] = []): ApiResponse {
  return {
    status,
    headers: [
      ["Cache-Control", "no-cache, private"],
      ["Content-Type", "text/plain; charset=utf-8"],
      ["X-Content-Type-Options", "nosniff"],
      ...extra,
    ],
    body: text,
  };
}

/** Answers with a Status; a Status that asks for a retry carries the header, too. */
export function respondStatus(status: Status, extras: ResponseExtras = {}): ApiResponse {
  const seconds = status.details?.retryAfterSeconds;
  const retry = seconds === undefined ? [] : [["Retry-After", String(seconds)] as const];
  const how = statusFormat(extras.accept);
  const headers = [...retry, ...(extras.headers ?? [])];
  return respond(status, how, { status: status.code, warnings: extras.warnings ?? [], headers });
}

/** Answers with an error: a Status as it is, anything else as a 500 that is also logged. */
export function respondError(error: unknown, logger: Logger, extras: ResponseExtras = {}): ApiResponse {
  if (error instanceof StatusError) return respondStatus(error.status, extras);
  logger.error("request failed", { error: describeError(error) });
  return respondStatus(internalError(describeError(error)).status, extras);
}

/** 404 of a path under a known API: the resource is not there. */
export function noSuchResourceError(): StatusError {
  const message = "the server could not find the requested resource";
  return failure({ reason: "NotFound", code: 404, message, details: {} });
}

/** 405 of a method that a path does not have. */
export function methodNotAllowedError(): StatusError {
  const message = "the server does not allow this method on the requested resource";
  return failure({ reason: "MethodNotAllowed", code: 405, message, details: {} });
}

/** The 500 that Go's handlers give for an error that has no Status. */
export function plainError(message: string): StatusError {
  return unknownError(message);
}

/** The answer of a path that nothing serves. */
export function notFoundPage(): ApiResponse {
  return respondPlain(404, "404 page not found\n");
}

/** The answer to a path of which it cannot be told what it is about, before it is even asked who asks. */
export function cutPathPage(target: string): ApiResponse {
  const why = `failed to create RequestInfo: unable to determine kind and namespace from url, ${target}`;
  const text = `Internal Server Error: ${quoteGo(target)}: ${why}\n`;
  return respondPlain(500, text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;"));
}

/** The answer of Go's listener to a path whose percent-encoding is wrong. */
export function badRequestPage(): ApiResponse {
  return {
    status: 400,
    headers: [
      ["Connection", "close"],
      ["Content-Type", "text/plain; charset=utf-8"],
    ],
    body: "400 Bad Request",
  };
}
