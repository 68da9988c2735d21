import { formatGoDuration, type Random } from "@weir/core";

/** A time moved by up to `jitter` of itself, so that many do not come at once. */
export function jitteredMs(ms: number, random: Random, jitter: number): number {
  return ms * (1 + jitter * (2 * random.next() - 1));
}

/** Milliseconds as Go writes a duration, to the microsecond. */
export function durationText(ms: number): string {
  return formatGoDuration(BigInt(Math.round(ms * 1_000)) * 1_000n);
}

/** Milliseconds as Flux's messages name the time until the next try. */
export function retryText(ms: number): string {
  return formatGoDuration(BigInt(Math.round(ms)) * 1_000_000n);
}
