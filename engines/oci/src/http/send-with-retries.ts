import type { Clock } from "@weir/core";
import { ConnectionError, RegistryUnreachableError } from "../oci-error.ts";
import type { HttpAnswer, HttpRequest } from "./http-sender.ts";

/** Answers that another try may better; as Flux's client takes them. */
const TRANSIENT = new Set([408, 429, 500, 502, 503, 504]);
const DELAYS_MS = [100, 300];
const LONGEST_RETRY_AFTER_MS = 2000;

/**
 * Sends a request, up to three times where the connection broke before an answer, or where a request that changes nothing
 * was answered with a status that passes. A `Retry-After` that is longer than two seconds is the caller's to wait for.
 */
export async function sendWithRetries(
  request: HttpRequest,
  clock: Clock,
  send: (request: HttpRequest) => Promise<HttpAnswer>,
): Promise<HttpAnswer> {
  const isSafe = request.method === "GET" || request.method === "HEAD";
  for (const [attempt, delayMs] of DELAYS_MS.entries()) {
    try {
      const answer = await send(request);
      if (!isSafe || !TRANSIENT.has(answer.status)) return answer;
      const waitMs = retryAfterMs(answer) ?? delayMs;
      if (waitMs > LONGEST_RETRY_AFTER_MS) return answer;
      answer.discard();
      await clock.sleep(waitMs, request.signal);
    } catch (error) {
      if (!isBroken(error)) throw error;
      await clock.sleep(delayMs * (attempt + 1), request.signal);
    }
  }
  return send(request);
}

/** A connection that was kept may be closed by the other side just when it is used. */
function isBroken(error: unknown): boolean {
  if (!(error instanceof RegistryUnreachableError) || !(error.cause instanceof ConnectionError)) return false;
  return error.cause.code === "ECONNRESET" || error.cause.code === "EPIPE";
}

function retryAfterMs(answer: HttpAnswer): number | undefined {
  const header = answer.headers.get("retry-after");
  if (header === undefined || !/^\d+$/.test(header)) return undefined;
  return Number(header) * 1000;
}
