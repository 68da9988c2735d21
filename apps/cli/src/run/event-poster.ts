import { hostname } from "node:os";
import { type Clock, WeirError } from "@weir/core";
import { formatApiVersion } from "@weir/objects";
import type { EventSink, PublishedEvent } from "@weir/sdk";

/** A notification controller did not take an event. */
export class EventRefusedError extends WeirError {
  override readonly name = "EventRefusedError";
  readonly reason = "EventRefused";
  readonly retry = "backoff";
  readonly status: number;

  constructor(status: number) {
    super(`the notification controller answered ${status}`);
    this.status = status;
  }
}

const TIMEOUT_MS = 15_000;
/** It had the same event a moment ago: nothing is lost. */
const DUPLICATE = 429;

/** Posts events to a notification controller in the form of Flux's. */
export function eventPoster(url: string, clock: Clock): EventSink {
  return async (published, signal) => {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(eventBody(published, clock.now())),
      redirect: "error",
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    await response.body?.cancel();
    if (!response.ok && response.status !== DUPLICATE) throw new EventRefusedError(response.status);
  };
}

/** An event as Flux's recorder posts it. */
export function eventBody({ kind, object, component, event }: PublishedEvent, nowMs: number): object {
  const { name, namespace, uid, resourceVersion } = object.metadata;
  return {
    involvedObject: {
      kind: kind.kind,
      namespace: namespace ?? "",
      name: name ?? "",
      uid: uid ?? "",
      apiVersion: formatApiVersion(kind),
      resourceVersion: resourceVersion ?? "",
    },
    severity: event.type === "Warning" ? "error" : "info",
    timestamp: `${new Date(nowMs).toISOString().slice(0, 19)}Z`,
    message: event.message,
    reason: event.reason,
    ...(event.annotations === undefined ? {} : { metadata: event.annotations }),
    reportingController: component,
    reportingInstance: hostname(),
  };
}
