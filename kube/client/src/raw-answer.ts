import { type JsonValue, parseJson } from "@weir/core";
import type { CallOptions } from "./client.ts";
import {
  discard,
  type HeaderLine,
  headerOf,
  readText,
  type TransportResponse,
} from "./transport/transport.ts";

/** What a raw request is made of besides its path. */
export interface RawOptions extends CallOptions {
  /** `GET` by default. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** The server's answer to a raw request, refusals too. Its body is read once, by one of the ways. */
export interface RawAnswer {
  readonly status: number;
  /** Whether the status is a success. */
  readonly ok: boolean;
  readonly headers: readonly HeaderLine[];
  /** A header, whatever the case of its name. */
  header(name: string): string | undefined;
  /** The body in pieces as they come, such as the lines of a Pod's log. */
  readonly body: AsyncIterable<Uint8Array>;
  text(): Promise<string>;
  /** The body as JSON, integers exact. */
  json(): Promise<JsonValue>;
  /** Lets go of a body that nobody reads. */
  discard(): Promise<void>;
}

export function rawAnswer(response: TransportResponse): RawAnswer {
  const { status, headers } = response;
  return {
    status,
    headers,
    ok: isSuccess(response),
    header: (name) => headerOf(response, name.toLowerCase()),
    body: bytesOf(response),
    text: () => readText(response),
    json: async () => parseJson(await readText(response)),
    discard: () => discard(response),
  };
}

export function isSuccess({ status }: TransportResponse): boolean {
  return status >= 200 && status < 300;
}

async function* bytesOf({ body }: TransportResponse): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  if (typeof body === "string") {
    yield encoder.encode(body);
    return;
  }
  for await (const chunk of body) yield typeof chunk === "string" ? encoder.encode(chunk) : chunk;
}
