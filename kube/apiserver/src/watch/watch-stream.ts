import { setImmediate as nextTurn } from "node:timers/promises";
import { type JsonObject, type JsonValue, type Timer, writeJson } from "@weir/core";
import { expiredError, failure, type KubeObject, type Status } from "@weir/objects";
import { ChunkWriter } from "../http/chunk-writer.ts";
import type { Negotiated } from "../http/negotiate.ts";
import type { Call } from "../resources/call.ts";
import type { StoredObject } from "../resources/object-store.ts";
import { apiVersionOf, type Resource } from "../resources/resource.ts";
import type { StorageEvent } from "../storage/storage.ts";
import { FutureRevisionError, RevisionCompactedError } from "../storage/storage-error.ts";
import { partialMetadata } from "../table/partial-metadata.ts";
import { tableOf } from "../table/table.ts";
import type { ListOptions } from "../verbs/list-options.ts";
import { selectEntries } from "../verbs/select-entries.ts";
import type { Selection } from "../verbs/selection.ts";
import type { Change } from "./change.ts";
import { eventHead, type EventType } from "./event-line.ts";

/** A watch without a time of its own ends after this long or up to twice as long, so that clients spread out. */
const MIN_TIMEOUT_SECONDS = 1800;
const BOOKMARK_MS = 60_000;

/** Where a watch begins: with what is there now, or after a revision. */
export type Start =
  | { readonly kind: "now" }
  | { readonly kind: "after"; readonly revision: number; readonly current: number };

/** What a watch is about. */
export interface WatchInput {
  readonly call: Call;
  readonly options: ListOptions;
  readonly selection: Selection;
  readonly how: Negotiated;
  readonly scope: string;
  readonly start: Start;
}

type Piece = IteratorResult<Uint8Array, undefined>;
type Events = AsyncIterator<readonly StorageEvent[]>;

const DONE: Piece = { done: true, value: undefined };
const NOTHING = new Uint8Array();

/**
 * One client's watch: lines of events, as the client takes them.
 *
 * Nothing is read ahead. What happens while the client is busy stays in the storage's log, and if it falls out of it the
 * watch ends with a 410, so a slow client costs no memory. Lines are shared with all who watch the same.
 */
export class WatchStream implements AsyncIterableIterator<Uint8Array> {
  readonly #input: WatchInput;
  readonly #ended = new AbortController();
  readonly #endsAtMs: number;
  /** Pieces that are made as they are taken, before anything that comes from the log. */
  #first: Iterator<Uint8Array> | undefined;
  #events: Events | undefined;
  /** The reader that waits for a piece. */
  #waiting: PromiseWithResolvers<Piece> | undefined;
  #timer: Timer | undefined;
  #isBegun = false;
  #isReading = false;
  /** Something came out of the log that was not told yet. */
  #isArriving = false;
  #isSilent = false;
  #sentColumns = false;
  #revision = 0;

  constructor(input: WatchInput) {
    const { call, options } = input;
    this.#input = input;
    const { timeoutSeconds = 0 } = options;
    const seconds =
      timeoutSeconds === 0 ? MIN_TIMEOUT_SECONDS * (1 + call.api.random.next()) : timeoutSeconds;
    this.#endsAtMs = call.api.clock.monotonic() + seconds * 1000;
    if (seconds < 0) {
      this.#end();
      return;
    }
    call.request.signal.addEventListener("abort", this.#onAbort, { once: true });
    if (call.request.signal.aborted) this.#end();
    else this.#setTimer();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<Piece> {
    this.#waiting = Promise.withResolvers();
    const { promise } = this.#waiting;
    if (this.#isBegun) this.#proceed();
    else void this.#begin();
    return promise;
  }

  async return(): Promise<Piece> {
    this.#end();
    return DONE;
  }

  /** Gives the waiting reader what is there, or waits with it for what comes next. */
  #proceed(): void {
    try {
      const first = this.#first?.next();
      if (first?.done === false) return this.#send(first.value);
      this.#first = undefined;
    } catch (error) {
      return this.#fail(error);
    }
    if (this.#ended.signal.aborted) this.#give(DONE);
    else this.#read();
  }

  readonly #onAbort = (): void => this.#end();

  #end(): void {
    this.#first = undefined;
    this.#close();
    this.#give(DONE);
  }

  /** Lets go of everything but what is still to be said. */
  #close(): void {
    this.#isBegun = true;
    if (this.#ended.signal.aborted) return;
    this.#timer?.cancel();
    this.#input.call.request.signal.removeEventListener("abort", this.#onAbort);
    this.#ended.abort();
  }

  /** The next time something is due: a bookmark, or the end. */
  #setTimer(): void {
    const { call, options } = this.#input;
    const { clock } = call.api;
    const leftMs = this.#endsAtMs - clock.monotonic();
    if (leftMs <= 0) return this.#end();
    const delayMs = options.allowBookmarks ? Math.min(BOOKMARK_MS, leftMs) : leftMs;
    this.#timer = clock.setTimer(delayMs, () => this.#onTimer());
  }

  #onTimer(): void {
    const { call, options } = this.#input;
    // A timer may fire a little early: the end is no bookmark then.
    const isLast = !options.allowBookmarks || this.#endsAtMs <= call.api.clock.monotonic();
    if (!isLast && this.#isBegun && !this.#isSilent) void this.#mark();
    this.#setTimer();
  }

  /**
   * Sends a bookmark, unless the client is busy with earlier events, which tell it how far it is. Where nothing happened to
   * what is watched, it is as new as the storage: a client that resumes there need not list again.
   */
  async #mark(): Promise<void> {
    try {
      const current = await this.#input.call.api.store.storage.revision();
      // What the storage had to hand over until then has arrived by the next turn.
      await nextTurn();
      if (this.#isReading && !this.#isArriving) this.#revision = Math.max(this.#revision, current);
    } catch {
      // A storage that is closed ends the watch by itself.
      return;
    }
    this.#send(this.#bookmark(false));
  }

  #give(piece: Piece): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve(piece);
  }

  #send(bytes: Uint8Array): void {
    if (this.#waiting === undefined || bytes.length === 0) return;
    // There is no such view of an event: upstream fails to write the first one, and ends.
    if (this.#input.how.as === "PartialObjectMetadataList") this.#end();
    else this.#give({ done: false, value: bytes });
  }

  async #begin(): Promise<void> {
    const { start, options } = this.#input;
    try {
      if (start.kind === "now") {
        // Without a revision the end of what is there is marked, too, whether or not the client asked for it by name.
        await this.#initial(options.allowBookmarks);
      } else {
        this.#revision = start.revision;
        // Nothing is known of a revision that is yet to come: the stream stays silent until it ends.
        this.#isSilent = start.revision > start.current;
      }
    } catch (error) {
      return this.#fail(error);
    }
    this.#isBegun = true;
    this.#proceed();
  }

  async #initial(isMarked: boolean): Promise<void> {
    const { call, scope, selection } = this.#input;
    const { store } = call.api;
    const read = await store.range(scope, {});
    this.#revision = read.revision;
    await store.prepare(call.resource, read.entries);
    const entries = scope.endsWith("/") ? read.entries : read.entries.filter(({ key }) => key === scope);
    this.#first = this.#initialPieces(await selectEntries(call, entries, selection), isMarked);
  }

  *#initialPieces(entries: readonly StoredObject[], isMarked: boolean): Generator<Uint8Array> {
    const { resource } = this.#input.call;
    const head = eventHead(resource, "ADDED");
    const isCopied = this.#input.how.as === undefined && resource.servesStoredText;
    const writer = new ChunkWriter();
    for (const entry of entries) {
      if (isCopied) {
        writer.stored(head, entry);
        writer.text("}\n");
      } else writer.bytes(this.#ownLine("ADDED", entry));
      yield* writer.take();
    }
    if (isMarked) writer.bytes(this.#bookmark(true));
    yield* writer.end();
  }

  /** A watch of one object has its key as scope, which is also a prefix of longer names. */
  #isInScope(key: string): boolean {
    const { scope } = this.#input;
    return scope.endsWith("/") || key === scope;
  }

  /** Waits for what comes next in the log, unless that is waited for already. */
  #read(): void {
    if (this.#isReading || this.#isSilent) return;
    this.#isReading = true;
    const { call, scope } = this.#input;
    this.#events ??= call.api.store.storage
      .watch(scope, this.#revision, this.#ended.signal)
      [Symbol.asyncIterator]();
    this.#events.next().then(this.#onEvents, this.#onFailure);
  }

  readonly #onEvents = (result: IteratorResult<readonly StorageEvent[]>): void => {
    if (result.done === true) return this.#end();
    this.#isArriving = true;
    const { call } = this.#input;
    const { changes, store } = call.api;
    const batch = result.value.map((event) => changes.of(call.resource, event));
    if (call.resource.convertStored === undefined) return this.#tell(batch);
    store
      .prepare(
        call.resource,
        batch.flatMap(({ entries }) => entries),
      )
      .then(() => this.#tell(batch), this.#onFailure);
  };

  readonly #onFailure = (error: unknown): void => {
    this.#isReading = false;
    this.#fail(error);
  };

  #tell(batch: readonly Change[]): void {
    this.#isArriving = false;
    const lines: Uint8Array[] = [];
    try {
      for (const change of batch) {
        const line = this.#lineOf(change);
        if (line.length > 0) lines.push(line);
      }
    } catch (error) {
      return this.#onFailure(error);
    }
    this.#isReading = false;
    const [only = NOTHING] = lines;
    if (lines.length === 0) return this.#read();
    if (this.#waiting === undefined) this.#first = lines[Symbol.iterator]();
    else this.#send(lines.length === 1 ? only : Buffer.concat(lines));
  }

  #lineOf(change: Change): Uint8Array {
    this.#revision = change.revision;
    if (!this.#isInScope(change.key)) return NOTHING;
    const { now, before, gone } = change;
    const { selection, call } = this.#input;
    const { store } = call.api;
    const isAll = selection.isEverything;
    const isIn = now !== undefined && (isAll || selection.matches(store.object(call.resource, now)));
    const wasIn = before !== undefined && (isAll || selection.matches(change.objectBefore(store, before)));
    if (isIn) return this.#sharedLine(change, wasIn ? "MODIFIED" : "ADDED", now);
    return wasIn && gone !== undefined ? this.#sharedLine(change, "DELETED", gone) : NOTHING;
  }

  #sharedLine(change: Change, type: EventType, entry: StoredObject): Uint8Array {
    const { how, call } = this.#input;
    if (how.as === "Table" || how.isBeta === true) return this.#ownLine(type, entry);
    return change.line(call.api.store, how.as === undefined ? "object" : "metadata", type, entry);
  }

  #ownLine(type: string, entry: StoredObject): Uint8Array {
    const { call, how } = this.#input;
    const { store } = call.api;
    if (how.as !== undefined) return this.#viewLine(type, store.object(call.resource, entry));
    return Buffer.from(`{"type":"${type}","object":${store.text(call.resource, entry, false)}}\n`);
  }

  #viewLine(type: string, object: KubeObject): Uint8Array {
    const { call, how } = this.#input;
    if (how.as !== "Table") return Buffer.from(`${writeJson({ type, object: partialMetadata(object) })}\n`);
    const resourceVersion = object.metadata.resourceVersion ?? "";
    const table = tableOf(call, [object], { resourceVersion }, !this.#sentColumns);
    this.#sentColumns = true;
    return Buffer.from(`${writeJson({ type, object: table })}\n`);
  }

  #bookmark(isEnd: boolean): Uint8Array {
    const { call, how } = this.#input;
    const annotations = isEnd ? { annotations: { "k8s.io/initial-events-end": "true" } } : {};
    const object = emptyObject(call.resource, { resourceVersion: String(this.#revision), ...annotations });
    if (how.as !== undefined) return this.#viewLine("BOOKMARK", object as unknown as KubeObject);
    return Buffer.from(`${writeJson({ type: "BOOKMARK", object })}\n`);
  }

  /** Tells of what a client can do something about, and ends; the rest fails the stream. */
  #fail(error: unknown): void {
    this.#close();
    const status = this.#statusOf(error);
    this.#first = status === undefined ? failing(error) : [errorLine(status)].values();
    if (this.#waiting === undefined) return;
    if (status !== undefined) return this.#proceed();
    this.#first = undefined;
    this.#waiting.reject(error);
    this.#waiting = undefined;
  }

  #statusOf(error: unknown): Status | undefined {
    const { start } = this.#input;
    if (error instanceof RevisionCompactedError) {
      const current = start.kind === "after" ? start.current : error.oldest;
      return expiredError(`too old resource version: ${this.#revision} (${current})`).status;
    }
    if (error instanceof FutureRevisionError) {
      return failure({ reason: "Timeout", code: 504, message: "Timeout: Too large resource version" }).status;
    }
    return undefined;
  }
}

function errorLine(status: Status): Uint8Array {
  return Buffer.from(`${writeJson({ type: "ERROR", object: status as unknown as JsonObject })}\n`);
}

function failing(error: unknown): Iterator<Uint8Array> {
  return {
    next: () => {
      throw error;
    },
  };
}

/** A bookmark's object: the kind, a revision, and nothing else but what the kind always writes. */
function emptyObject(resource: Resource, metadata: JsonObject): JsonObject {
  const types = { kind: resource.kind, apiVersion: apiVersionOf(resource) };
  if (resource.isCustom) return { ...types, metadata };
  const { object } = resource.decode({});
  return { ...(object as Record<string, JsonValue>), ...types, metadata };
}
