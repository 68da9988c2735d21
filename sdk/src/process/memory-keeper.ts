import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Clock } from "@weir/core";

/** What a process is doing and holding, as it tells. */
export interface ProcessUse {
  /** CPU time of all threads so far, in milliseconds. */
  cpuMs(): number;
  /** Size of the heap of the main thread, with what is garbage, in bytes. */
  heapBytes(): number;
  /** Collects all garbage and gives its memory back. */
  collect(): void;
}

const LOOK_MS = 5_000;
/** Less than so much of a core is rest: renewals of a lease and a few objects whose interval is over go on. */
const IDLE_SHARE = 0.1;
/** A heap that grew by less since it was last collected is not worth the pause. */
const WORTHWHILE_BYTES = 8 * 1024 * 1024;

/**
 * Gives memory back once a process that was busy rests: V8 collects only as objects are made, so that a process with
 * nothing to do would hold the garbage of its last burst for as long as it does nothing. Ends when the signal aborts.
 */
export async function keepMemoryLow(
  clock: Clock,
  signal: AbortSignal,
  use: ProcessUse = ownUse(),
): Promise<void> {
  let cpuMs = use.cpuMs();
  let keptBytes = 0;
  for (;;) {
    const beganMs = clock.monotonic();
    try {
      await clock.sleep(LOOK_MS, signal);
    } catch {
      return;
    }
    const spentMs = use.cpuMs() - cpuMs;
    cpuMs += spentMs;
    const isIdle = spentMs < (clock.monotonic() - beganMs) * IDLE_SHARE;
    if (!isIdle || use.heapBytes() < keptBytes + WORTHWHILE_BYTES) continue;
    use.collect();
    keptBytes = use.heapBytes();
    cpuMs = use.cpuMs();
  }
}

/**
 * Keeps the room for young objects as small as it is in the beginning; V8 would let it grow to 64 MB, for good.
 *
 * A controller holds much and makes little garbage at a time, so small collections are short: what they move is what the
 * cache has gained since the one before. For the whole process, its workers too; call it before anything is loaded.
 */
export function keepYoungObjectsFew(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
}

function ownUse(): ProcessUse {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as (options: {
    readonly type: string;
    readonly flavor: string;
  }) => void;
  return {
    cpuMs: () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1000;
    },
    heapBytes: () => process.memoryUsage().heapTotal,
    collect: () => collect({ type: "major", flavor: "last-resort" }),
  };
}
