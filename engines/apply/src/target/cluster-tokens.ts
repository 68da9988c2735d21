import { type Clock, systemClock } from "@weir/core";

/** A token, and until when it is good. */
export interface BearerToken {
  readonly token: string;
  /** Wall time, in milliseconds. */
  readonly expiresAtMs: number;
}

/** How tokens are kept. */
export interface ClusterTokensOptions {
  readonly clock?: Clock;
  /** How many are kept; 100 by default, 0 makes a new one for each request. */
  readonly maxSize?: number;
  /** How long one is kept at most, in milliseconds; an hour by default, which is also the limit. */
  readonly maxDurationMs?: number;
}

interface Kept {
  readonly token: string;
  readonly wallMs: number;
  readonly monotonicMs: number;
}

const HOUR_MS = 3_600_000;
/** As the kubelet, which renews tokens of accounts when this part of their life is over. */
const USED_PART = 0.8;

/**
 * Keeps the tokens by which other clusters are reached until four fifths of their life are over, the least used going
 * first where there are too many. Whoever asks for a token that is being made waits for it.
 */
export class ClusterTokens {
  readonly #clock: Clock;
  readonly #maxSize: number;
  readonly #maxDurationMs: number;
  readonly #kept = new Map<string, Kept>();
  readonly #making = new Map<string, Promise<string>>();

  constructor(options: ClusterTokensOptions = {}) {
    this.#clock = options.clock ?? systemClock;
    this.#maxSize = options.maxSize ?? 100;
    this.#maxDurationMs = Math.min(options.maxDurationMs ?? HOUR_MS, HOUR_MS);
  }

  /** The token of this key; `make` is called where there is none, and its failure is not kept. */
  async get(key: string, make: () => Promise<BearerToken>): Promise<string> {
    const kept = this.#fresh(key);
    if (kept !== undefined) return kept;
    const making = this.#making.get(key);
    if (making !== undefined) {
      try {
        return await making;
      } catch {
        // Another run's end is no reason for this one to fail.
      }
    }
    return this.#make(key, make);
  }

  #fresh(key: string): string | undefined {
    const kept = this.#kept.get(key);
    if (kept === undefined) return undefined;
    this.#kept.delete(key);
    // Either clock may lag: the wall clock is set, the other one stands still while the machine sleeps.
    if (this.#clock.now() >= kept.wallMs || this.#clock.monotonic() >= kept.monotonicMs) return undefined;
    this.#kept.set(key, kept);
    return kept.token;
  }

  #make(key: string, make: () => Promise<BearerToken>): Promise<string> {
    const making = make()
      .then((made) => this.#keep(key, made))
      .finally(() => {
        if (this.#making.get(key) === making) this.#making.delete(key);
      });
    this.#making.set(key, making);
    return making;
  }

  #keep(key: string, { token, expiresAtMs }: BearerToken): string {
    const now = this.#clock.now();
    const forMs = Math.min((expiresAtMs - now) * USED_PART, this.#maxDurationMs);
    this.#kept.set(key, { token, wallMs: now + forMs, monotonicMs: this.#clock.monotonic() + forMs });
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= this.#maxSize) break;
      this.#kept.delete(oldest);
    }
    return token;
  }
}
