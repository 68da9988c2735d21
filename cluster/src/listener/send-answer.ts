import type { ServerResponse } from "node:http";
import type { ApiResponse, ByteBudget } from "@weir/apiserver";
import type { Clock } from "@weir/core";
import type { ChunkFrames } from "./chunk-frames.ts";

/** What is sent goes through. */
export interface Sending {
  readonly budget: ByteBudget;
  readonly clock: Clock;
  /** How long a client may take to read what was sent. */
  readonly stallTimeoutMs: number;
  /** Shares what many watches are sent. */
  readonly frames: ChunkFrames;
  /** What ends each watch in good order, when the listener closes. */
  readonly watches: Set<() => void>;
}

/** What a socket takes without anybody waiting for it. */
const UNNOTICED_BYTES = 64 * 1024;
/** How long a client may take where memory is short. */
const HURRIED_STALL_MS = 1_000;

/** Go's name of a status, where Node has another. */
const PAYLOAD_TOO_LARGE = 413;

/** Sends an answer: at once if it is there, or as it comes and as fast as the client takes it. */
export async function sendAnswer(
  answer: ApiResponse,
  response: ServerResponse,
  sending: Sending,
): Promise<void> {
  const { body } = answer;
  response.statusCode = answer.status;
  if (answer.status === PAYLOAD_TOO_LARGE) response.statusMessage = "Request Entity Too Large";
  for (const [name, value] of answer.headers) response.appendHeader(name, value);
  if (typeof body !== "string") return sendStream({ ...answer, body }, response, sending);
  response.end(answer.bytes ?? body);
  if (response.writableLength > UNNOTICED_BYTES) await taken(response, response.writableLength, sending);
}

async function sendStream(
  { body, isOpenEnded = false }: ApiResponse & { readonly body: Exclude<ApiResponse["body"], string> },
  response: ServerResponse,
  sending: Sending,
): Promise<void> {
  const pieces = body[Symbol.asyncIterator]();
  // A watch that has nothing to say must end with its client, or with the listener.
  const end = (): void => void pieces.return?.();
  response.once("close", end);
  if (isOpenEnded) sending.watches.add(end);
  response.flushHeaders();
  const writer = isOpenEnded ? sending.frames.writerOf(response) : response;
  try {
    for (let next = await pieces.next(); next.done !== true; next = await pieces.next()) {
      if (response.destroyed) return;
      if (!writer.write(next.value)) await taken(response, next.value.length, sending);
    }
    writer.end();
  } finally {
    sending.watches.delete(end);
    end();
  }
}

/** Waits until the client has taken what was sent; one that takes too long is cut off. */
function taken(response: ServerResponse, bytes: number, sending: Sending): Promise<void> {
  const { budget, clock, stallTimeoutMs } = sending;
  if (response.destroyed) return Promise.resolve();
  budget.hold(bytes);
  const patienceMs = budget.hasRoom ? stallTimeoutMs : Math.min(stallTimeoutMs, HURRIED_STALL_MS);
  return new Promise((resolve) => {
    const timer = clock.setTimer(patienceMs, () => response.destroy());
    const done = (): void => {
      timer.cancel();
      response.off("drain", done);
      response.off("finish", done);
      response.off("close", done);
      budget.release(bytes);
      resolve();
    };
    response.on("drain", done);
    response.on("finish", done);
    response.on("close", done);
  });
}
