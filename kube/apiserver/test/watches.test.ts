import { FakeClock, seededRandom } from "@weir/core";
import { describe, expect, test } from "vitest";
import {
  type ApiServer,
  createApiServer,
  createMemoryStorage,
  type HistoryLimits,
  RevisionCompactedError,
  type Storage,
  type StorageEvent,
} from "../src/index.ts";
import { aRequest } from "./a-request.ts";

const MAPS = "/api/v1/namespaces/default/configmaps";
const TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io";
const METADATA = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io";

/** An event whose value nobody has any more. */
function forgotten(event: StorageEvent): StorageEvent {
  const { key, revision } = event;
  const stored = {
    key,
    createRevision: revision,
    modRevision: revision,
    size: 1,
    get value(): Uint8Array {
      throw new RevisionCompactedError(revision, revision + 1);
    },
  };
  return { ...event, stored };
}

interface Fixture {
  readonly server: ApiServer;
  readonly clock: FakeClock;
  create(name: string, data?: string): Promise<void>;
  /** A watch of what comes from now on. */
  watch(options?: WatchOptions): Promise<AsyncIterator<Uint8Array>>;
}

interface WatchOptions {
  readonly query?: string;
  readonly accept?: string;
  readonly path?: string;
  readonly signal?: AbortSignal;
}

async function withServer(
  run: (fixture: Fixture) => Promise<void>,
  history: HistoryLimits = {},
  change: (storage: Storage) => Storage = (storage) => storage,
): Promise<void> {
  const clock = new FakeClock();
  await using memory = createMemoryStorage({ clock, history });
  const storage = change(memory);
  await using server = await createApiServer({ storage, clock, random: seededRandom(1) });
  const handle: ApiServer["handle"] = (request) => server.handle(request, { isTrusted: true });
  await run({
    server,
    clock,
    create: async (name, data = "") => {
      const body = JSON.stringify({ metadata: { name, labels: { name } }, data: { data } });
      const { status } = await handle(aRequest({ method: "POST", path: MAPS, body }));
      expect(status).toBe(201);
    },
    watch: async ({ query = "", accept = "application/json", path = MAPS, signal } = {}) => {
      const headers = { accept };
      const { body } = await handle(
        aRequest({
          path: `${path}?watch=1&sendInitialEvents=false&resourceVersionMatch=NotOlderThan&${query}`,
          headers,
          ...(signal === undefined ? {} : { signal }),
        }),
      );
      return (body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
    },
  });
}

async function lines(stream: AsyncIterator<Uint8Array>): Promise<readonly Event[]> {
  const { value } = await stream.next();
  const text = Buffer.from(value as Uint8Array).toString("utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Event);
}

interface Event {
  readonly type: string;
  readonly object: { readonly kind: string; readonly metadata: Readonly<Record<string, string>> };
}

const names = (events: readonly Event[]): readonly string[] =>
  events.map(({ type, object }) => `${type} ${object.metadata["name"]}`);

describe("watches", () => {
  test.each([
    { name: "objects", accept: "application/json" },
    { name: "metadata", accept: METADATA },
  ])("of $name share the bytes of an event", ({ accept }) =>
    withServer(async ({ watch, create }) => {
      const streams = await Promise.all([watch({ accept }), watch({ accept }), watch({ accept })]);
      const pieces = streams.map((stream) => stream.next());
      await create("a");
      const [first, ...others] = await Promise.all(pieces);
      expect(others.length).toBe(2);
      for (const other of others) expect(other.value).toBe(first?.value);
    }),
  );

  test("by kind of event, by label and by name tell each what it selects", () =>
    withServer(async ({ watch, create }) => {
      const all = await watch();
      const byLabel = await watch({ query: "labelSelector=name%3Db" });
      const byName = await watch({ query: "fieldSelector=metadata.name%3Db" });
      const waiting = [all, byLabel, byName].map(lines);
      await create("a");
      await create("b");
      await create("bb");
      expect(names((await waiting[0]) ?? [])).toEqual(["ADDED a"]);
      expect(names((await waiting[1]) ?? [])).toEqual(["ADDED b"]);
      expect(names((await waiting[2]) ?? [])).toEqual(["ADDED b"]);
      expect(names(await lines(all))).toEqual(["ADDED b", "ADDED bb"]);
    }));

  test("of Tables send the columns once each", () =>
    withServer(async ({ watch, create }) => {
      const streams = await Promise.all([watch({ accept: TABLE }), watch({ accept: TABLE })]);
      const waiting = streams.map(lines);
      await create("a");
      for (const events of waiting) expect(JSON.stringify(await events)).toContain("columnDefinitions");
    }));

  test("learn that the log is gone where a value of it is forgotten before it is told", () =>
    withServer(
      async ({ watch, create }) => {
        const stream = await watch();
        const waiting = lines(stream);
        await create("a");
        const [event] = await waiting;
        expect(event).toMatchObject({ type: "ERROR", object: { kind: "Status", code: 410 } });
        expect((await stream.next()).done).toBe(true);
      },
      {},
      (storage) => ({
        revision: () => storage.revision(),
        get: (...args) => storage.get(...args),
        range: (...args) => storage.range(...args),
        commit: (write) => storage.commit(write),
        async *watch(...args) {
          for await (const events of storage.watch(...args)) yield events.map(forgotten);
        },
        compact: (revision) => storage.compact(revision),
        [Symbol.asyncDispose]: () => storage[Symbol.asyncDispose](),
      }),
    ));

  test("that are not read hold nothing, and learn when the log is gone", () =>
    withServer(
      async ({ watch, create }) => {
        const slow = await watch();
        const first = lines(slow);
        await create("a");
        expect(names(await first)).toEqual(["ADDED a"]);
        for (let index = 0; index < 40; index++) await create(`b-${index}`);
        const [event] = await lines(slow);
        expect(event?.type).toBe("ERROR");
        expect(event?.object).toMatchObject({ reason: "Expired", code: 410 });
        expect((await slow.next()).done).toBe(true);
      },
      { maxRevisions: 10 },
    ));

  test("that are read late go on where they were", () =>
    withServer(async ({ watch, create }) => {
      const slow = await watch();
      const first = lines(slow);
      await create("a");
      await first;
      for (let index = 0; index < 3; index++) await create(`b-${index}`);
      expect(names(await lines(slow))).toEqual(["ADDED b-0", "ADDED b-1", "ADDED b-2"]);
    }));

  test("end at their time, with a bookmark every minute where they want it", () =>
    withServer(async ({ watch, create, clock }) => {
      const before = clock.pendingTimers;
      const stream = await watch({ query: "allowWatchBookmarks=true&timeoutSeconds=130" });
      expect(clock.pendingTimers).toBe(before + 1);
      const added = lines(stream);
      await create("a");
      const revision = (await added)[0]?.object.metadata["resourceVersion"];
      for (let minute = 0; minute < 2; minute++) {
        const bookmark = lines(stream);
        await clock.advance(60_000);
        const [event] = await bookmark;
        expect(event?.type).toBe("BOOKMARK");
        expect(event?.object.metadata).toEqual({ resourceVersion: revision });
      }
      const end = stream.next();
      await clock.advance(10_000);
      expect((await end).done).toBe(true);
      expect(clock.pendingTimers).toBe(before);
    }));

  test("of what does not change are marked with the newest revision", () =>
    withServer(async ({ server, watch, create, clock }) => {
      const idle = await watch({
        query: "allowWatchBookmarks=true",
        path: "/api/v1/namespaces/default/secrets",
      });
      const first = lines(idle);
      await create("a");
      const path = `${MAPS}/a`;
      const { bytes, body } = await server.handle(aRequest({ path }), { isTrusted: true });
      const { metadata } = JSON.parse(
        Buffer.from(bytes ?? (body as string)).toString("utf8"),
      ) as Event["object"];
      await clock.advance(60_000);
      const [bookmark] = await first;
      expect(bookmark?.type).toBe("BOOKMARK");
      expect(bookmark?.object.metadata).toEqual({ resourceVersion: metadata["resourceVersion"] });
    }));

  test("are ten thousand on one server, and leave nothing behind", () =>
    withServer(async ({ watch, create, clock }) => {
      const before = clock.pendingTimers;
      const streams: AsyncIterator<Uint8Array>[] = [];
      for (let index = 0; index < 10_000; index++) streams.push(await watch());
      const pieces = streams.map((stream) => stream.next());
      await create("a");
      const [first, ...others] = await Promise.all(pieces);
      expect(others.every(({ value }) => value === first?.value)).toBe(true);
      for (const stream of streams) await stream.return?.();
      expect(clock.pendingTimers).toBe(before);
    }));

  test("without a time of their own end after half an hour to an hour", () =>
    withServer(async ({ watch, clock }) => {
      const stream = await watch();
      let isEnded = false;
      void stream.next().then(() => {
        isEnded = true;
      });
      await clock.advance(1_799_000);
      expect(isEnded).toBe(false);
      await clock.advance(1_801_000);
      expect(isEnded).toBe(true);
    }));

  test("end with their request, or when they are let go of", () =>
    withServer(async ({ watch, clock }) => {
      const before = clock.pendingTimers;
      const gone = new AbortController();
      const first = await watch({ signal: gone.signal });
      const second = await watch();
      const ends = [first.next(), second.next()];
      gone.abort();
      await second.return?.();
      for (const end of ends) expect((await end).done).toBe(true);
      expect(clock.pendingTimers).toBe(before);
    }));

  test("of much send what is there in pieces", () =>
    withServer(async ({ server, create }) => {
      for (let index = 0; index < 300; index++) await create(`a-${index}`, "x".repeat(1000));
      const { body } = await server.handle(aRequest({ path: `${MAPS}?watch=1` }), { isTrusted: true });
      const stream = (body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
      const seen: string[] = [];
      for (let piece = 0; seen.length < 300; piece++) {
        const events = await lines(stream);
        if (piece === 0) expect(events.length).toBeLessThan(300);
        seen.push(...names(events));
      }
      expect(new Set(seen).size).toBe(300);
    }));
});
