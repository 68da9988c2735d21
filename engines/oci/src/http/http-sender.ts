/** The headers of an answer; names are lower case, repeated ones are joined with `, `. */
export type HttpHeaders = ReadonlyMap<string, string>;

/** One request as it goes out. */
export interface HttpRequest {
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Without user-info. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Whether the other side may see the client certificate: the registry and its token service, no redirect's target. */
  readonly isTrusted: boolean;
  readonly signal?: AbortSignal;
}

/** An answer whose body is still to be read; it must be read to its end, or be discarded. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: HttpHeaders;
  /** Ends with an error where the connection breaks before the announced end. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Lets go of what was not read. */
  discard(): void;
}

/**
 * Sends one request and follows nothing. Rejects with `RegistryUnreachableError` where no answer came; an aborted signal
 * ends it with the signal's reason.
 */
export interface HttpSender {
  send(request: HttpRequest): Promise<HttpAnswer>;
}
