import { Event } from "@weir/builtin/core-v1";
import type { Outcome } from "@weir/core";
import { type Controller, createController, keyOf, parseKey } from "@weir/sdk";
import { CONTROLLER_MANAGER } from "../workloads/workload-options.ts";
import { millisecondsOf } from "../workloads/timestamp.ts";

/** How long Events live where nothing else is said, as with kube-apiserver's `--event-ttl`. */
export const DEFAULT_EVENT_TTL_MS = 3_600_000;

/** Removes Events that nobody has written for so long. */
export function eventTtlController(ttlMs: number): Controller {
  return createController("event-ttl", { concurrency: 2, component: CONTROLLER_MANAGER })
    .forKeys()
    .watches(Event, { map: (event) => [event] })
    .reconcile(async (key, ctx): Promise<Outcome | void> => {
      const event = await ctx.get(Event, parseKey(key));
      if (event === undefined) return;
      const leftMs = lastWrite(event) + ttlMs - ctx.clock.now();
      if (leftMs > 0) return { kind: "settled", recheckAfterMs: leftMs };
      const { uid, resourceVersion } = event.metadata;
      // One that was written meanwhile lives on.
      const preconditions = {
        ...(uid === undefined ? {} : { uid }),
        ...(resourceVersion === undefined ? {} : { resourceVersion }),
      };
      await ctx.delete(Event, keyOf(event), { preconditions });
    });
}

/** Each write says when the event was seen last. */
function lastWrite({ metadata, lastTimestamp, eventTime, series }: Event): number {
  const times = [metadata.creationTimestamp, lastTimestamp, eventTime, series?.lastObservedTime];
  return Math.max(...times.map((time) => millisecondsOf(time) ?? 0));
}
