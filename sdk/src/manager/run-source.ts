import { abortable, describeError } from "@weir/core";
import type { ObjectKey } from "@weir/objects";
import type { EventSource, Source, SourceContext } from "../controller/controller.ts";

/** Takes the keys of a source until it ends or the controller does; a source that fails is logged, and over. */
export async function runSource(source: Source, ctx: SourceContext): Promise<void> {
  try {
    if (isEventSource(source)) return await drain(source.events, ctx, (event) => handle(source, event, ctx));
    const keys = typeof source === "function" ? await source(ctx) : source;
    if (keys !== undefined) await drain(keys, ctx, (key: ObjectKey | string) => ctx.add(key));
  } catch (error) {
    if (!ctx.signal.aborted) ctx.log.error("a source of keys failed", { error: describeError(error) });
  }
}

function isEventSource(source: Source): source is EventSource {
  return "handler" in source;
}

/** One event that its handler cannot take must not end the source. */
function handle({ handler }: EventSource, event: unknown, ctx: SourceContext): void {
  try {
    handler.generic(event, { add: (key, options) => ctx.add(key, options), cache: ctx.cache });
  } catch (error) {
    ctx.log.error("a handler of events threw", { error: describeError(error) });
  }
}

/** A stream that waits for ever must not hold up the end, so each wait ends with the signal. */
async function drain<Item>(
  items: AsyncIterable<Item>,
  { signal }: SourceContext,
  take: (item: Item) => void,
): Promise<void> {
  const iterator = items[Symbol.asyncIterator]();
  while (!signal.aborted) {
    const pending = iterator.next();
    // Its failure after the end is nobody's.
    pending.catch(() => {});
    const next = await abortable(pending, signal).catch((error: unknown) => {
      if (signal.aborted) return undefined;
      throw error;
    });
    if (next === undefined) break;
    if (next.done === true) return;
    take(next.value);
  }
  // It may be waiting for ever, so it is told to end but not waited for.
  void iterator.return?.()?.catch(() => {});
}
