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
import { AnswerTimeoutError, ApiProtocolError, ApiUnreachableError, errorOfResponse } from "./api-error.ts";
import type { ImpersonatedUser } from "./client.ts";
import { isSuccess, type RawOptions } from "./raw-answer.ts";
import {
  discard,
  type HeaderLine,
  headerOf,
  readText,
  type Transport,
  type TransportRequest,
  type TransportResponse,
} from "./transport/transport.ts";
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
    using held = request.signal === undefined ? undefined : anySignal(request.signal);
    const signal = held?.signal;
    const response = await this.#withRetries(request, signal, () => this.#send(request, signal));
    const text = await this.#text(response, request, signal);
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
  async stream(request: ApiRequest): Promise<TransportResponse> {
    const { method, path, signal } = request;
    for (let tries = 1; ; tries++) {
      const response = await this.#send(request, signal, true);
      if (isSuccess(response)) return response;
      const error = errorOfResponse(response, await this.#text(response, request, signal));
      if (!asksForRetry(response) || tries >= MAX_TRIES) throw error;
      await this.#waitBeforeRetry(method, path, error.retryAfterMs ?? 0, signal);
    }
  }

  /** Sends any request with the client's credentials and retries; gives every answer back, refusals too. */
  async raw(path: string, options: RawOptions): Promise<TransportResponse> {
    const { method = "GET", headers = {}, body, signal } = options;
    const lines = Object.entries(headers).map(([name, value]): HeaderLine => [name.toLowerCase(), value]);
    for (let tries = 1; ; tries++) {
      const response = await this.#sendAs({ method: method.toUpperCase(), path, lines, body, signal });
      if (tries >= MAX_TRIES || !asksForRetry(response)) return response;
      const error = errorOfResponse(response, await readText(response));
      await this.#waitBeforeRetry(method, path, error.retryAfterMs ?? 0, signal);
    }
  }

  async #withRetries(
    { method, path }: ApiRequest,
    signal: AbortSignal | undefined,
    send: () => Promise<TransportResponse>,
  ): Promise<TransportResponse> {
    let readTries = 0;
    for (let tries = 1; ; tries++) {
      let response: TransportResponse;
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
      if (isSuccess(response)) return response;
      const error = errorOfResponse(response, await abortable(readText(response), signal));
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

  #send(
    { method, path, accept, contentType, body }: ApiRequest,
    signal: AbortSignal | undefined,
    longLived?: true,
  ): Promise<TransportResponse> {
    const lines: HeaderLine[] = [["accept", accept ?? "application/json"]];
    if (body === undefined) return this.#sendAs({ method, path, lines, signal, longLived });
    lines.push(["content-type", contentType ?? "application/json"]);
    return this.#sendAs({ method, path, lines, signal, longLived, body: writeJson(body) });
  }

  async #sendAs({
    path,
    lines,
    ...more
  }: Omit<TransportRequest, "url" | "headers"> & {
    readonly path: string;
    readonly lines: readonly HeaderLine[];
  }): Promise<TransportResponse> {
    const { method, signal } = more;
    const own: readonly HeaderLine[] = [["user-agent", this.#options.userAgent], ...this.#impersonation()];
    const given = lines.filter(([name]) => !own.some(([mine]) => mine === name));
    let response: TransportResponse;
    try {
      const request = { ...more, url: this.#base + path, headers: [...given, ...own] };
      response = await answerUntilAborted(this.#options.transport(request), signal);
    } catch (cause) {
      signal?.throwIfAborted();
      // A transport that knows what is wrong (credentials, configuration) says it better, but for the time that it took.
      if (cause instanceof WeirError && !(cause instanceof AnswerTimeoutError)) throw cause;
      throw new ApiUnreachableError(method, pathOnly(path), { cause });
    }
    this.#options.onAnswer?.({ method, host: this.#host, code: response.status });
    for (const text of parseWarnings(headerOf(response, "warning"))) {
      if (this.#warnings.isNew(text)) this.#options.onWarning?.(text);
    }
    return response;
  }

  #impersonation(): readonly HeaderLine[] {
    if (this.#user === undefined) return [];
    const { name, uid, groups = [], extra = {} } = this.#user;
    return [
      ["impersonate-user", name],
      ...(uid === undefined ? [] : [["impersonate-uid", uid] as const]),
      // Lines of their own: `Impersonate-Group: a, b` names one group.
      ...groups.map((group) => ["impersonate-group", group] as const),
      ...Object.entries(extra).flatMap(([key, values]) => {
        // Header names know no case and few signs, so the server takes the key percent-encoded.
        const line = `impersonate-extra-${headerKey(key)}`;
        return values.map((value) => [line, value] as const);
      }),
    ];
  }

  async #text(
    response: TransportResponse,
    request: ApiRequest,
    signal: AbortSignal | undefined,
  ): Promise<string> {
    if (typeof response.body === "string") return response.body;
    try {
      return await abortable(readText(response), signal);
    } catch (cause) {
      signal?.throwIfAborted();
      throw new ApiUnreachableError(request.method, pathOnly(request.path), { cause });
    }
  }
}

/** Whatever a transport does, an abort ends the wait; an answer that comes after it is let go. */
async function answerUntilAborted(
  answer: Promise<TransportResponse>,
  signal: AbortSignal | undefined,
): Promise<TransportResponse> {
  try {
    return await abortable(answer, signal);
  } catch (error) {
    if (signal?.aborted) void answer.then(discard).catch(() => {});
    throw error;
  }
}

function asksForRetry(response: TransportResponse): boolean {
  const isBusy = response.status === 429 || response.status >= 500;
  return isBusy && /^\d{1,9}$/.test(headerOf(response, "retry-after")?.trim() ?? "");
}

/** As Node names it, and as the library for proxies does. */
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
