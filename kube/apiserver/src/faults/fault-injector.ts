import type { Clock } from "@weir/core";
import { expiredError, genericServerError, type StatusError } from "@weir/objects";
import type { ApiRequest, ApiResponse, BodyPiece } from "../http/api-request.ts";
import { parseRequestInfo } from "../http/request-info.ts";
import { respondStatus } from "../http/respond.ts";
import { ConnectionDroppedError, type Fault, type FaultedRequest, type FaultPlan } from "./fault.ts";
import { spoilStream } from "./faulty-stream.ts";
import { type Life, newLife, untilEnd } from "./server-life.ts";

/** What answers requests. */
export type Handle = (request: ApiRequest) => Promise<ApiResponse>;

/** What faults do to a server besides its requests; those that are absent do nothing. */
export interface FaultTarget {
  /** The newest revision. */
  revision?(): Promise<number>;
  /** Drops what is kept of the past. */
  compact?(): Promise<void>;
  /** Ends the server and starts it again over the same storage. */
  restart?(): Promise<void>;
}

/** Answers that a stale read may repeat; the oldest make room. */
const REMEMBERED = 1000;

/** Has a request answered by a handler, and spoils what comes of it. */
export type FaultInjector = (request: ApiRequest, handle: Handle) => Promise<ApiResponse>;

/**
 * Puts a plan of faults before handlers, be it a server's own or a client's transport. The injector rejects with
 * `ConnectionDroppedError` where the plan breaks the connection, also in the middle of a watch; a fault that does not
 * fit its request (a cut of a list, a stale write) or its target (a restart where there is none) does nothing.
 */
export function createFaultInjector(plan: FaultPlan, clock: Clock, target: FaultTarget = {}): FaultInjector {
  const injection = new Injection(plan, clock, target);
  return (request, handle) => injection.answer(request, handle);
}

class Injection {
  readonly #plan: FaultPlan;
  readonly #clock: Clock;
  readonly #target: FaultTarget;
  readonly #memory = new AnswerMemory();
  #life: Life = newLife();

  constructor(plan: FaultPlan, clock: Clock, target: FaultTarget) {
    this.#plan = plan;
    this.#clock = clock;
    this.#target = target;
  }

  /** Whatever is under way breaks off when the server ends. */
  async answer(request: ApiRequest, handle: Handle): Promise<ApiResponse> {
    const { signal } = this.#life;
    const answer = await untilEnd(this.#spoil(request, handle), signal);
    if (typeof answer.body === "string") return answer;
    return { ...answer, body: brokenOffBy(answer.body, signal) };
  }

  async #spoil(request: ApiRequest, handle: Handle): Promise<ApiResponse> {
    const about = describeRequest(request);
    const isRead = about.verb === "get" || about.verb === "list";
    const answerOf = async (): Promise<ApiResponse> => {
      const answer = await handle(request);
      if (about.verb === "watch") return answer;
      const whole = await wholeAnswer(answer);
      if (isRead) this.#memory.keep(request, whole);
      return whole;
    };
    const fault = this.#plan(about);
    if (fault === undefined) return answerOf();
    const early = await this.#before(fault, request, handle);
    if (early !== undefined) return early;
    const earlier = isRead ? await this.#earlier(fault, request, handle) : undefined;
    const answer = earlier ?? (await answerOf());
    if (fault.kind === "lose-reply") throw new ConnectionDroppedError();
    return typeof answer.body === "string"
      ? answer
      : { ...answer, body: spoilStream(textOf(answer.body), fault, this.#clock) };
  }

  /** What a fault does before the handler is asked; an answer, where it keeps the handler from being asked. */
  async #before(fault: Fault, request: ApiRequest, handle: Handle): Promise<ApiResponse | undefined> {
    switch (fault.kind) {
      case "drop":
        throw new ConnectionDroppedError();
      case "delay":
        await this.#clock.sleep(fault.ms, request.signal);
        return undefined;
      case "refuse":
        return respondStatus(refusal(fault).status, { accept: request.header("accept") });
      case "compact":
        await this.#target.compact?.();
        return undefined;
      case "restart":
        return this.#restart(request, handle);
      default:
        return undefined;
    }
  }

  /** The request may get as far as it gets before everything breaks off. */
  async #restart(request: ApiRequest, handle: Handle): Promise<undefined> {
    const { restart } = this.#target;
    if (restart === undefined) return undefined;
    const life = this.#life;
    const work = handle(request);
    work.catch(() => undefined);
    await restart.call(this.#target);
    this.#life = newLife();
    life.end();
    throw new ConnectionDroppedError();
  }

  /** What a read was answered before, or would have been. */
  async #earlier(fault: Fault, request: ApiRequest, handle: Handle): Promise<ApiResponse | undefined> {
    if (fault.kind === "stale") return this.#memory.find(request);
    if (fault.kind !== "lag" || request.query.get("resourceVersion") !== "0") return undefined;
    const newest = await this.#target.revision?.();
    const asOf = newest === undefined ? 0 : newest - fault.revisions;
    if (asOf < 1) return undefined;
    const answer = await wholeAnswer(await handle(readAt(request, asOf)));
    // What is compacted cannot be told any more; what was not there yet is an answer.
    return answer.status === 410 || answer.status >= 500 ? undefined : answer;
  }
}

/** A read of one revision: a get says it besides, a list by its options. */
function readAt(request: ApiRequest, asOf: number): ApiRequest {
  const query = new URLSearchParams(request.query);
  const info = parseRequestInfo(request.method, request.path, request.query);
  if (info.kind === "resource" && info.verb === "list") {
    query.set("resourceVersion", String(asOf));
    query.set("resourceVersionMatch", "Exact");
    query.delete("limit");
  }
  return requestWith(request, { query, asOf });
}

/** The same request but for two fields; one that is an object of a class keeps its methods. */
function requestWith(request: ApiRequest, fields: Pick<ApiRequest, "query" | "asOf">): ApiRequest {
  return {
    method: request.method,
    path: request.path,
    target: request.target,
    remoteAddress: request.remoteAddress,
    ...fields,
    header: (name) => request.header(name),
    headersWithPrefix: (prefix) => request.headersWithPrefix(prefix),
    readBody: (limit) => request.readBody(limit),
    signal: request.signal,
  };
}

async function* brokenOffBy(body: AsyncIterable<BodyPiece>, signal: AbortSignal): AsyncGenerator<BodyPiece> {
  const pieces = body[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await untilEnd(pieces.next(), signal);
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    // A piece that nobody waits for any more may come or not.
    void pieces.return?.().catch(() => undefined);
  }
}

function refusal({ code, retryAfterSeconds }: Fault & { readonly kind: "refuse" }): StatusError {
  if (code === 410) return expiredError("too old resource version");
  const retry = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
  return genericServerError({ code, serverMessage: "injected fault", ...retry });
}

/** The last answers to reads. */
class AnswerMemory {
  readonly #answers = new Map<string, ApiResponse>();

  keep(request: ApiRequest, answer: ApiResponse): void {
    if (answer.status !== 200 || typeof answer.body !== "string") return;
    const key = keyOf(request);
    this.#answers.delete(key);
    this.#answers.set(key, answer);
    const [oldest] = this.#answers.keys();
    if (this.#answers.size > REMEMBERED && oldest !== undefined) this.#answers.delete(oldest);
  }

  find(request: ApiRequest): ApiResponse | undefined {
    return this.#answers.get(keyOf(request));
  }
}

function keyOf(request: ApiRequest): string {
  return `${request.path}?${request.query.toString()}#${request.header("accept") ?? ""}`;
}

/** An answer that was streamed as one that is all there: only what a watch sends is spoiled on its way. */
async function wholeAnswer(answer: ApiResponse): Promise<ApiResponse> {
  if (typeof answer.body === "string") return answer;
  const pieces: Uint8Array[] = [];
  for await (const piece of answer.body) pieces.push(Buffer.from(piece));
  return { ...answer, body: "", bytes: Buffer.concat(pieces) };
}

async function* textOf(body: AsyncIterable<BodyPiece>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  for await (const piece of body)
    yield typeof piece === "string" ? piece : decoder.decode(piece, { stream: true });
}

function describeRequest({ method, path, query }: ApiRequest): FaultedRequest {
  const info = parseRequestInfo(method, path, query);
  if (info.kind === "resource") return info;
  const none = { group: "", version: "", resource: "", subresource: "", namespace: "", name: "" };
  return { verb: method.toLowerCase(), ...none, path };
}
