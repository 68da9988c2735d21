import {
  anySignal,
  Backoff,
  type Clock,
  type JsonObject,
  type Logger,
  type Random,
  type Timer,
  WeirError,
} from "@weir/core";
import { isApiError, type Kind, type KubeClient, KubeApiError, type WatchEvent } from "@weir/client";
import { formatApiVersion, type KubeObject } from "@weir/objects";

/** Which objects of a kind are watched. */
export interface WatchScope {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

/** Where a reflector puts what it sees; called in order, one call after the other. */
export interface ReflectorSink {
  /** Makes of an object that arrives what the sink holds; called object by object, as they come. */
  admit(object: KubeObject): KubeObject;
  /** A whole new state begins; one that was begun before comes to no end. */
  begin(): void;
  /** An object is in the new state, or is not any more. */
  stage(object: KubeObject): void;
  unstage(object: KubeObject): void;
  /** The new state is everything there is, at this version. */
  commit(resourceVersion: string): Promise<void> | void;
  upsert(object: KubeObject): void;
  remove(object: KubeObject): void;
  bookmark(resourceVersion: string): void;
  /** Reading or watching failed; it is tried again. Called with `undefined` when it works again. */
  trouble(error: unknown): void;
}

/** What a reflector is made of. */
export interface ReflectorOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly kind: Kind<unknown, unknown>;
  readonly scope: WatchScope;
  readonly sink: ReflectorSink;
  /** A watch that brings no bytes for so long is dead; bookmarks come every minute. 75 s by default. */
  readonly inactivityMs?: number;
  /** Objects per page where the server cannot stream a list; 500 by default. */
  readonly pageSize?: number;
}

/** The watch brought no bytes for longer than bookmarks are apart, so the connection is taken to be dead. */
export class WatchStalledError extends WeirError {
  override readonly name = "WatchStalledError";
  readonly reason = "WatchStalled";
  readonly retry = "backoff";

  constructor(kind: Kind<unknown, unknown>, silentMs: number) {
    super(`the watch of ${kind.kind} in ${formatApiVersion(kind)} was silent for ${silentMs / 1000}s`);
  }
}

/** A watch ended at once without an event: something between here and the server closes streams. */
export class VeryShortWatchError extends WeirError {
  override readonly name = "VeryShortWatchError";
  readonly reason = "VeryShortWatch";
  readonly retry = "backoff";

  constructor(kind: Kind<unknown, unknown>) {
    super(`the watch of ${kind.kind} in ${formatApiVersion(kind)} ended within a second, without an event`);
  }
}

/** A list or an event carries no resource version, so it cannot be continued from. */
export class MissingResourceVersionError extends WeirError {
  override readonly name = "MissingResourceVersionError";
  readonly reason = "MissingResourceVersion";
  readonly retry = "backoff";

  constructor(kind: Kind<unknown, unknown>) {
    super(`the list of ${kind.kind} in ${formatApiVersion(kind)} carries no resource version`);
  }
}

const INACTIVITY_MS = 75_000;
const SHORT_WATCH_MS = 1_000;
/** After so long without trouble the next failure starts the backoff over. */
const HEALTHY_MS = 120_000;
const MIN_WATCH_SECONDS = 300;
/** As client-go's reflector: 0.8 s to 30 s, each delay up to doubled at random. */
const BACKOFF = { baseMs: 800, maxMs: 30_000, factor: 2, jitter: 1 };
const ONLY_KEY = "";
const MAX_UNFINISHED_STREAMS = 2;
/** A stream whose bytes are all there would hold the event loop; it is let go after so many events. */
const EVENTS_PER_TURN = 100;

/** How the next attempt begins. */
type Plan =
  /** Everything is read; `notOlderThan` keeps a restart from going back in time. */
  | { readonly kind: "read"; readonly notOlderThan: string | undefined }
  | { readonly kind: "resume"; readonly from: string };

/**
 * Mirrors the objects of one kind and scope into a sink until its signal aborts, whatever the connection does.
 *
 * It streams the first state where the server can, else lists in pages; resumes from the last version it saw; reads
 * everything again only when the server no longer has that version; never on a 429 or a broken connection.
 */
export class Reflector {
  readonly #options: ReflectorOptions;
  readonly #backoff: Backoff<string>;
  #canStreamLists = true;
  #unfinishedStreams = 0;
  #plan: Plan = { kind: "read", notOlderThan: undefined };

  constructor(options: ReflectorOptions) {
    this.#options = options;
    this.#backoff = new Backoff(BACKOFF, options.random);
  }

  /** Mirrors until the signal aborts; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, sink } = this.#options;
    while (!signal.aborted) {
      const startedMs = clock.monotonic();
      try {
        await this.#attempt(signal);
      } catch (error) {
        if (signal.aborted) return;
        if (clock.monotonic() - startedMs >= HEALTHY_MS) this.#backoff.forget(ONLY_KEY);
        sink.trouble(error);
        await clock.sleep(this.#delayAfter(error), signal).catch(() => {});
      }
    }
  }

  #delayAfter(error: unknown): number {
    const asked = error instanceof KubeApiError ? (error.retryAfterMs ?? 0) : 0;
    return Math.max(asked, this.#backoff.next(ONLY_KEY));
  }

  async #attempt(signal: AbortSignal): Promise<void> {
    const plan = this.#plan;
    try {
      if (plan.kind === "resume") await this.#watchFrom(plan.from, signal);
      else if (this.#canStreamLists) await this.#streamList(plan.notOlderThan, signal);
      else await this.#listPages(plan.notOlderThan, signal);
    } catch (error) {
      this.#plan = this.#planAfter(error, plan);
      throw error;
    }
  }

  /** What a failure means for the next attempt; what it does not say keeps the plan. */
  #planAfter(error: unknown, tried: Plan): Plan {
    if (isTooLargeVersion(error)) return { kind: "read", notOlderThan: undefined };
    if (!isApiError(error, "Expired", "Gone")) return this.#plan;
    // A version that is gone even for reading leaves only a fresh quorum read.
    const isReading = tried.kind === "read" && this.#plan.kind === "read";
    if (isReading) return { kind: "read", notOlderThan: undefined };
    return { kind: "read", notOlderThan: this.#plan.kind === "resume" ? this.#plan.from : undefined };
  }

  async #listPages(notOlderThan: string | undefined, signal: AbortSignal): Promise<void> {
    const { client, kind, scope, sink, pageSize } = this.#options;
    const list = await client.list(kind, {
      ...scope,
      signal,
      ...(pageSize === undefined ? {} : { pageSize }),
      ...(notOlderThan === undefined
        ? {}
        : // A page limit would bypass the server's watch cache.
          { resourceVersion: notOlderThan, resourceVersionMatch: "NotOlderThan" as const, pageSize: 0 }),
    });
    const version = list.metadata.resourceVersion;
    if (version === undefined || version === "") throw new MissingResourceVersionError(kind);
    await this.#stageAll(list.items as readonly KubeObject[]);
    await sink.commit(version);
    this.#arrived(version);
  }

  async #streamList(notOlderThan: string | undefined, signal: AbortSignal): Promise<void> {
    const { sink } = this.#options;
    let isComplete = false;
    sink.begin();
    const take = async (event: WatchEvent<KubeObject>): Promise<void> => {
      if (isComplete) return this.#deliver(this.#admitted(event));
      const end = stageInitial(sink, this.#admitted(event));
      if (end === undefined) return;
      isComplete = true;
      await sink.commit(end);
      this.#arrived(end);
    };
    try {
      await this.#watch({ sendInitialEvents: true, resourceVersion: notOlderThan ?? "" }, signal, take);
    } catch (error) {
      if (isComplete || signal.aborted || !isUnfinished(error)) throw error;
      if (error instanceof KubeApiError) this.#canStreamLists = false;
    }
    if (isComplete) {
      this.#unfinishedStreams = 0;
      return;
    }
    // Once may be an accident; a server that never ends the list does not know how to stream one.
    this.#unfinishedStreams += 1;
    if (this.#unfinishedStreams >= MAX_UNFINISHED_STREAMS) this.#canStreamLists = false;
    await this.#listPages(notOlderThan, signal);
  }

  #watchFrom(resourceVersion: string, signal: AbortSignal): Promise<void> {
    return this.#watch({ resourceVersion }, signal, (event) => this.#deliver(this.#admitted(event)));
  }

  /** Runs one watch to its end; throws for everything but an orderly end. */
  async #watch(
    options: { readonly resourceVersion: string; readonly sendInitialEvents?: boolean },
    signal: AbortSignal,
    deliver: (event: WatchEvent<KubeObject>) => Promise<void> | void,
  ): Promise<void> {
    const { client, clock, random, kind, scope } = this.#options;
    const startedMs = clock.monotonic();
    let events = 0;
    using silence = new SilenceGuard(clock, this.#options.inactivityMs ?? INACTIVITY_MS, kind);
    using held = anySignal(signal, silence.signal);
    const stream = client.watch(kind as Kind<KubeObject>, {
      ...scope,
      ...options,
      signal: held.signal,
      timeoutSeconds: Math.floor(MIN_WATCH_SECONDS * (1 + random.next())),
      onActivity: () => silence.heard(),
    });
    for await (const event of stream) {
      events += 1;
      await deliver(event);
      if (events % EVENTS_PER_TURN === 0) await nextTurn();
    }
    signal.throwIfAborted();
    silence.signal.throwIfAborted();
    const lastedMs = clock.monotonic() - startedMs;
    if (events === 0 && lastedMs < SHORT_WATCH_MS) throw new VeryShortWatchError(kind);
    if (lastedMs >= HEALTHY_MS) this.#backoff.forget(ONLY_KEY);
  }

  async #stageAll(objects: readonly KubeObject[]): Promise<void> {
    const { sink } = this.#options;
    let staged = 0;
    sink.begin();
    for (const object of objects) {
      sink.stage(sink.admit(object));
      staged += 1;
      if (staged % EVENTS_PER_TURN === 0) await nextTurn();
    }
  }

  #admitted(event: WatchEvent<KubeObject>): WatchEvent<KubeObject> {
    if (event.type === "BOOKMARK" || event.type === "ERROR") return event;
    return { type: event.type, object: this.#options.sink.admit(event.object) };
  }

  #deliver(event: WatchEvent<KubeObject>): void {
    const { sink } = this.#options;
    switch (event.type) {
      case "ERROR":
        throw statusError(event.status);
      case "BOOKMARK":
        sink.bookmark(event.resourceVersion);
        return this.#arrived(event.resourceVersion);
      case "DELETED":
        sink.remove(event.object);
        return this.#arrived(event.object.metadata.resourceVersion);
      case "ADDED":
      case "MODIFIED":
        sink.upsert(event.object);
        return this.#arrived(event.object.metadata.resourceVersion);
    }
  }

  #arrived(resourceVersion: string | undefined): void {
    if (resourceVersion === undefined || resourceVersion === "") {
      throw new MissingResourceVersionError(this.#options.kind);
    }
    this.#plan = { kind: "resume", from: resourceVersion };
    this.#options.sink.trouble(undefined);
  }
}

/** Aborts when nothing was heard for a while; measured on bytes, so that one long event counts as life. */
class SilenceGuard implements Disposable {
  readonly #abort = new AbortController();
  readonly #clock: Clock;
  readonly #limitMs: number;
  readonly #kind: Kind<unknown, unknown>;
  #heardMs: number;
  #timer: Timer;

  constructor(clock: Clock, limitMs: number, kind: Kind<unknown, unknown>) {
    this.#clock = clock;
    this.#limitMs = limitMs;
    this.#kind = kind;
    this.#heardMs = clock.monotonic();
    this.#timer = clock.setTimer(limitMs, () => this.#check());
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  heard(): void {
    this.#heardMs = this.#clock.monotonic();
  }

  [Symbol.dispose](): void {
    this.#timer.cancel();
  }

  /** One timer that re-arms: a timer per chunk would cost more than the events do. */
  #check(): void {
    const leftMs = this.#heardMs + this.#limitMs - this.#clock.monotonic();
    if (leftMs <= 0) this.#abort.abort(new WatchStalledError(this.#kind, this.#limitMs));
    else this.#timer = this.#clock.setTimer(leftMs, () => this.#check());
  }
}

/** Takes an event of a streamed list; gives the list's version when it is complete. */
function stageInitial(sink: ReflectorSink, event: WatchEvent<KubeObject>): string | undefined {
  switch (event.type) {
    case "ADDED":
    case "MODIFIED":
      sink.stage(event.object);
      return undefined;
    case "DELETED":
      sink.unstage(event.object);
      return undefined;
    case "BOOKMARK":
      return event.initialEventsEnd ? event.resourceVersion : undefined;
    case "ERROR":
      throw statusError(event.status);
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function statusError(status: JsonObject): KubeApiError {
  const code = typeof status["code"] === "number" ? status["code"] : 500;
  return new KubeApiError(status, code);
}

/** The server does not know the version that was asked for; a replica that lags, or a restored backup. */
function isTooLargeVersion(error: unknown): boolean {
  if (!(error instanceof KubeApiError)) return false;
  return error.causes.some((cause) => cause.reason === "ResourceVersionTooLarge");
}

/** A streamed list that was refused as such, or that came to no end. */
function isUnfinished(error: unknown): boolean {
  if (error instanceof WatchStalledError || error instanceof VeryShortWatchError) return true;
  return error instanceof KubeApiError && [400, 405, 422, 501].includes(error.code);
}
