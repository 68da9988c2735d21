import type { Clock, Timer } from "@weir/core";
import type { RevisionIndex } from "./revision-index.ts";

/** How much of the log is kept for watches that resume and for lists that page. */
export interface HistoryLimits {
  /** 300,000 by default, as kube-apiserver's compaction interval. */
  readonly maxAgeMs?: number;
  /** How many revisions; 20,000 by default. */
  readonly maxRevisions?: number;
  /** Bytes of values in the log; 64 MiB by default. */
  readonly maxBytes?: number;
}

const DEFAULT_LIMITS: Required<HistoryLimits> = {
  maxAgeMs: 300_000,
  maxRevisions: 20_000,
  maxBytes: 64 * 1024 * 1024,
};

/** Compaction by age happens in steps of this part of the age, so that it is not done per write. */
const AGE_STEPS = 10;

/** Compaction by count or size leaves this part free, for the same reason. */
const HEADROOM = 0.9;

/** Compacts the log on its own when it outgrows its limits. */
export class HistoryKeeper implements Disposable {
  readonly #index: RevisionIndex;
  readonly #clock: Clock;
  readonly #limits: Required<HistoryLimits>;
  readonly #compact: (before: number) => void;
  #timer: Timer | undefined;

  constructor(
    index: RevisionIndex,
    clock: Clock,
    limits: HistoryLimits | undefined,
    compact: (before: number) => void,
  ) {
    this.#index = index;
    this.#clock = clock;
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
    this.#compact = compact;
  }

  /** To be called after the log has grown. */
  grown(): void {
    const { maxRevisions, maxBytes, maxAgeMs } = this.#limits;
    if (this.#index.logLength > maxRevisions || this.#index.logBytes > maxBytes) this.#shrink();
    if (this.#timer !== undefined || this.#index.oldestEntry === undefined) return;
    this.#timer = this.#clock.setTimer(maxAgeMs / AGE_STEPS, () => this.#expire());
  }

  [Symbol.dispose](): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #shrink(): void {
    const { maxRevisions, maxBytes } = this.#limits;
    let revisions = this.#index.logLength;
    let bytes = this.#index.logBytes;
    let before = 0;
    for (const entry of this.#index.entriesAfter(this.#index.oldest, revisions)) {
      if (revisions <= maxRevisions * HEADROOM && bytes <= maxBytes * HEADROOM) break;
      revisions--;
      bytes -= entry.stored?.size ?? 0;
      before = entry.revision;
    }
    if (before > 0) this.#compact(before);
  }

  #expire(): void {
    this.#timer = undefined;
    const horizonMs = this.#clock.now() - this.#limits.maxAgeMs;
    let before = 0;
    for (const entry of this.#index.entriesAfter(this.#index.oldest, this.#index.logLength)) {
      if (entry.atMs > horizonMs) break;
      before = entry.revision;
    }
    if (before > 0) this.#compact(before);
    this.grown();
  }
}
