import type { UserInfo } from "../auth/user-info.ts";

/** Whom a client's certificate shows; `refused` where no authority that is trusted issued it. */
export type ClientCertificate =
  | { readonly kind: "verified"; readonly user: UserInfo }
  | { readonly kind: "refused" };

/** One request as the handlers see it: no stream, no class, cheap to make from a fetch Request or from node:http. */
export interface ApiRequest {
  readonly method: string;
  /** The path as sent, still percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Path and query as they were sent, where that is known. */
  readonly target?: string | undefined;
  /** The address that the connection comes from; absent for a caller of the same process. */
  readonly remoteAddress?: string | undefined;
  /** A header by its lower-case name; several of one name joined by a comma. */
  header(name: string): string | undefined;
  /** All headers with the prefix, lower-case names, each as often as it was sent; impersonation asks for them. */
  headersWithPrefix(prefix: string): readonly (readonly [name: string, value: string])[];
  /** The whole body; throws a 413 beyond the limit. */
  readBody(limitBytes: number): Promise<Uint8Array>;
  /** A read is answered as of this revision, where one is named: the fault of a server that lags behind. */
  readonly asOf?: number | undefined;
  /** What the connection showed of its client; absent where it showed nothing. */
  readonly clientCertificate?: ClientCertificate | undefined;
  /** Aborts when the client goes away. */
  readonly signal: AbortSignal;
}

/** What a handler answers. */
export interface ApiResponse {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** A stream yields pieces as they come; it ends when the client goes away, and nobody changes its pieces. */
  readonly body: string | AsyncIterable<BodyPiece>;
  /** What is sent in place of the body, which is empty then, where it is no text. */
  readonly bytes?: Uint8Array;
  /** The stream may be ended after any of its pieces, as a watch; false by default. */
  readonly isOpenEnded?: boolean;
}

/** A piece of a streamed body, text or the bytes of text. */
export type BodyPiece = string | Uint8Array;
