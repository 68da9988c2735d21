import { anySignal, type Clock } from "@weir/core";
import type { StopOptions } from "./runnable.ts";

/** Waits for work to end, no longer than it may take; says whether it has. */
export async function waitForEnd(
  ended: Promise<unknown>,
  clock: Clock,
  { withinMs, hurry }: StopOptions,
): Promise<boolean> {
  const done = new AbortController();
  using either = anySignal(done.signal, hurry);
  const late = clock.sleep(withinMs < 0 ? Number.MAX_SAFE_INTEGER : withinMs, either.signal).catch(() => {});
  const isEnded = await Promise.race([ended.then(() => true), late.then(() => false)]);
  done.abort();
  return isEnded;
}
