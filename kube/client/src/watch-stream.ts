import { type JsonObject, type JsonValue, parseJson } from "@weir/core";
import { ApiProtocolError, isObject, WatchTruncatedError } from "./api-error.ts";
import type { WatchEvent } from "./client.ts";

const NEWLINE = 0x0a;
/** An event holds one object; etcd refuses objects beyond a few MiB, so this much without a newline is no event. */
const MAX_EVENT_BYTES = 64 * 1024 * 1024;

/**
 * The events of a watch, in order, from its bytes.
 *
 * Split at the byte 0x0A alone: a line separator inside a string and a character that spans two chunks stay whole. An
 * end in the middle of a line is a `WatchTruncatedError`, never an event. The stream is cancelled when the reader stops,
 * and when the signal aborts: that of a `Request` ceases to follow its own once the request has been collected, which is
 * long before a watch ends.
 */
export async function* readWatchEvents(
  body: ReadableStream<Uint8Array>,
  options: { readonly onActivity?: (() => void) | undefined; readonly signal?: AbortSignal | undefined } = {},
): AsyncGenerator<WatchEvent<JsonObject>> {
  const { onActivity, signal } = options;
  const lines = new LineSplitter();
  const reader = body.getReader();
  const onAbort = (): void => void reader.cancel(signal?.reason).catch(() => {});
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    signal?.throwIfAborted();
    for (;;) {
      const { done, value: chunk } = await reader.read();
      if (done) break;
      onActivity?.();
      for (const line of lines.push(chunk)) yield eventOf(parseJson(line));
    }
    signal?.throwIfAborted();
    if (lines.restBytes > 0) throw new WatchTruncatedError(lines.restBytes);
  } finally {
    signal?.removeEventListener("abort", onAbort);
    // A body that already failed cannot be cancelled; what it failed with has been thrown.
    await reader.cancel().catch(() => {});
  }
}

class LineSplitter {
  readonly #decoder = new TextDecoder("utf-8");
  #rest: Uint8Array[] = [];
  restBytes = 0;

  /** The lines that this chunk completes; empty ones are left out. */
  *push(chunk: Uint8Array): Generator<string> {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      const line = joined(this.#rest, chunk.subarray(start, end));
      this.#rest = [];
      this.restBytes = 0;
      start = end + 1;
      if (line.length > 0) yield this.#decoder.decode(line);
    }
    if (start === chunk.length) return;
    this.#rest.push(chunk.subarray(start));
    this.restBytes += chunk.length - start;
    if (this.restBytes > MAX_EVENT_BYTES) {
      throw new ApiProtocolError(`a watch event exceeds ${MAX_EVENT_BYTES} bytes`);
    }
  }
}

function joined(rest: readonly Uint8Array[], last: Uint8Array): Uint8Array {
  return rest.length === 0 ? last : Buffer.concat([...rest, last]);
}

function eventOf(line: JsonValue): WatchEvent<JsonObject> {
  if (!isObject(line) || typeof line["type"] !== "string" || !isObject(line["object"])) {
    throw new ApiProtocolError("a line of the watch is not an event");
  }
  const { type, object } = line;
  switch (type) {
    case "ADDED":
    case "MODIFIED":
    case "DELETED":
      return { type, object };
    case "BOOKMARK":
      return bookmarkOf(object);
    case "ERROR":
      return { type, status: object };
    default:
      throw new ApiProtocolError(`the watch sent an event of the unknown type ${JSON.stringify(type)}`);
  }
}

function bookmarkOf(object: JsonObject): WatchEvent<JsonObject> {
  const metadata = isObject(object["metadata"]) ? object["metadata"] : {};
  const resourceVersion = metadata["resourceVersion"];
  if (typeof resourceVersion !== "string")
    throw new ApiProtocolError("a bookmark carries no resource version");
  const annotations = isObject(metadata["annotations"]) ? metadata["annotations"] : {};
  const initialEventsEnd = annotations["k8s.io/initial-events-end"] === "true";
  return { type: "BOOKMARK", resourceVersion, initialEventsEnd };
}
