import { type Clock, sleepOn, type Timer } from "./clock.ts";

const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer: (delayMs, fire) => startTimer(Math.max(0, delayMs), fire),
  sleep: (delayMs, signal) => sleepOn(systemClock, delayMs, signal),
};

function startTimer(delayMs: number, fire: () => void): Timer {
  let handle: NodeJS.Timeout;
  const arm = (remainingMs: number): void => {
    const stepMs = Math.min(remainingMs, LONGEST_TIMEOUT_MS);
    handle = setTimeout(() => (remainingMs > stepMs ? arm(remainingMs - stepMs) : fire()), stepMs);
    handle.unref();
  };
  arm(delayMs);
  return { cancel: () => clearTimeout(handle) };
}
