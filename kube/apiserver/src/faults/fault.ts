import { WeirError } from "@weir/core";

/**
 * What goes wrong with one request: the ways in which a real cluster, the network before it and the proxies between
 * them fail their clients. A client that is right under all of them is right.
 */
export type Fault =
  /** Answered later. */
  | { readonly kind: "delay"; readonly ms: number }
  /** Refused unseen, with a Status of this code: 401, 403, 409, 410, 429, 500, 503, 504. */
  | { readonly kind: "refuse"; readonly code: number; readonly retryAfterSeconds?: number }
  /** The connection breaks before the server sees the request. */
  | { readonly kind: "drop" }
  /** The server does what is asked, and the connection breaks before its answer arrives. */
  | { readonly kind: "lose-reply" }
  /** A get or a list is answered as the same request was the last time, as by a replica that lags behind. */
  | { readonly kind: "stale" }
  /**
   * A get or a list to which any version will do (`resourceVersion=0`) is answered as of so many revisions ago, as by an API
   * server whose watch cache lags behind; of a get, by a server alone.
   */
  | { readonly kind: "lag"; readonly revisions: number }
  /** What is kept of the past is dropped before the request is answered: who watches or reads from before is told 410. */
  | { readonly kind: "compact" }
  /**
   * The server ends while it is at work on the request, which may have been done, and starts again. Every other request under
   * way breaks off with it, and every watch.
   */
  | { readonly kind: "restart" }
  /** A watch's connection breaks after so many events, in the middle of a line. */
  | { readonly kind: "cut"; readonly afterEvents: number }
  /** A watch ends in good order after so many events. */
  | { readonly kind: "close"; readonly afterEvents: number }
  /** A watch is told after so many events that its resource version is too old. */
  | { readonly kind: "expire"; readonly afterEvents: number }
  /** Each event of a watch arrives twice. */
  | { readonly kind: "duplicate" }
  /** Neighbouring events of a watch that are about different objects change places. */
  | { readonly kind: "reorder" }
  /** Each event of a watch arrives later. */
  | { readonly kind: "late"; readonly ms: number };

/** What a plan knows of a request; the fields are authorization's, empty where they do not apply. */
export interface FaultedRequest {
  /** get, list, watch, create, update, patch, delete, deletecollection. */
  readonly verb: string;
  readonly group: string;
  readonly version: string;
  /** The plural; empty for requests that are no resource's, such as discovery. */
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly path: string;
}

/** Decides what goes wrong with a request; nothing, where it gives nothing. */
export type FaultPlan = (request: FaultedRequest) => Fault | undefined;

/** A fault broke the connection of a request. */
export class ConnectionDroppedError extends WeirError {
  override readonly name = "ConnectionDroppedError";
  readonly reason = "ConnectionDropped";
  readonly retry = "backoff";

  constructor() {
    super("connection reset");
  }
}
