import { abortable, anySignal, type Clock, timeoutSignal } from "@weir/core";
import { RegistryDeadlineError, RegistryUnreachableError } from "../oci-error.ts";
import type { HttpAnswer, HttpRequest, HttpSender } from "./http-sender.ts";
import { requestName } from "./request-name.ts";

/** What sending in time needs. */
export interface InTimeDeps {
  readonly sender: HttpSender;
  readonly clock: Clock;
  /** Longest wait for the headers, and for each piece of the body. */
  readonly timeoutMs: number;
}

/**
 * Sends a request and gives up where the headers, or a piece of the body, do not come in time. Rejects with
 * `RegistryUnreachableError`, with a `RegistryDeadlineError` as its cause.
 */
export async function sendInTime(request: HttpRequest, deps: InTimeDeps): Promise<HttpAnswer> {
  const overdue = new AbortController();
  const held = anySignal(request.signal, overdue.signal);
  const inTime = waiterOf(request, overdue, deps);
  try {
    const answer = await inTime(deps.sender.send({ ...request, signal: held.signal }));
    return {
      ...answer,
      body: piecesInTime(answer.body, inTime, held),
      discard: () => {
        held[Symbol.dispose]();
        answer.discard();
      },
    };
  } catch (error) {
    held[Symbol.dispose]();
    throw error;
  }
}

type InTime = <Value>(promise: Promise<Value>) => Promise<Value>;

function waiterOf(request: HttpRequest, overdue: AbortController, { clock, timeoutMs }: InTimeDeps): InTime {
  return async (promise) => {
    using timeout = timeoutSignal(clock, timeoutMs, () => new RegistryDeadlineError());
    timeout.signal.addEventListener("abort", () => overdue.abort(timeout.signal.reason), { once: true });
    try {
      return await abortable(promise, timeout.signal);
    } catch (error) {
      if (!(error instanceof RegistryDeadlineError)) throw error;
      throw new RegistryUnreachableError(requestName(request), { cause: error });
    }
  };
}

async function* piecesInTime(
  body: AsyncIterable<Uint8Array>,
  inTime: InTime,
  held: Disposable,
): AsyncGenerator<Uint8Array> {
  const pieces = body[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await inTime(pieces.next());
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    held[Symbol.dispose]();
    // Not waited for: a piece that never comes would hold it up.
    pieces.return?.().catch(() => {});
  }
}
