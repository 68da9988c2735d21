import type { Clock } from "@weir/core";
import { expiredError, genericServerError, type StatusError } from "@weir/objects";
import type { ApiRequest, ApiResponse, BodyPiece } from "../http/api-request.ts";
import { parseRequestInfo } from "../http/request-info.ts";
import { respondStatus } from "../http/respond.ts";
import { ConnectionDroppedError, type Fault, type FaultedRequest, type FaultPlan } from "./fault.ts";
import { spoilStream } from "./faulty-stream.ts";

/** What answers requests. */
export type Handle = (request: ApiRequest) => Promise<ApiResponse>;

/** Answers that a stale read may repeat; the oldest make room. */
const REMEMBERED = 1000;

/** Has a request answered by a handler, and spoils what comes of it. */
export type FaultInjector = (request: ApiRequest, handle: Handle) => Promise<ApiResponse>;

/**
 * Puts a plan of faults before handlers, be it a server's own or a client's transport. The injector rejects with
 * `ConnectionDroppedError` where the plan breaks the connection, also in the middle of a watch; a fault that does not
 * fit its request (a cut of a list, a stale write) does nothing.
 */
export function createFaultInjector(plan: FaultPlan, clock: Clock): FaultInjector {
  const memory = new AnswerMemory();
  return async (request, handle) => {
    const about = describeRequest(request);
    const isRead = about.verb === "get" || about.verb === "list";
    const answerOf = async (): Promise<ApiResponse> => {
      const answer = await handle(request);
      if (about.verb === "watch") return answer;
      const whole = await wholeAnswer(answer);
      if (isRead) memory.keep(request, whole);
      return whole;
    };
    const fault = plan(about);
    if (fault === undefined) return answerOf();
    const early = await beforeAnswer(fault, request, clock);
    if (early !== undefined) return early;
    const earlier = fault.kind === "stale" && isRead ? memory.find(request) : undefined;
    const answer = earlier ?? (await answerOf());
    if (fault.kind === "lose-reply") throw new ConnectionDroppedError();
    return typeof answer.body === "string"
      ? answer
      : { ...answer, body: spoilStream(textOf(answer.body), fault, clock) };
  };
}

/** What a fault does before the handler is asked; an answer, where it keeps the handler from being asked. */
async function beforeAnswer(
  fault: Fault,
  request: ApiRequest,
  clock: Clock,
): Promise<ApiResponse | undefined> {
  if (fault.kind === "drop") throw new ConnectionDroppedError();
  if (fault.kind === "delay") await clock.sleep(fault.ms, request.signal);
  if (fault.kind !== "refuse") return undefined;
  return respondStatus(refusal(fault).status, { accept: request.header("accept") });
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

function keyOf({ path, query, header }: ApiRequest): string {
  return `${path}?${query.toString()}#${header("accept") ?? ""}`;
}

function describeRequest({ method, path, query }: ApiRequest): FaultedRequest {
  const info = parseRequestInfo(method, path, query);
  if (info.kind === "resource") return info;
  const none = { group: "", version: "", resource: "", subresource: "", namespace: "", name: "" };
  return { verb: method.toLowerCase(), ...none, path };
}
