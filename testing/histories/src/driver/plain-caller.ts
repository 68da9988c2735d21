import { type JsonObject, parseJson } from "@weir/core";
import { isObject } from "../history/seen-object.ts";
import { type Answer, type Caller, type WatchLine, WatchRefusedError } from "./caller.ts";
import { httpRequest, type HttpRequest, listTarget, watchTarget } from "./http-request.ts";
import type { Wire, WireAnswer } from "./wire.ts";

/** A client that shares no line with the product's own: paths, bodies and streams as the API's documents say. */
export class PlainCaller implements Caller {
  readonly name = "node:https";
  readonly #wire: Wire;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  send(request: Parameters<Caller["send"]>[0], signal: AbortSignal): Promise<Answer> {
    return this.raw(httpRequest(request, "plain"), signal);
  }

  page(request: Parameters<Caller["page"]>[0], token: string, signal: AbortSignal): Promise<Answer> {
    return this.raw({ method: "GET", target: listTarget(request, token) }, signal);
  }

  async *watch(request: Parameters<Caller["watch"]>[0], signal: AbortSignal): AsyncGenerator<WatchLine> {
    const answer = await this.#ask({ method: "GET", target: watchTarget(request) }, signal);
    if (answer.status !== 200) throw new WatchRefusedError(await readAnswer(answer));
    let rest = "";
    for await (const chunk of answer.chunks) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) yield parseJson(line) as unknown as WatchLine;
    }
  }

  /** Sends anything; the body as JSON. */
  async raw(request: HttpRequest, signal: AbortSignal): Promise<Answer> {
    return readAnswer(await this.#ask(request, signal));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#wire[Symbol.asyncDispose]();
  }

  #ask({ method, target, contentType, body }: HttpRequest, signal: AbortSignal): Promise<WireAnswer> {
    return this.#wire.send({
      method,
      target,
      headers: {
        accept: "application/json",
        ...(contentType === undefined ? {} : { "content-type": contentType }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal,
    });
  }
}

async function readAnswer({ status, chunks }: WireAnswer): Promise<Answer> {
  let text = "";
  for await (const chunk of chunks) text += chunk;
  return { code: status, body: readBody(text) };
}

function readBody(text: string): JsonObject {
  try {
    const value = parseJson(text);
    if (isObject(value)) return value;
  } catch {
    // Falls through: what is no JSON is shown as it is.
  }
  return { message: text };
}
