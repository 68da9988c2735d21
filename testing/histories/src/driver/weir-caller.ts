import { isApiError, type Kind, type KubeClient } from "@weir/client";
import type { JsonObject } from "@weir/core";
import { type GetRequest, type KindName, parseKey, type WriteRequest } from "../history/history.ts";
import { isObject } from "../history/seen-object.ts";
import { selectorNamed } from "../model/selectors.ts";
import { type Answer, type Caller, type WatchLine, WatchRefusedError } from "./caller.ts";
import { freshnessParameters, httpRequest, patchBody, statusBody, writtenObject } from "./http-request.ts";
import { KINDS } from "./kinds.ts";

type Json = Kind<JsonObject>;

/** The product's own client. */
export class WeirCaller implements Caller {
  readonly name = "@weir/client";
  readonly #client: KubeClient;
  readonly #close: () => Promise<void>;

  constructor(client: KubeClient, close: () => Promise<void>) {
    this.#client = client;
    this.#close = close;
  }

  send(request: WriteRequest | GetRequest, signal: AbortSignal): Promise<Answer> {
    return answerOf(() => this.#send(request, signal));
  }

  page(request: Parameters<Caller["page"]>[0], token: string, signal: AbortSignal): Promise<Answer> {
    const { of, namespace, limit, freshness } = request;
    return answerOf(async () => {
      const list = await this.#client.list(kindOf(of), {
        ...(namespace === "" ? {} : { namespace }),
        ...selection(request.selector),
        limit,
        signal,
        ...(token === "" ? freshnessParameters(freshness) : { continue: token }),
      });
      return { code: 200, body: list as unknown as JsonObject };
    });
  }

  async *watch(request: Parameters<Caller["watch"]>[0], signal: AbortSignal): AsyncGenerator<WatchLine> {
    const { of, namespace, start } = request;
    const from = start.kind === "after" ? String(start.revision) : undefined;
    const resourceVersion = start.kind === "now" && start.isAny ? "0" : from;
    try {
      const events = this.#client.watch(kindOf(of), {
        ...(namespace === "" ? {} : { namespace }),
        ...selection(request.selector),
        ...(resourceVersion === undefined ? {} : { resourceVersion }),
        ...(start.kind === "initial" ? { sendInitialEvents: true } : {}),
        signal,
      });
      for await (const event of events) yield lineOf(event);
    } catch (error) {
      if (isApiError(error)) throw new WatchRefusedError({ code: error.code, body: error.status });
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }

  async #send(request: WriteRequest | GetRequest, signal: AbortSignal): Promise<Answer> {
    const options = { signal, fieldManager: "weir" };
    const client = this.#client;
    const done = (object: JsonObject, code = 200): Answer => ({ code, body: object });
    switch (request.verb) {
      case "get": {
        const { of, key } = addressOf(request.key);
        const found = await client.get(of, key, { signal, ...freshnessParameters(request.freshness) });
        return found === undefined ? NOT_FOUND : done(found);
      }
      case "create":
        return done(await client.create(kindOf(request.of), writtenObject(request), options), 201);
      case "replace": {
        const { of } = addressOf(request.key);
        const subresource = request.finalizes ? { subresource: "finalize" } : {};
        return done(await client.replace(of, writtenObject(request), { ...options, ...subresource }));
      }
      case "patch": {
        const { of, key } = addressOf(request.key);
        const body = patchBody(request);
        const patch = Array.isArray(body)
          ? ({ type: "json", operations: body } as const)
          : ({
              type: request.how === "strategic" ? "strategic" : "merge",
              patch: body as JsonObject,
            } as const);
        return done(await client.patch(of, key, patch, options));
      }
      case "apply": {
        const { force, manager: fieldManager } = request;
        const { of } = addressOf(request.key);
        return done(await client.apply(of, writtenObject(request), { signal, fieldManager, force }));
      }
      case "status": {
        const { of, key } = addressOf(request.key);
        const to = { ...options, subresource: "status" };
        const body = statusBody(request);
        if (request.how === "replace") return done(await client.replace(of, body, to));
        return done(await client.patch(of, key, { type: "merge", patch: body }, to));
      }
      default:
        return this.#raw(request, signal);
    }
  }

  /** What the typed calls do not tell apart: an object that is gone and one that was not there. */
  async #raw(request: WriteRequest, signal: AbortSignal): Promise<Answer> {
    const { method, target, contentType, body } = httpRequest(request, "weir");
    const answer = await this.#client.raw(target, {
      method,
      signal,
      headers: {
        accept: "application/json",
        ...(contentType === undefined ? {} : { "content-type": contentType }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const json = await answer.json();
    return { code: answer.status, body: isObject(json) ? json : {} };
  }
}

const NOT_FOUND: Answer = { code: 404, body: { kind: "Status", reason: "NotFound", message: "not found" } };

function kindOf(of: KindName): Json {
  const { group, version, plural, isNamespaced } = KINDS[of];
  return { group, version, kind: of, plural, scope: isNamespaced ? "Namespaced" : "Cluster" };
}

function addressOf(text: string): {
  readonly of: Json;
  readonly key: { readonly namespace?: string; readonly name: string };
} {
  const { of, namespace, name } = parseKey(text);
  return { of: kindOf(of), key: namespace === "" ? { name } : { namespace, name } };
}

function selection(name: string): { readonly labelSelector?: string; readonly fieldSelector?: string } {
  const { labels, fields } = selectorNamed(name);
  return {
    ...(labels === undefined ? {} : { labelSelector: labels }),
    ...(fields === undefined ? {} : { fieldSelector: fields }),
  };
}

type ClientEvent = ReturnType<KubeClient["watch"]> extends AsyncIterable<infer Event> ? Event : never;

function lineOf(event: ClientEvent): WatchLine {
  switch (event.type) {
    case "BOOKMARK": {
      const annotations = event.initialEventsEnd
        ? { annotations: { "k8s.io/initial-events-end": "true" } }
        : {};
      return {
        type: "BOOKMARK",
        object: { metadata: { resourceVersion: event.resourceVersion, ...annotations } },
      };
    }
    case "ERROR":
      return { type: "ERROR", object: event.status };
    default:
      return { type: event.type, object: event.object as JsonObject };
  }
}

async function answerOf(ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    if (isApiError(error)) return { code: error.code, body: error.status };
    throw error;
  }
}
