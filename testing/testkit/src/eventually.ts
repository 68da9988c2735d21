import { type Clock, systemClock, WeirError } from "@weir/core";

/** What was waited for did not come true; the cause is the last failure. */
export class NotInTimeError extends WeirError {
  override readonly name = "NotInTimeError";
  readonly reason = "NotInTime";
  readonly retry = "never";

  constructor(withinMs: number, options: { readonly cause: unknown }) {
    super(`not within ${withinMs} ms`, options);
  }
}

/** How long to wait. */
export interface EventuallyOptions {
  /** 25 s by default. */
  readonly withinMs?: number;
  /** 20 ms by default. */
  readonly everyMs?: number;
  readonly clock?: Clock;
}

/** Tries again until `check` does not throw, and gives what it returned; else throws with its last failure. */
export async function eventually<Result>(
  check: () => Result | Promise<Result>,
  { withinMs = 25_000, everyMs = 20, clock = systemClock }: EventuallyOptions = {},
): Promise<Result> {
  const end = clock.monotonic() + withinMs;
  for (;;) {
    try {
      return await check();
    } catch (cause) {
      if (clock.monotonic() >= end) throw new NotInTimeError(withinMs, { cause });
    }
    await clock.sleep(everyMs);
  }
}
