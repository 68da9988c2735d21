/** What a listener lets its clients do. The defaults are kube-apiserver's where it has such a limit. */
export interface ListenerLimits {
  /** How long a TLS handshake, and how long the head of a request may take; 32,000 by default. */
  readonly headTimeoutMs?: number;
  /** How long a request may take until its body is there; 60,000 by default. */
  readonly requestTimeoutMs?: number;
  /** How long a connection may be idle between requests; 90,000 by default. */
  readonly idleTimeoutMs?: number;
  /** How long a client may take to read what was sent, be it an answer or a watch's events; 60,000 by default. */
  readonly stallTimeoutMs?: number;
  /** How many connections may be open on which nothing was asked yet; 1,000 by default, the oldest make room. */
  readonly maxPendingConnections?: number;
  /** How long requests that are under way may take to end when the listener closes; 10,000 by default. */
  readonly shutdownGraceMs?: number;
}

/** Limits with nothing left out. */
export type CompleteLimits = Required<ListenerLimits>;

/** The head of a request: a MiB and what Go's server reads beyond it. */
export const MAX_HEAD_BYTES: number = 1024 * 1024 + 4096;

const DEFAULTS: CompleteLimits = {
  headTimeoutMs: 32_000,
  requestTimeoutMs: 60_000,
  idleTimeoutMs: 90_000,
  stallTimeoutMs: 60_000,
  maxPendingConnections: 1_000,
  shutdownGraceMs: 10_000,
};

/** The limits that are said, and the defaults for the others. */
export function completeLimits(limits: ListenerLimits = {}): CompleteLimits {
  return { ...DEFAULTS, ...limits };
}
