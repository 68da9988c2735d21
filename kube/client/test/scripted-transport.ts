import { type JsonValue, parseJson, writeJson } from "@weir/core";
import { fetchTransport, type Transport, type TransportRequest } from "../src/index.ts";

/** A request as a transport was given it. */
export interface SentRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  readonly body: JsonValue | undefined;
  readonly request: TransportRequest;
}

/** A transport that answers by a function and keeps what was sent. */
export interface ScriptedTransport {
  readonly transport: Transport;
  readonly sent: SentRequest[];
}

export function scriptedTransport(
  answer: (request: SentRequest, index: number) => Response | Promise<Response>,
): ScriptedTransport {
  const sent: SentRequest[] = [];
  return {
    sent,
    transport: async (request) => {
      const url = new URL(request.url);
      const { body = "" } = request;
      const text = typeof body === "string" ? body : Buffer.from(body).toString();
      const one: SentRequest = {
        method: request.method,
        path: url.pathname + url.search,
        headers: new Headers(request.headers.map(([name, value]): [string, string] => [name, value])),
        body: text === "" ? undefined : parseJson(text),
        request,
      };
      sent.push(one);
      return fetchTransport(() => answer(one, sent.length - 1))(request);
    },
  };
}

export function json(value: JsonValue, init: ResponseInit = {}): Response {
  return new Response(writeJson(value), init);
}

/** A Status as the API server answers it. */
export function failure(code: number, reason: string, more: Record<string, JsonValue> = {}): Response {
  return json(
    {
      kind: "Status",
      apiVersion: "v1",
      status: "Failure",
      code,
      reason,
      message: `it is ${reason}`,
      ...more,
    },
    { status: code },
  );
}

/** A body that gives these chunks and then ends. */
export function chunks(...parts: readonly (string | Uint8Array)[]): Response {
  const encoder = new TextEncoder();
  return new Response(
    new ReadableStream({
      start(controller) {
        for (const part of parts) controller.enqueue(typeof part === "string" ? encoder.encode(part) : part);
        controller.close();
      },
    }),
  );
}
