import {
  anySignal,
  type Clock,
  goDurationMs,
  type JsonObject,
  JsonDepthError,
  JsonSyntaxError,
  type JsonValue,
  type Logger,
  parseJson,
  silentLogger,
  systemClock,
  timeoutSignal,
  writeJson,
} from "@weir/core";
import { Registry } from "../manager/prom-client-parts.ts";
import type { Webhooks } from "./create-webhooks.ts";
import { handleAdmission } from "./handle-admission.ts";
import { handleConversion } from "./handle-conversion.ts";
import { erred, reviewResponse } from "./verdict.ts";
import { WebhookTimeoutError } from "./webhook-error.ts";
import { type WebhookMetrics, webhookMetrics } from "./webhook-metrics.ts";

/** A request to a webhook. */
export interface WebhookCall {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly contentType: string;
  /** The body, or that it is longer than the limit. */
  readBody(limitBytes: number): Promise<Uint8Array | "too-large">;
  readonly signal?: AbortSignal;
}

/** What a webhook answers. */
export interface WebhookAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** What a handler works with. */
export interface WebhookHandlerOptions {
  readonly clock?: Clock;
  readonly log?: Logger;
  readonly metrics?: Registry;
}

/** Two objects of at most 3 MB each, and 1 MB for the rest: controller-runtime's limit. */
export const REVIEW_LIMIT_BYTES = 7 * 1024 * 1024;
/** The path of all conversions. */
export const CONVERT_PATH = "/convert";
/** The longest time that an API server waits. */
const LONGEST_MS = 30_000;

/** Webhooks as a function of requests, which never rejects: what a listener serves, and what a test calls. */
export type WebhookHandler = (call: WebhookCall) => Promise<WebhookAnswer>;

/** Makes the handler of some webhooks. */
export function webhookHandler(webhooks: Webhooks, options: WebhookHandlerOptions = {}): WebhookHandler {
  const { clock = systemClock, log = silentLogger } = options;
  const metrics = webhookMetrics(options.metrics ?? new Registry());
  const routes = routesOf(webhooks, { clock, log, metrics });
  for (const path of routes.keys()) {
    // The codes that dashboards look for are there from the start.
    for (const code of ["200", "500"]) metrics.requests.inc({ webhook: path, code }, 0);
    metrics.inFlight.set({ webhook: path }, 0);
  }
  return async (call) => {
    const route = routes.get(call.path);
    if (route === undefined) return plain(404, "404 page not found\n");
    const started = clock.monotonic();
    metrics.inFlight.inc({ webhook: call.path });
    const answer = await answered(route, call);
    metrics.inFlight.dec({ webhook: call.path });
    metrics.latency.observe({ webhook: call.path }, (clock.monotonic() - started) / 1000);
    metrics.requests.inc({ webhook: call.path, code: String(answer.status) });
    return answer;
  };
}

type Route = (call: WebhookCall) => Promise<WebhookAnswer>;

async function answered(route: Route, call: WebhookCall): Promise<WebhookAnswer> {
  try {
    return await route(call);
  } catch {
    return plain(500, "internal error\n");
  }
}

interface RouteDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: WebhookMetrics;
}

function routesOf(webhooks: Webhooks, deps: RouteDeps): ReadonlyMap<string, Route> {
  const { log, metrics } = deps;
  const routes = new Map<string, Route>();
  for (const hook of webhooks.hooks) {
    routes.set(hook.path, async (call) => {
      const read = await readReview(call);
      if (read.kind === "refused")
        return json(reviewResponse("admission.k8s.io/v1", "", erred(read.code, read.problem)));
      using deadline = deadlineOf(call, deps.clock);
      using held = anySignal(call.signal, deadline.signal);
      const { signal } = held;
      return json(
        await handleAdmission(hook, read.body, { log, signal, panicked: () => metrics.panics.inc() }),
      );
    });
  }
  if (webhooks.conversions.length > 0) {
    routes.set(CONVERT_PATH, async (call) => {
      const read = await readReview(call);
      if (read.kind === "refused") return plain(read.code, `${read.problem}\n`);
      const panicked = (): void => metrics.conversionPanics.inc();
      const review = handleConversion(webhooks.conversions, read.body, { log, panicked });
      return review === undefined ? plain(400, "the body is no ConversionReview\n") : json(review);
    });
  }
  return routes;
}

type ReviewBody =
  | { readonly kind: "read"; readonly body: JsonValue }
  | { readonly kind: "refused"; readonly code: number; readonly problem: string };

async function readReview(call: WebhookCall): Promise<ReviewBody> {
  const refused = (code: number, problem: string): ReviewBody => ({ kind: "refused", code, problem });
  if (call.method !== "POST") return refused(405, `method ${call.method} is not allowed`);
  if (call.contentType.split(";")[0]?.trim() !== "application/json")
    return refused(400, `contentType=${call.contentType}, expected application/json`);
  const bytes = await call.readBody(REVIEW_LIMIT_BYTES);
  if (bytes === "too-large")
    return refused(413, `request entity is too large; limit is ${REVIEW_LIMIT_BYTES} bytes`);
  if (bytes.length === 0) return refused(400, "request body is empty");
  try {
    return { kind: "read", body: parseJson(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) };
  } catch (error) {
    if (error instanceof JsonSyntaxError || error instanceof JsonDepthError)
      return refused(400, error.message);
    return refused(400, "the body is not UTF-8");
  }
}

/** The API server says how long it waits: `?timeout=10s`. */
function deadlineOf(call: WebhookCall, clock: Clock): ReturnType<typeof timeoutSignal> {
  const timeoutMs = readTimeout(call.query.get("timeout"));
  return timeoutSignal(clock, timeoutMs, () => new WebhookTimeoutError(timeoutMs));
}

function readTimeout(text: string | null): number {
  if (text === null) return LONGEST_MS;
  try {
    const ms = goDurationMs(text);
    return ms > 0 ? Math.min(ms, LONGEST_MS) : LONGEST_MS;
  } catch {
    return LONGEST_MS;
  }
}

function json(body: JsonObject): WebhookAnswer {
  return { status: 200, contentType: "application/json", body: `${writeJson(body)}\n` };
}

function plain(status: number, body: string): WebhookAnswer {
  return { status, contentType: "text/plain; charset=utf-8", body };
}
