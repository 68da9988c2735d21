/** One line of the head of a request or an answer. */
export type HeaderLine = readonly [name: string, value: string];

/** One HTTP request to a Kubernetes API, as plain data. */
export interface TransportRequest {
  /** In upper case. */
  readonly method: string;
  /** Absolute. */
  readonly url: string;
  /** The lines as they are to be sent, names in lower case; a name that comes twice is two lines, never one folded. */
  readonly headers: readonly HeaderLine[];
  readonly body?: string | Uint8Array | undefined;
  /** Ends the request, and the body of its answer, with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** The answer streams for minutes: it gets a connection of its own and no idle timeout. */
  readonly longLived?: boolean | undefined;
}

/** A piece of a body; a transport in process has text and need not make bytes of it. */
export type BodyChunk = string | Uint8Array;

/** Text that is all there, or pieces as they come; those are read once, and `return()` lets go of the rest. */
export type TransportBody = string | AsyncIterable<BodyChunk>;

/** The answer to a request, as plain data; refusals are answers, too. */
export interface TransportResponse {
  readonly status: number;
  /** Names in any case. */
  readonly headers: readonly HeaderLine[];
  readonly body: TransportBody;
}

/**
 * Carries one HTTP request to a Kubernetes API and brings the response back, streaming.
 *
 * That of `connect` adds credentials, TLS and pools; `fetchTransport` makes one of a fetch handler; an embedded cluster
 * has one that stays in the process. Plain data lets a wrapper change a request by `{...request, url}`, and keeps the
 * fetch classes of Node, which take up to 30 MB, out of a controller that has no other use for them.
 */
export type Transport = (request: TransportRequest) => Promise<TransportResponse>;

/** A header by its lower-case name; several lines of one name are joined by a comma. */
export function headerOf(
  { headers }: { readonly headers: readonly HeaderLine[] },
  name: string,
): string | undefined {
  let found: string | undefined;
  for (const [line, value] of headers) {
    if (line.length !== name.length || line.toLowerCase() !== name) continue;
    found = found === undefined ? value : `${found}, ${value}`;
  }
  return found;
}

/** The whole body as text. */
export async function readText({ body }: Pick<TransportResponse, "body">): Promise<string> {
  if (typeof body === "string") return body;
  let text = "";
  let bytes: Uint8Array[] = [];
  for await (const chunk of body) {
    if (typeof chunk !== "string") {
      bytes.push(chunk);
      continue;
    }
    text += decoded(bytes) + chunk;
    bytes = [];
  }
  return text + decoded(bytes);
}

function decoded(bytes: readonly Uint8Array[]): string {
  const [first] = bytes;
  if (first === undefined) return "";
  return new TextDecoder().decode(bytes.length === 1 ? first : Buffer.concat(bytes));
}

/** Lets go of an answer whose body nobody reads. */
export async function discard({ body }: Pick<TransportResponse, "body">): Promise<void> {
  if (typeof body !== "string") await body[Symbol.asyncIterator]().return?.();
}
