import { type JsonObject, WeirError } from "@weir/core";
import type { GetRequest, ListRequest, WatchRequest, WriteRequest } from "../history/history.ts";

/** What a server answered, refusals too. */
export interface Answer {
  readonly code: number;
  readonly body: JsonObject;
}

/** One line of a watch. */
export interface WatchLine {
  readonly type: string;
  readonly object: JsonObject;
}

/** A request was never sent: nobody listened. */
export class NotSentError extends WeirError {
  override readonly name = "NotSentError";
  readonly reason = "NotSent";
  readonly retry = "backoff";

  constructor(options?: { readonly cause: unknown }) {
    super("nobody listens", options);
  }
}

/** A watch was refused before its first event. */
export class WatchRefusedError extends WeirError {
  override readonly name = "WatchRefusedError";
  readonly reason = "WatchRefused";
  readonly retry = "backoff";
  readonly answer: Answer;

  constructor(answer: Answer) {
    super(`the watch was answered with ${answer.code}: ${JSON.stringify(answer.body)}`);
    this.answer = answer;
  }
}

/** A client of the API, as the driver uses it. Every call but `raw` rejects where no answer came. */
export interface Caller extends AsyncDisposable {
  readonly name: string;
  send(request: WriteRequest | GetRequest, signal: AbortSignal): Promise<Answer>;
  /** One page of a list; the first with an empty token. */
  page(request: ListRequest, token: string, signal: AbortSignal): Promise<Answer>;
  /** Throws a `WatchRefusedError` where the answer is no stream. */
  watch(request: WatchRequest, signal: AbortSignal): AsyncIterable<WatchLine>;
}

/** Whether an error, or one of its causes, says that nobody listened. */
export function isNotSent(error: unknown): boolean {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof NotSentError || (cause as { readonly code?: string }).code === "ECONNREFUSED")
      return true;
  }
  return false;
}
