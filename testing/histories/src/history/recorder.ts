import { type JsonObject, parseJson } from "@weir/core";
import type {
  GetRequest,
  History,
  KindName,
  ListRequest,
  Operation,
  Page,
  Promises,
  ServerEvent,
  Watch,
  WatchEnd,
  WatchEvent,
  WatchRequest,
  WriteRequest,
} from "./history.ts";
import { isWrite } from "./history.ts";
import { isObject, listAt, objectAt, seenObject } from "./seen-object.ts";

type Open<Value> = { -readonly [Name in keyof Value]: Value[Name] };
type OpenWatch = Omit<Open<Watch>, "events"> & { readonly events: WatchEvent[] };

/** Writes down what happens, in the order in which this process learns of it. */
export class HistoryRecorder {
  readonly #operations: Operation[] = [];
  readonly #watches: OpenWatch[] = [];
  readonly #server: ServerEvent[] = [];
  readonly #promises: Promises;
  #baseline: readonly Page[] = [];
  #settled = 0;
  #moment = 0;
  #count = 0;

  constructor(promises: Promises) {
    this.#promises = promises;
  }

  /** A moment after all before it. */
  tick(): number {
    this.#moment += 1;
    return this.#moment;
  }

  /** A name for a request. */
  nextId(prefix: string): string {
    this.#count += 1;
    return `${prefix}-${this.#count}`;
  }

  setBaseline(pages: readonly Page[]): void {
    this.#baseline = pages;
  }

  add(operation: Operation): void {
    this.#operations.push(operation);
  }

  addServerEvent(kind: "killed" | "stopped" | "started"): void {
    this.#server.push({ kind, at: this.tick() });
  }

  addCompaction(before: number): void {
    this.#server.push({ kind: "compacting", at: this.tick(), before });
  }

  /** A watch that is about to be asked for. */
  openWatch(client: string, request: WatchRequest): RecordedWatch {
    const end: WatchEnd = { kind: "open" };
    const watch: OpenWatch = { id: this.nextId("w"), client, request, opened: this.tick(), events: [], end };
    this.#watches.push(watch);
    return new RecordedWatch(watch, () => this.tick());
  }

  /** A watch that never came about. */
  forget({ id }: RecordedWatch): void {
    const at = this.#watches.findIndex((watch) => watch.id === id);
    if (at >= 0) this.#watches.splice(at, 1);
  }

  /** Open watches are waited for until they told everything up to here. */
  settle(revision: number): void {
    this.#settled = revision;
  }

  history(): History {
    const ends = this.#server.filter(({ kind }) => kind === "killed" || kind === "stopped");
    const operations = this.#operations.map((operation) => {
      const { outcome, start } = operation;
      if (!isWrite(operation) || outcome.kind !== "unknown") return operation;
      const end = ends.find(({ at }) => at > start)?.at ?? Number.POSITIVE_INFINITY;
      return { ...operation, outcome: { ...outcome, until: Math.min(outcome.until, end) } };
    });
    return {
      baseline: this.#baseline,
      operations,
      watches: this.#watches.map((watch) => ({ ...watch, events: [...watch.events] })),
      server: [...this.#server],
      settled: this.#settled,
      promises: this.#promises,
    };
  }
}

/** A watch that runs. */
export class RecordedWatch {
  readonly #watch: OpenWatch;
  readonly #tick: () => number;

  constructor(watch: OpenWatch, tick: () => number) {
    this.#watch = watch;
    this.#tick = tick;
  }

  get id(): string {
    return this.#watch.id;
  }

  get eventCount(): number {
    return this.#watch.events.length;
  }

  /** From where on a next watch has to begin; absent while the first events are still coming. */
  get resumesAfter(): number | undefined {
    const { events, request } = this.#watch;
    const { start } = request;
    const last = events.at(-1);
    if (start.kind === "after" && last === undefined) return start.revision;
    const isBegun =
      start.kind === "after" || events.some((event) => event.kind === "BOOKMARK" && event.isInitialEnd);
    if (!isBegun || last === undefined) return undefined;
    return last.kind === "BOOKMARK" ? last.revision : last.object.revision;
  }

  /** Takes a line that is no error. */
  take(type: string, object: JsonObject): void {
    const at = this.#tick();
    if (type === "BOOKMARK") {
      const metadata = objectAt(object, ["metadata"]);
      const isInitialEnd = objectAt(metadata, ["annotations"])["k8s.io/initial-events-end"] === "true";
      this.#watch.events.push({
        kind: "BOOKMARK",
        at,
        revision: Number(metadata["resourceVersion"]),
        isInitialEnd,
      });
      return;
    }
    const kind = type as "ADDED" | "MODIFIED" | "DELETED";
    this.#watch.events.push({ kind, at, object: seenObject(this.#watch.request.of, object) });
  }

  end(kind: "closed" | "expired"): void {
    this.#watch.end = { kind, at: this.#tick() };
  }

  fail(message: string): void {
    this.#watch.end = { kind: "failed", at: this.#tick(), message };
  }
}

/** Reads an answer that is a list. */
export function pageOf(
  of: KindName,
  body: JsonObject,
  when: { readonly start: number; readonly end: number; readonly isFreshStart: boolean },
): Page {
  const metadata = objectAt(body, ["metadata"]);
  const remaining = metadata["remainingItemCount"];
  return {
    ...when,
    revision: Number(metadata["resourceVersion"]),
    items: listAt(body, ["items"])
      .filter(isObject)
      .map((item) => seenObject(of, item)),
    hasMore: continueOf(body) !== "",
    ...(typeof remaining === "number" ? { remaining } : {}),
  };
}

/** The token of the next page; empty where there is none. */
export function continueOf(body: JsonObject): string {
  const token = objectAt(body, ["metadata"])["continue"];
  return typeof token === "string" ? token : "";
}

/** A history as text, to be kept and looked at. */
export function writeHistory(history: History): string {
  return JSON.stringify(history, (_name, value: unknown) =>
    value instanceof Set
      ? { $set: [...value] }
      : value === Number.POSITIVE_INFINITY
        ? { $infinity: true }
        : value,
  );
}

/** Requests of a history, for whoever prints them. */
export type AnyRequest = WriteRequest | GetRequest | ListRequest;

/** Parses a JSON line that a server of ours prints. */
export function parseLine(line: string): JsonObject {
  const value = parseJson(line);
  return isObject(value) ? value : {};
}
