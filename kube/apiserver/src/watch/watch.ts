import { anySignal, type JsonObject, type JsonValue, writeJson } from "@weir/core";
import { expiredError, failure, type KubeObject, notAcceptableError, type Status } from "@weir/objects";
import type { ApiResponse } from "../http/api-request.ts";
import { type Negotiated, negotiate, objectViews } from "../http/negotiate.ts";
import { warningHeaders, plainError } from "../http/respond.ts";
import type { Call } from "../resources/call.ts";
import type { StoredObject } from "../resources/object-store.ts";
import { apiVersionOf, type Resource, storageKey, storageScope } from "../resources/resource.ts";
import type { StorageEvent } from "../storage/storage.ts";
import { FutureRevisionError, RevisionCompactedError } from "../storage/storage-error.ts";
import { partialMetadata } from "../table/partial-metadata.ts";
import { tableOf } from "../table/table.ts";
import { type ListOptions, readListOptions } from "../verbs/list-options.ts";
import { readSelection, type Selection } from "../verbs/selection.ts";
import { type Pulse, pulses } from "./pulse.ts";

const STREAM_TYPES = ["application/json;stream=watch", "application/vnd.kubernetes.protobuf;stream=watch"];
/** A watch without a time of its own ends after this long or up to twice as long, so that clients spread out. */
const MIN_TIMEOUT_SECONDS = 1800;
const BOOKMARK_SECONDS = 60;

/** A GET with `watch`: the events of a collection, or of one object, as they come. */
export async function watchVerb(call: Call): Promise<ApiResponse> {
  const { request, resource, info } = call;
  const options = readListOptions(request.query, true);
  const selection = readSelection(resource, request.query);
  const how = negotiateStream(request.header("accept"));
  const start = await startOf(call, options);
  const scope =
    info.name === ""
      ? storageScope(resource, info.namespace)
      : storageKey(resource, info.namespace, info.name);
  const stream = new WatchStream({ call, options, selection, how, scope, start });
  return {
    status: 200,
    headers: [
      ["Cache-Control", "no-cache, private"],
      ["Content-Type", "application/json"],
      ...warningHeaders(call.warnings),
    ],
    body: stream.text(),
  };
}

function negotiateStream(accept: string | undefined): Negotiated {
  const how = negotiate(accept, { views: objectViews, isPretty: false, streams: STREAM_TYPES });
  if (how.format !== "json") throw notAcceptableError(STREAM_TYPES);
  return how;
}

/** Where a watch begins: with what is there now, or after a revision. */
type Start =
  | { readonly kind: "now" }
  | { readonly kind: "after"; readonly revision: number; readonly current: number };

async function startOf(call: Call, options: ListOptions): Promise<Start> {
  const { resourceVersion, sendInitialEvents } = options;
  if (resourceVersion === "" || resourceVersion === "0") {
    if (sendInitialEvents !== false) return { kind: "now" };
    const current = await call.api.store.storage.revision();
    return { kind: "after", revision: current, current };
  }
  if (!/^\d+$/.test(resourceVersion)) {
    const parse = `strconv.ParseUint: parsing ${JSON.stringify(resourceVersion)}: invalid syntax`;
    throw plainError(`resourceVersion: Invalid value: ${JSON.stringify(resourceVersion)}: ${parse}`);
  }
  if (sendInitialEvents === true) return { kind: "now" };
  const current = await call.api.store.storage.revision();
  return { kind: "after", revision: Number(resourceVersion), current };
}

interface StreamInput {
  readonly call: Call;
  readonly options: ListOptions;
  readonly selection: Selection;
  readonly how: Negotiated;
  readonly scope: string;
  readonly start: Start;
}

/** One client's watch. */
class WatchStream {
  readonly #input: StreamInput;
  #sentColumns = false;
  #revision = 0;

  constructor(input: StreamInput) {
    this.#input = input;
  }

  async *text(): AsyncGenerator<string> {
    const { call, options } = this.#input;
    const seconds = options.timeoutSeconds ?? MIN_TIMEOUT_SECONDS * (1 + call.api.random.next());
    if (seconds <= 0 && options.timeoutSeconds !== undefined && options.timeoutSeconds < 0) return;
    const timeout = seconds === 0 ? MIN_TIMEOUT_SECONDS * (1 + call.api.random.next()) : seconds;
    const end = new AbortController();
    const timer = call.api.clock.setTimer(timeout * 1000, () => end.abort());
    using held = anySignal(call.request.signal, end.signal);
    try {
      yield* this.#events(held.signal);
    } catch (error) {
      const status = this.#statusOf(error);
      if (status === undefined) throw error;
      yield `${writeJson({ type: "ERROR", object: status as unknown as JsonObject })}\n`;
    } finally {
      timer.cancel();
    }
  }

  async *#events(signal: AbortSignal): AsyncGenerator<string> {
    const { start, options } = this.#input;
    if (start.kind === "now") {
      yield* this.#initial();
      if (options.sendInitialEvents === true && options.allowBookmarks) yield this.#bookmark(true);
    } else {
      this.#revision = start.revision;
      // Nothing is known of a revision that is yet to come: the stream stays silent until it ends.
      if (start.revision > start.current) return aborted(signal);
    }
    yield* this.#live(signal);
  }

  async *#initial(): AsyncGenerator<string> {
    const { call, scope, selection } = this.#input;
    const { store } = call.api;
    const read = await store.range(scope, {});
    this.#revision = read.revision;
    let text = "";
    await store.prepare(call.resource, read.entries);
    for (const entry of read.entries) {
      if (!this.#isInScope(entry.key)) continue;
      if (!selection.isEverything && !selection.matches(store.object(call.resource, entry))) continue;
      text += this.#line("ADDED", entry);
      if (text.length > 65_536) {
        yield text;
        text = "";
      }
    }
    if (text !== "") yield text;
  }

  /** A watch of one object has its key as scope, which is also a prefix of longer names. */
  #isInScope(key: string): boolean {
    const { scope } = this.#input;
    return scope.endsWith("/") || key === scope;
  }

  async *#live(signal: AbortSignal): AsyncGenerator<string> {
    const { call, scope, options } = this.#input;
    const { clock, store } = call.api;
    const changes = store.storage.watch(scope, this.#revision, signal);
    const beats: Pulse = {
      clock,
      everyMs: options.allowBookmarks ? BOOKMARK_SECONDS * 1000 : undefined,
      signal,
    };
    for await (const batch of pulses(changes, beats)) {
      if (batch === "pulse") {
        yield this.#bookmark(false);
        continue;
      }
      let text = "";
      const changes = batch.map(changeOf);
      const entries = changes
        .flatMap(({ now, before, gone }) => [now, before, gone])
        .filter((entry) => entry !== undefined);
      await store.prepare(call.resource, entries);
      for (const change of changes) text += this.#change(change);
      if (text !== "") yield text;
    }
  }

  #change({ key, revision, now, before, gone }: Change): string {
    this.#revision = revision;
    if (!this.#isInScope(key)) return "";
    const isIn = now !== undefined && this.#selects(now);
    const wasIn = before !== undefined && this.#selects(before);
    if (isIn && now !== undefined) return this.#line(wasIn ? "MODIFIED" : "ADDED", now);
    if (!wasIn || gone === undefined) return "";
    return this.#line("DELETED", gone);
  }

  #selects(stored: StoredObject): boolean {
    const { call, selection } = this.#input;
    return selection.isEverything || selection.matches(call.api.store.object(call.resource, stored));
  }

  #line(type: string, entry: StoredObject): string {
    const { call, how } = this.#input;
    const { store } = call.api;
    if (how.as === undefined)
      return `{"type":"${type}","object":${store.text(call.resource, entry, false)}}\n`;
    return this.#view(type, store.object(call.resource, entry));
  }

  #view(type: string, object: KubeObject): string {
    const { call, how } = this.#input;
    if (how.as !== "Table") return `${writeJson({ type, object: partialMetadata(object) })}\n`;
    const resourceVersion = object.metadata.resourceVersion ?? "";
    const table = tableOf(call, [object], { resourceVersion }, !this.#sentColumns);
    this.#sentColumns = true;
    return `${writeJson({ type, object: table })}\n`;
  }

  #bookmark(isEnd: boolean): string {
    const { resource } = this.#input.call;
    const annotations = isEnd ? { annotations: { "k8s.io/initial-events-end": "true" } } : {};
    const object = emptyObject(resource, { resourceVersion: String(this.#revision), ...annotations });
    if (this.#input.how.as !== undefined) return this.#view("BOOKMARK", object as unknown as KubeObject);
    return `${writeJson({ type: "BOOKMARK", object })}\n`;
  }

  #statusOf(error: unknown): Status | undefined {
    const { start } = this.#input;
    if (error instanceof RevisionCompactedError && start.kind === "after") {
      return expiredError(`too old resource version: ${start.revision} (${start.current})`).status;
    }
    if (error instanceof FutureRevisionError) {
      return failure({ reason: "Timeout", code: 504, message: "Timeout: Too large resource version" }).status;
    }
    return undefined;
  }
}

/** An object as it is and was around one change. */
interface Change {
  readonly key: string;
  readonly revision: number;
  readonly now: StoredObject | undefined;
  readonly before: StoredObject | undefined;
  /** As it is shown to whoever no longer sees it: its last content, at the revision at which it left. */
  readonly gone: StoredObject | undefined;
}

function changeOf({ key, revision, value, previous }: StorageEvent): Change {
  const last =
    previous === undefined ? undefined : { key, revision: previous.modRevision, bytes: previous.value };
  return {
    key,
    revision,
    now: value === undefined ? undefined : { key, revision, bytes: value },
    before: last,
    // It must not be taken for the live object, so it has a key of its own.
    gone: last === undefined ? undefined : { ...last, key: `${key}\0`, revision },
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** A bookmark's object: the kind, a revision, and nothing else but what the kind always writes. */
function emptyObject(resource: Resource, metadata: JsonObject): JsonObject {
  const types = { kind: resource.kind, apiVersion: apiVersionOf(resource) };
  if (resource.isCustom) return { ...types, metadata };
  const { object } = resource.decode({});
  return { ...(object as Record<string, JsonValue>), ...types, metadata };
}
