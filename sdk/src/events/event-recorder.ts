import { type Clock, describeError, type Logger } from "@weir/core";
import { isApiError, type Kind, type KubeClient } from "@weir/client";
import { formatApiVersion, formatTime, type KubeObject } from "@weir/objects";
import type { ReconcileEvent } from "../reconcile/context.ts";
import { type Correlation, EventCorrelator } from "./event-correlator.ts";

/** An event on its way out, with the object it is about. */
export interface PublishedEvent {
  readonly kind: Kind<unknown, unknown>;
  readonly object: KubeObject;
  /** Who says so: `source-controller`. */
  readonly component: string;
  readonly event: ReconcileEvent;
}

/** Takes events besides the Kubernetes API, such as a notification controller; may fail, then the failure is logged. */
export type EventSink = (event: PublishedEvent, signal: AbortSignal) => Promise<void>;

/** What a recorder is made of. */
export interface EventRecorderOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly sinks: readonly EventSink[];
}

const EVENT: Kind<KubeObject> = {
  group: "",
  version: "v1",
  kind: "Event",
  plural: "events",
  scope: "Namespaced",
};

/** Events beyond so many that wait to be written are dropped, as client-go drops them. */
const QUEUE_LIMIT = 1000;
/** A server that is away must not hold events for long: they speak of the past. */
const MAX_TRIES = 3;
const RETRY_MS = 2_000;
const STOP_MS = 1_000;

/**
 * Publishes events about objects as core/v1 Events, in the form that Flux's recorder gives them, one after the other.
 *
 * Recording never waits and never fails its caller. A repeated event raises the count of the one that is there.
 */
export class EventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #correlator: EventCorrelator;
  readonly #queue: PublishedEvent[] = [];
  readonly #abort = new AbortController();
  #working: Promise<void> | undefined;
  #lastName = 0n;

  constructor(options: EventRecorderOptions) {
    this.#options = options;
    this.#correlator = new EventCorrelator(options.clock);
  }

  /** Takes an event to publish. */
  record(event: PublishedEvent): void {
    if (this.#abort.signal.aborted) return;
    if (this.#queue.length >= QUEUE_LIMIT) {
      this.#options.logger.warn("too many events wait to be written, one is dropped", {
        reason: event.event.reason,
      });
      return;
    }
    this.#queue.push(event);
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
    });
  }

  /** Resolves when what was recorded so far is written. */
  async flush(): Promise<void> {
    while (this.#working !== undefined) await this.#working;
  }

  /** Writes what waits, for a moment, and then no more. */
  async stop(): Promise<void> {
    const late = new AbortController();
    const isLate = this.#options.clock.sleep(STOP_MS, late.signal).catch(() => {});
    await Promise.race([this.flush(), isLate]);
    late.abort();
    this.#abort.abort();
    this.#queue.length = 0;
    await this.#working;
  }

  async #work(): Promise<void> {
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      const event = next;
      const sinks = this.#options.sinks.map((sink) => sink(event, this.#abort.signal));
      const results = await Promise.allSettled([this.#publish(event), ...sinks]);
      for (const result of results) {
        if (result.status === "rejected" && !this.#abort.signal.aborted) {
          this.#options.logger.warn("cannot publish an event", {
            reason: event.event.reason,
            error: describeError(result.reason),
          });
        }
      }
    }
  }

  async #publish(published: PublishedEvent): Promise<void> {
    const { event, component, object, kind } = published;
    const { namespace = "", name = "", uid = "" } = object.metadata;
    const type = event.type ?? "Normal";
    const source = JSON.stringify([component, formatApiVersion(kind), kind.kind, namespace, name, uid]);
    const { reason, message } = event;
    const correlation = this.#correlator.correlate({ source, type, reason, message });
    for (let tries = 1; ; tries++) {
      try {
        return await this.#write(published, correlation);
      } catch (error) {
        // Refusals stay refusals; only a server that could not be reached is asked again.
        if (isApiError(error) || tries >= MAX_TRIES || this.#abort.signal.aborted) throw error;
        await this.#options.clock.sleep(RETRY_MS, this.#abort.signal);
      }
    }
  }

  async #write(published: PublishedEvent, correlation: Correlation): Promise<void> {
    if (correlation.kind === "drop") return;
    const { key, message } = correlation;
    const { object, event } = published;
    const namespace = object.metadata.namespace ?? "default";
    const now = formatTime(this.#options.clock.now());
    const options = { fieldManager: published.component, signal: this.#abort.signal };
    if (correlation.kind === "repeat") {
      const { written } = correlation;
      const count = written.count + 1;
      try {
        const patch = { count, lastTimestamp: now, message };
        await this.#options.client.patch(
          EVENT,
          { namespace, name: written.name },
          { type: "merge", patch },
          options,
        );
        return this.#correlator.wrote(key, { ...written, count });
      } catch (error) {
        // Events expire; the next one is a new one.
        if (!isApiError(error, "NotFound")) throw error;
        this.#correlator.lost(key);
      }
    }
    const name = `${object.metadata.name ?? ""}.${this.#uniqueSuffix()}`;
    await this.#options.client.create(
      EVENT,
      {
        apiVersion: "v1",
        kind: "Event",
        metadata: {
          name,
          namespace,
          ...(event.annotations === undefined ? {} : { annotations: event.annotations }),
        },
        involvedObject: involvedObject(published),
        reason: event.reason,
        message,
        type: event.type ?? "Normal",
        source: { component: published.component },
        firstTimestamp: now,
        lastTimestamp: now,
        count: 1,
        eventTime: null,
        reportingComponent: published.component,
        reportingInstance: "",
      },
      options,
    );
    this.#correlator.wrote(key, { name, firstTimestamp: now, count: 1 });
  }

  /** Nanoseconds in hexadecimal, as client-go names events; never the same twice. */
  #uniqueSuffix(): string {
    const nanoseconds = BigInt(Math.trunc(this.#options.clock.now())) * 1_000_000n;
    this.#lastName = nanoseconds > this.#lastName ? nanoseconds : this.#lastName + 1n;
    return this.#lastName.toString(16);
  }
}

function involvedObject({ kind, object }: PublishedEvent): Readonly<Record<string, string>> {
  const { namespace, name = "", uid = "", resourceVersion = "" } = object.metadata;
  return {
    kind: kind.kind,
    ...(namespace === undefined ? {} : { namespace }),
    name,
    uid,
    apiVersion: formatApiVersion(kind),
    resourceVersion,
  };
}
