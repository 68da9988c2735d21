import { type JsonObject, type JsonValue, parseJson } from "@weir/core";
import { ApiProtocolError, isObject, WatchTruncatedError } from "./api-error.ts";
import type { WatchEvent } from "./client.ts";
import type { BodyChunk, TransportBody } from "./transport/transport.ts";
import { untilAborted } from "./transport/until-aborted.ts";

const NEWLINE = 0x0a;
/** An event holds one object; etcd refuses objects beyond a few MiB, so this much without a newline is no event. */
const MAX_EVENT_BYTES = 64 * 1024 * 1024;

/**
 * The events of a watch, in order, from its bytes.
 *
 * Split at the byte 0x0A alone: a line separator inside a string and a character that spans two chunks stay whole. An
 * end in the middle of a line is a `WatchTruncatedError`, never an event. The body is let go of when the reader stops,
 * and when the signal aborts, whatever the transport makes of that.
 */
export async function* readWatchEvents(
  body: TransportBody,
  options: { readonly onActivity?: (() => void) | undefined; readonly signal?: AbortSignal | undefined } = {},
): AsyncGenerator<WatchEvent<JsonObject>> {
  const { onActivity, signal } = options;
  const lines = new LineSplitter();
  for await (const chunk of chunksOf(body, signal)) {
    onActivity?.();
    for (const line of lines.push(chunk)) yield eventOf(parseJson(line));
  }
  signal?.throwIfAborted();
  if (lines.restBytes > 0) throw new WatchTruncatedError(lines.restBytes);
}

function chunksOf(
  body: TransportBody,
  signal: AbortSignal | undefined,
): Iterable<BodyChunk> | AsyncIterable<BodyChunk> {
  if (typeof body === "string") return [body];
  return signal === undefined ? body : untilAborted(body, signal);
}

class LineSplitter {
  readonly #decoder = new TextDecoder("utf-8");
  #rest: Uint8Array[] = [];
  #restText = "";
  #restBytes = 0;

  get restBytes(): number {
    return this.#restBytes + Buffer.byteLength(this.#restText);
  }

  /** The lines that this chunk completes; empty ones are left out. */
  push(chunk: BodyChunk): Iterable<string> {
    if (typeof chunk === "string") {
      return this.#restBytes === 0 ? this.#pushText(chunk) : this.#pushBytes(Buffer.from(chunk, "utf8"));
    }
    if (this.#restText !== "") this.#textToBytes();
    return this.#pushBytes(chunk);
  }

  *#pushText(chunk: string): Generator<string> {
    let start = 0;
    for (let end = chunk.indexOf("\n"); end !== -1; end = chunk.indexOf("\n", start)) {
      const line = this.#restText + chunk.slice(start, end);
      this.#restText = "";
      start = end + 1;
      if (line !== "") yield line;
    }
    this.#restText += chunk.slice(start);
    this.#limit();
  }

  *#pushBytes(chunk: Uint8Array): Generator<string> {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      const line = joined(this.#rest, chunk.subarray(start, end));
      this.#rest = [];
      this.#restBytes = 0;
      start = end + 1;
      if (line.length > 0) yield this.#decoder.decode(line);
    }
    if (start === chunk.length) return;
    this.#rest.push(chunk.subarray(start));
    this.#restBytes += chunk.length - start;
    this.#limit();
  }

  #textToBytes(): void {
    const bytes = Buffer.from(this.#restText, "utf8");
    this.#restText = "";
    this.#rest = [bytes];
    this.#restBytes = bytes.length;
  }

  #limit(): void {
    if (this.#restBytes + this.#restText.length > MAX_EVENT_BYTES)
      throw new ApiProtocolError(`a watch event exceeds ${MAX_EVENT_BYTES} bytes`);
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
