import type { Clock } from "@weir/core";
import type { ApiResponse, BodyPiece } from "../http/api-request.ts";
import { compressed } from "../http/compress.ts";
import { respondPlain } from "../http/respond.ts";
import type { ResourceRequestInfo } from "../http/request-info.ts";
import type { Call } from "../resources/call.ts";
import { type ByteBudget, createByteBudget } from "./byte-budget.ts";
import { HeldBody } from "./held-body.ts";
import { OverloadedError } from "./overloaded-error.ts";

/** How much an API server does at a time. */
export interface FlowOptions {
  /** How many requests that only read may be under way; 400 by default, as kube-apiserver's. 0 for any number. */
  readonly maxRequestsInFlight?: number;
  /** How many other requests may be under way; 200 by default, as kube-apiserver's. 0 for any number. */
  readonly maxMutatingRequestsInFlight?: number;
  /** How long an answer may take to be sent, but for watches; 60,000 by default, as kube-apiserver's. */
  readonly requestTimeoutMs?: number;
  /** How many bytes may be in flight; a budget of its own by default. */
  readonly budget?: ByteBudget;
}

/** Requests of a kind that are under way. */
interface Lane {
  readonly limit: number;
  inFlight: number;
}

const PROBES = /^\/(?:healthz|livez|readyz)(?:\/|$)/;
const REQUEST_TIMEOUT_MS = 60_000;

const longRunningSubresources = new Set(["attach", "exec", "log", "portforward", "proxy"]);

/**
 * Bounds what is under way, as kube-apiserver's max-in-flight filter: watches and other long-running requests are not
 * counted, and whoever may do everything always gets an answer. Unlike there, nobody gets one while as many bytes are
 * in flight as may be, but for callers in the process, whose bodies are in memory anyway.
 */
export class FlowControl {
  readonly budget: ByteBudget;
  readonly #clock: Clock;
  readonly #requestTimeoutMs: number;
  readonly #reading: Lane;
  readonly #mutating: Lane;

  constructor(clock: Clock, options: FlowOptions = {}) {
    this.#clock = clock;
    const { maxRequestsInFlight = 400, maxMutatingRequestsInFlight = 200 } = options;
    this.#requestTimeoutMs = options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS;
    this.budget = options.budget ?? createByteBudget();
    this.#reading = { limit: maxRequestsInFlight, inFlight: 0 };
    this.#mutating = { limit: maxMutatingRequestsInFlight, inFlight: 0 };
  }

  /** Throws an `OverloadedError` where there is no room to answer a path that is no resource's; probes always get an answer. */
  checkRoom(path: string, isTrusted: boolean): void {
    if (!isTrusted && !this.budget.hasRoom && !PROBES.test(path)) throw new OverloadedError();
  }

  /** Has a call answered, or throws an `OverloadedError`. */
  async answer(
    call: Call,
    isTrusted: boolean,
    handler: (call: Call) => Promise<ApiResponse>,
  ): Promise<ApiResponse> {
    if (isTrusted) return handler(call);
    if (!this.budget.hasRoom) throw new OverloadedError();
    if (isLongRunning(call.info)) return handler(call);
    const lane = isReading(call.info) ? this.#reading : this.#mutating;
    if (lane.limit > 0 && lane.inFlight >= lane.limit && !call.user.groups.includes("system:masters"))
      throw new OverloadedError();
    lane.inFlight++;
    let isSending = false;
    try {
      const answer = compressed(call.request, await handler(call));
      if (typeof answer.body === "string") return answer;
      isSending = true;
      return { ...answer, body: this.#counted(answer.body, lane) };
    } finally {
      if (!isSending) lane.inFlight--;
    }
  }

  /** A body that is under way until it was read, and that breaks off when its time is up. */
  #counted(body: AsyncIterable<BodyPiece>, lane: Lane): AsyncIterable<BodyPiece> {
    const endsAtMs = this.#clock.monotonic() + this.#requestTimeoutMs;
    return new HeldBody(body, {
      letGo: () => lane.inFlight--,
      isLate: () => this.#clock.monotonic() > endsAtMs,
    });
  }
}

function isLongRunning({ verb, subresource }: ResourceRequestInfo): boolean {
  return verb === "watch" || (subresource !== "" && longRunningSubresources.has(subresource));
}

function isReading({ verb }: ResourceRequestInfo): boolean {
  return verb === "get" || verb === "list";
}

/** How long a client that is refused waits at least. */
const RETRY_AFTER: ApiResponse["headers"] = [["Retry-After", "1"]];

/** 429, in the plain text that kube-apiserver sends. */
export function tooManyRequests(): ApiResponse {
  return respondPlain(429, "Too many requests, please try again later.\n", RETRY_AFTER);
}
