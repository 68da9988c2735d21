import type { Clock } from "@weir/core";

/** How often a stream is interrupted to say that it is alive. */
export interface Pulse {
  readonly clock: Clock;
  /** `undefined` for never. */
  readonly everyMs: number | undefined;
  readonly signal: AbortSignal;
}

/** The items of a stream, and `"pulse"` whenever none came for a while. Ends with the stream or the signal. */
export async function* pulses<Item>(
  source: AsyncIterable<Item>,
  pulse: Pulse,
): AsyncGenerator<Item | "pulse"> {
  const iterator = source[Symbol.asyncIterator]();
  try {
    let pending: Promise<IteratorResult<Item>> | undefined;
    while (!pulse.signal.aborted) {
      pending ??= iterator.next();
      const first =
        pulse.everyMs === undefined ? await pending : await nextOrPulse(pending, pulse.everyMs, pulse);
      if (first === "pulse") {
        yield "pulse";
        continue;
      }
      pending = undefined;
      if (first.done === true) return;
      yield first.value;
    }
  } finally {
    await iterator.return?.();
  }
}

async function nextOrPulse<Item>(
  pending: Promise<IteratorResult<Item>>,
  everyMs: number,
  { clock }: Pulse,
): Promise<IteratorResult<Item> | "pulse"> {
  let fire: (value: "pulse") => void = () => {};
  const beat = new Promise<"pulse">((resolve) => {
    fire = resolve;
  });
  const timer = clock.setTimer(everyMs, () => fire("pulse"));
  try {
    return await Promise.race([pending, beat]);
  } finally {
    timer.cancel();
  }
}
