import type { Kustomization } from "@weir/api";
import { jitteredMs } from "@weir/consumer";
import { goDurationMs, type Random } from "@weir/core";

const SHORTEST_TIMEOUT_MS = 30_000;

/** How long a run's health checks and deletions may take: never less than 30 s, by default the interval less 30 s. */
export function timeoutMsOf({ timeout, interval }: Kustomization["spec"]): number {
  const wanted = timeout === undefined ? goDurationMs(interval) - SHORTEST_TIMEOUT_MS : goDurationMs(timeout);
  return Math.max(SHORTEST_TIMEOUT_MS, wanted);
}

/** When a failed run is repeated. */
export function retryIntervalMsOf({ retryInterval, interval }: Kustomization["spec"]): number {
  return goDurationMs(retryInterval ?? interval);
}

/** When a run that succeeded is repeated: the interval, moved by up to `jitter` of it, so that many do not come at once. */
export function jitteredIntervalMsOf(
  { interval }: Kustomization["spec"],
  random: Random,
  jitter: number,
): number {
  return jitteredMs(goDurationMs(interval), random, jitter);
}
