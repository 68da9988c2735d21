import {
  abortable,
  anySignal,
  type Clock,
  type JsonValue,
  type Logger,
  parseJson,
  type Random,
  WeirError,
  writeJson,
} from "@weir/core";
import { ApiProtocolError, ApiUnreachableError, errorOfResponse } from "./api-error.ts";
import type { ImpersonatedUser, Transport, TransportOptions } from "./client.ts";
import { parseWarnings, WarningFilter } from "./warning-header.ts";

/** One request as the client describes it. */
export interface ApiRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Path and query. */
  readonly path: string;
  readonly accept?: string;
  readonly contentType?: string;
  readonly body?: JsonValue | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** An answer that arrived: what a metric of requests is counted from. */
export interface AnsweredRequest {
  readonly method: string;
  readonly host: string;
  readonly code: number;
}

/** What a caller needs of its surroundings. */
export interface CallerOptions {
  readonly transport: Transport;
  /** Base URL, a path prefix included. */
  readonly server: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly userAgent: string;
  readonly onWarning?: ((text: string) => void) | undefined;
  readonly onAnswer?: ((answer: AnsweredRequest) => void) | undefined;
}

/** As client-go: at most ten tries of what the server asks to try again. */
const MAX_TRIES = 10;
const MAX_RETRY_AFTER_MS = 60_000;
/** Reads that broke off before an answer are repeated a few times; writes never, they may have happened. */
const MAX_READ_TRIES = 3;
const FIRST_READ_RETRY_MS = 100;

/** Sends requests with retries, warnings and impersonation; knows nothing of kinds. */
export class ApiCaller {
  readonly #options: CallerOptions;
  readonly #user: ImpersonatedUser | undefined;
  readonly #warnings: WarningFilter;
  readonly #base: string;
  readonly #host: string;

  constructor(
    options: CallerOptions,
    user?: ImpersonatedUser,
    warnings: WarningFilter = new WarningFilter(),
  ) {
    this.#options = options;
    this.#user = user;
    this.#warnings = warnings;
    this.#base = options.server.replace(/\/+$/, "");
    this.#host = new URL(options.server).host;
  }

  /** A caller of the same API for another user. */
  as(user: ImpersonatedUser): ApiCaller {
    return new ApiCaller(this.#options, user, this.#warnings);
  }

  /** Sends a request and parses the answer; anything but a success throws. */
  async json(request: ApiRequest): Promise<JsonValue> {
    using held = anySignal(request.signal);
    const response = await this.#withRetries(request.method, request.path, held.signal, () =>
      this.#send(request, request.signal === undefined ? undefined : held.signal, {}),
    );
    const text = await this.#text(response, request, held.signal);
    try {
      return parseJson(text);
    } catch (cause) {
      throw new ApiProtocolError(`the answer to ${request.method} ${pathOnly(request.path)} is not JSON`, {
        cause,
      });
    }
  }

  /**
   * Sends a request and gives the answer as it streams; only a refusal throws. The caller owns `signal`.
   *
   * Sent again only where the server says when, as it does while the storage of a new kind fills its cache.
   */
  async stream(request: ApiRequest): Promise<Response> {
    const { method, path, signal } = request;
    for (let tries = 1; ; tries++) {
      const response = await this.#send(request, signal, { longLived: true });
      if (response.ok) return response;
      const error = errorOfResponse(response, await this.#text(response, request, signal));
      if (!asksForRetry(response) || tries >= MAX_TRIES) throw error;
      await this.#waitBeforeRetry(method, path, error.retryAfterMs ?? 0, signal);
    }
  }

  /** Sends any request with the client's credentials and retries; gives every answer back, refusals too. */
  async raw(path: string, init: RequestInit): Promise<Response> {
    const method = init.method ?? "GET";
    const signal = init.signal ?? undefined;
    for (let tries = 1; ; tries++) {
      const response = await this.#sendInit(path, init, {});
      if (tries >= MAX_TRIES || init.body instanceof ReadableStream || !asksForRetry(response))
        return response;
      const error = errorOfResponse(response, await response.text());
      await this.#waitBeforeRetry(method, path, error.retryAfterMs ?? 0, signal);
    }
  }

  async #withRetries(
    method: string,
    path: string,
    signal: AbortSignal,
    send: () => Promise<Response>,
  ): Promise<Response> {
    let readTries = 0;
    for (let tries = 1; ; tries++) {
      let response: Response;
      try {
        response = await send();
      } catch (error) {
        readTries += 1;
        const isRepeatable =
          method === "GET" && error instanceof ApiUnreachableError && isBrokenConnection(error);
        if (!isRepeatable || readTries >= MAX_READ_TRIES) throw error;
        await this.#options.clock.sleep(FIRST_READ_RETRY_MS * 2 ** (readTries - 1), signal);
        continue;
      }
      if (response.ok) return response;
      const error = errorOfResponse(response, await abortable(response.text(), signal));
      if (!asksForRetry(response) || tries >= MAX_TRIES) throw error;
      await this.#waitBeforeRetry(method, path, error.retryAfterMs ?? 0, signal);
    }
  }

  async #waitBeforeRetry(
    method: string,
    path: string,
    retryAfterMs: number,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const waitMs = Math.min(MAX_RETRY_AFTER_MS, retryAfterMs);
    this.#options.logger.debug("the kubernetes api asks to try again", {
      method,
      path: pathOnly(path),
      waitMs,
    });
    // Clients that were refused together must not come back together.
    await this.#options.clock.sleep(waitMs * (1 + 0.1 * this.#options.random.next()), signal);
  }

  #send(request: ApiRequest, signal: AbortSignal | undefined, options: TransportOptions): Promise<Response> {
    const headers: Record<string, string> = { accept: request.accept ?? "application/json" };
    if (request.body !== undefined) headers["content-type"] = request.contentType ?? "application/json";
    const init: RequestInit = {
      method: request.method,
      headers,
      ...(request.body === undefined ? {} : { body: writeJson(request.body) }),
      ...(signal === undefined ? {} : { signal }),
    };
    return this.#sendInit(request.path, init, options);
  }

  async #sendInit(path: string, init: RequestInit, options: TransportOptions): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set("user-agent", this.#options.userAgent);
    const repeatedHeaders = this.#impersonate(headers);
    const request = new Request(this.#base + path, { ...init, headers, redirect: "manual" });
    let response: Response;
    try {
      const more = repeatedHeaders.length === 0 ? options : { ...options, repeatedHeaders };
      response = await untilAborted(this.#options.transport(request, more), init.signal ?? undefined);
    } catch (cause) {
      init.signal?.throwIfAborted();
      // A transport that knows what is wrong (credentials, configuration) says it better.
      if (cause instanceof WeirError) throw cause;
      throw new ApiUnreachableError(request.method, pathOnly(path), { cause });
    }
    this.#options.onAnswer?.({ method: request.method, host: this.#host, code: response.status });
    for (const text of parseWarnings(response.headers.get("warning"))) {
      if (this.#warnings.isNew(text)) this.#options.onWarning?.(text);
    }
    return response;
  }

  #impersonate(headers: Headers): readonly (readonly [string, string])[] {
    if (this.#user === undefined) return [];
    headers.set("impersonate-user", this.#user.name);
    if (this.#user.uid !== undefined) headers.set("impersonate-uid", this.#user.uid);
    const { groups = [], extra = {} } = this.#user;
    const lines = [
      ...groups.map((group) => ["impersonate-group", group] as const),
      ...Object.entries(extra).flatMap(([key, values]) => {
        // Header names know no case and few signs, so the server takes the key percent-encoded.
        const name = `impersonate-extra-${headerKey(key)}`;
        return values.map((value) => [name, value] as const);
      }),
    ];
    for (const [name, value] of lines) headers.append(name, value);
    return lines;
  }

  async #text(response: Response, request: ApiRequest, signal: AbortSignal | undefined): Promise<string> {
    try {
      return await abortable(response.text(), signal);
    } catch (cause) {
      signal?.throwIfAborted();
      throw new ApiUnreachableError(request.method, pathOnly(request.path), { cause });
    }
  }
}

/** Whatever a transport does, an abort ends the wait; an answer that comes after it is let go. */
async function untilAborted(answer: Promise<Response>, signal: AbortSignal | undefined): Promise<Response> {
  try {
    return await abortable(answer, signal);
  } catch (error) {
    if (signal?.aborted) void answer.then((late) => late.body?.cancel()).catch(() => {});
    throw error;
  }
}

function asksForRetry(response: Response): boolean {
  const isBusy = response.status === 429 || response.status >= 500;
  return isBusy && /^\d{1,9}$/.test(response.headers.get("retry-after")?.trim() ?? "");
}

const BROKEN_CONNECTION: ReadonlySet<string> = new Set(["ECONNRESET", "EPIPE", "UND_ERR_SOCKET"]);

function isBrokenConnection(error: Error): boolean {
  for (let cause: unknown = error.cause; cause instanceof Error; cause = cause.cause) {
    if (BROKEN_CONNECTION.has((cause as { readonly code?: string }).code ?? "")) return true;
  }
  return false;
}

function headerKey(key: string): string {
  const escaped = encodeURIComponent(key.toLowerCase());
  return escaped.replaceAll("(", "%28").replaceAll(")", "%29").toLowerCase();
}

/** Without the query, which may hold selectors of a length that no message needs. */
function pathOnly(path: string): string {
  const query = path.indexOf("?");
  return query === -1 ? path : path.slice(0, query);
}
