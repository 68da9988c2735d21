import { type JsonObject, type JsonValue, JsonSyntaxError, parseJson } from "@weir/core";
import { genericServerError } from "@weir/objects";
import { child, number, text } from "../resources/draft-access.ts";

/** Where a webhook is, as its configuration says. */
export interface WebhookTarget {
  /** The URL to send to: that of the configuration, or `https://NAME.NAMESPACE.svc:PORT/PATH` of a Service. */
  readonly url: string;
  readonly service?: { readonly namespace: string; readonly name: string; readonly port: number };
  /** PEM of what is trusted besides the system's authorities. */
  readonly certificateAuthority: string | undefined;
}

/** One question to a webhook. */
export interface WebhookQuestion {
  readonly target: WebhookTarget;
  /** A review as JSON. */
  readonly body: string;
  /** Aborts when the answer is no longer waited for. */
  readonly signal: AbortSignal;
}

/** What a webhook answered. */
export interface WebhookReply {
  readonly status: number;
  readonly body: string;
}

/**
 * Sends a review by POST. Rejects where nobody answers, with a message as Go's HTTP client words it
 * (`dial tcp 127.0.0.1:1: connect: connection refused`).
 *
 * `undefined` says that the Service is one that nobody here serves, such as a simulated one: the webhook is then left
 * out, whatever its failure policy.
 */
export type CallWebhook = (question: WebhookQuestion) => Promise<WebhookReply | undefined>;

/** Reads a clientConfig; adds how long the answer is waited for, so that the webhook knows. */
export function readTarget(clientConfig: JsonObject | undefined, timeoutSeconds: number): WebhookTarget {
  const bundle = text(clientConfig, "caBundle");
  const certificateAuthority = bundle === "" ? undefined : Buffer.from(bundle, "base64").toString("utf8");
  const query = `?timeout=${timeoutSeconds}s`;
  const found = child(clientConfig, "service");
  if (found === undefined) return { url: `${text(clientConfig, "url")}${query}`, certificateAuthority };
  const service = {
    namespace: text(found, "namespace"),
    name: text(found, "name"),
    port: number(found, "port") ?? 443,
  };
  const path = text(found, "path").replace(/^\/?/, "/");
  const url = `https://${service.name}.${service.namespace}.svc:${service.port}${path}${query}`;
  return { url, service, certificateAuthority };
}

/** What came of a question. */
export type WebhookOutcome =
  | { readonly kind: "answered"; readonly review: JsonObject }
  /** The Service is not one of this cluster. */
  | { readonly kind: "nobody" }
  /** In Go's words. */
  | { readonly kind: "failed"; readonly problem: string };

/** Asks a webhook, and reads the review that it answers. Never rejects. */
export async function askWebhook(call: CallWebhook, question: WebhookQuestion): Promise<WebhookOutcome> {
  const failed = (problem: string): WebhookOutcome => ({ kind: "failed", problem });
  const post = `Post ${JSON.stringify(question.target.url)}`;
  try {
    const reply = await raced(call(question), question.signal);
    if (reply === "late") return failed(`${post}: context deadline exceeded`);
    if (reply === undefined) return { kind: "nobody" };
    return readReply(reply);
  } catch (error) {
    return failed(`${post}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function readReply({ status, body }: WebhookReply): WebhookOutcome {
  if (status < 200 || status > 206) {
    const error = genericServerError({
      code: status,
      verb: "POST",
      serverMessage: body.trim() === "" ? "unknown" : body.trim(),
      isUnexpectedResponse: true,
    });
    return { kind: "failed", problem: error.message };
  }
  const review = readJson(body);
  return typeof review === "string" ? { kind: "failed", problem: review } : { kind: "answered", review };
}

function readJson(body: string): JsonObject | string {
  const prefix = "couldn't get version/kind; json parse error: ";
  try {
    const value: JsonValue = parseJson(body);
    if (value !== null && typeof value === "object" && !Array.isArray(value)) return value as JsonObject;
    const name = Array.isArray(value) ? "array" : value === null ? "null" : typeof value;
    return `${prefix}json: cannot unmarshal ${name} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`;
  } catch (error) {
    if (error instanceof JsonSyntaxError) return `${prefix}${error.message}`;
    throw error;
  }
}

/** A webhook that ignores its signal is not waited for. */
function raced<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value | "late"> {
  if (signal.aborted) return Promise.resolve("late");
  return new Promise((resolve, reject) => {
    const late = (): void => resolve("late");
    signal.addEventListener("abort", late, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", late));
  });
}

/** A group, version and kind as Go prints them: `apps/v1, Kind=Deployment`. */
export function gvkText(apiVersion: string, kind: string): string {
  return `${apiVersion === "" ? "/" : apiVersion.includes("/") ? apiVersion : `/${apiVersion}`}, Kind=${kind}`;
}
