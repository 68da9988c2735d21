import type { Transport } from "../transport/transport.ts";

/** The connections of one cluster with one set of certificates. */
export interface Wire {
  /** Sends a request as it is, credentials included. */
  readonly send: Transport;
  /** Makes no more connections for later; resolves when what runs on those that there are has ended. */
  retire(): Promise<void>;
  /** Ends everything at once; resolves when the sockets are closed. */
  destroy(): Promise<void>;
}

/** Requests wait for a connection beyond so many, so that a burst does not open thousands. */
export const MAX_CONNECTIONS = 64;
/** A request that takes longer than the server's own limit of 60 s is lost. */
export const ANSWER_TIMEOUT_MS = 90_000;
/** A server that is there answers a handshake by then. */
export const CONNECT_TIMEOUT_MS = 10_000;
/** How long a connection without a request is kept. */
export const IDLE_MS = 30_000;
