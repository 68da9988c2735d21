import type { Clock } from "@weir/core";

/** What tells events apart. */
export interface EventIdentity {
  /** The object and who speaks of it: what the limit of events counts. */
  readonly source: string;
  readonly type: string;
  readonly reason: string;
  readonly message: string;
}

/** What is to be written for an event. */
export type Correlation =
  | { readonly kind: "drop" }
  | { readonly kind: "create"; readonly key: string; readonly message: string }
  /** The event is one that was written before. */
  | { readonly kind: "repeat"; readonly key: string; readonly message: string; readonly written: Written };

/** An event that was written. */
export interface Written {
  readonly name: string;
  readonly firstTimestamp: string;
  readonly count: number;
}

/** The limits of client-go's correlator. */
const SIMILAR_LIMIT = 10;
const SIMILAR_WINDOW_MS = 600_000;
const BURST = 25;
const REFILL_MS = 300_000;
const REMEMBERED = 4096;

interface Similar {
  readonly messages: Set<string>;
  lastMs: number;
}

interface Bucket {
  tokens: number;
  refilledMs: number;
}

/**
 * Keeps events from flooding the API, as client-go's correlator: a repeated event raises a count, many similar ones
 * become one, and an object that never rests gets one event in five minutes after a burst of 25.
 */
export class EventCorrelator {
  readonly #clock: Clock;
  readonly #similar = new Remembering<Similar>();
  readonly #buckets = new Remembering<Bucket>();
  readonly #written = new Remembering<Written>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Says what to write for an event that happens now. */
  correlate(event: EventIdentity): Correlation {
    const { key, message } = this.#aggregate(event);
    if (!this.#isAllowed(event.source)) return { kind: "drop" };
    const written = this.#written.get(key);
    return written === undefined
      ? { kind: "create", key, message }
      : { kind: "repeat", key, message, written };
  }

  /** Remembers what was written under a correlation's key. */
  wrote(key: string, written: Written): void {
    this.#written.set(key, written);
  }

  /** Forgets an event that is no longer there. */
  lost(key: string): void {
    this.#written.delete(key);
  }

  #aggregate(event: EventIdentity): { readonly key: string; readonly message: string } {
    const nowMs = this.#clock.monotonic();
    const group = JSON.stringify([event.source, event.type, event.reason]);
    let similar = this.#similar.get(group);
    if (similar === undefined || nowMs - similar.lastMs > SIMILAR_WINDOW_MS) {
      similar = { messages: new Set(), lastMs: nowMs };
    }
    similar.lastMs = nowMs;
    similar.messages.add(event.message);
    this.#similar.set(group, similar);
    if (similar.messages.size < SIMILAR_LIMIT) {
      return { key: JSON.stringify([group, event.message]), message: event.message };
    }
    // As many messages as the limit stand for "the rest"; one is let go so that the set stays small.
    for (const oldest of similar.messages) {
      similar.messages.delete(oldest);
      break;
    }
    return { key: group, message: `(combined from similar events): ${event.message}` };
  }

  #isAllowed(source: string): boolean {
    const nowMs = this.#clock.monotonic();
    const bucket = this.#buckets.get(source) ?? { tokens: BURST, refilledMs: nowMs };
    const tokens = Math.min(BURST, bucket.tokens + (nowMs - bucket.refilledMs) / REFILL_MS);
    const isAllowed = tokens >= 1;
    this.#buckets.set(source, { tokens: isAllowed ? tokens - 1 : tokens, refilledMs: nowMs });
    return isAllowed;
  }
}

/** A map that forgets what was not used for longest. */
class Remembering<Value> {
  readonly #entries = new Map<string, Value>();

  get(key: string): Value | undefined {
    return this.#entries.get(key);
  }

  set(key: string, value: Value): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size <= REMEMBERED) return;
    const oldest = this.#entries.keys().next();
    if (!oldest.done) this.#entries.delete(oldest.value);
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }
}
