import { describeError } from "@weir/core";
import type { ObjectKey } from "@weir/objects";
import type { Source, SourceContext } from "../controller/controller.ts";

/** Takes the keys of a source until it ends or the controller does; a source that fails is logged, and over. */
export async function runSource(source: Source, ctx: SourceContext): Promise<void> {
  try {
    const keys = typeof source === "function" ? await source(ctx) : source;
    if (keys !== undefined) await drain(keys, ctx);
  } catch (error) {
    if (!ctx.signal.aborted) ctx.log.error("a source of keys failed", { error: describeError(error) });
  }
}

/** A stream that waits for ever must not hold up the end, so each wait ends with the signal. */
async function drain(keys: AsyncIterable<ObjectKey | string>, ctx: SourceContext): Promise<void> {
  const iterator = keys[Symbol.asyncIterator]();
  using stopped = new Stopped(ctx.signal);
  for (;;) {
    const next = await Promise.race([iterator.next(), stopped.promise]);
    if (next === undefined) {
      // It may be waiting for ever, so it is told to end but not waited for.
      void iterator.return?.()?.catch(() => {});
      return;
    }
    if (next.done === true) return;
    ctx.add(next.value);
  }
}

/** Resolves with nothing when a signal aborts; lets go of it when disposed. */
class Stopped implements Disposable {
  readonly promise: Promise<undefined>;
  readonly #undo: () => void;

  constructor(signal: AbortSignal) {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const onAbort = (): void => resolve(undefined);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    this.promise = promise;
    this.#undo = () => signal.removeEventListener("abort", onAbort);
  }

  [Symbol.dispose](): void {
    this.#undo();
  }
}
