import { FakeClock, seededRandom, silentLogger } from "@weir/core";
import { createClient } from "@weir/client";
import type { KubeObject } from "@weir/objects";
import { beforeEach, describe, expect, test } from "vitest";
import { Reflector, type ReflectorOptions } from "../src/cache/reflector.ts";
import { failure, type SeenRequest, StubServer } from "./stub-server.ts";
import { aThing, Thing, THINGS } from "./things.ts";

let clock: FakeClock;
let server: StubServer;

beforeEach(() => {
  clock = new FakeClock();
  server = new StubServer();
});

/** A reflector over the stub server, and what it told its sink. */
function reflect(options: Partial<ReflectorOptions> = {}) {
  const log: string[] = [];
  const troubles: unknown[] = [];
  const abort = new AbortController();
  const staged = new Map<string, KubeObject>();
  const reflector = new Reflector({
    client: createClient({ transport: server.transport, clock, random: seededRandom(3) }),
    clock,
    random: seededRandom(3),
    logger: silentLogger,
    kind: Thing,
    scope: {},
    sink: {
      admit: (object) => object,
      begin: () => staged.clear(),
      stage: (object) => void staged.set(object.metadata.name ?? "", object),
      unstage: (object) => void staged.delete(object.metadata.name ?? ""),
      commit: (version) => void log.push(`replace ${namesOf([...staged.values()])} at ${version}`),
      upsert: (object) => void log.push(`upsert ${object.metadata.name} ${object.metadata.resourceVersion}`),
      remove: (object) => void log.push(`remove ${object.metadata.name}`),
      bookmark: (version) => void log.push(`bookmark ${version}`),
      trouble: (error) => void (error === undefined || troubles.push(error)),
    },
    ...options,
  });
  const ended = reflector.run(abort.signal);
  return {
    log,
    troubles,
    stop: async () => {
      abort.abort();
      await ended;
    },
  };
}

const namesOf = (objects: readonly KubeObject[]): string =>
  `[${objects.map(({ metadata }) => metadata.name).join(" ")}]`;

/** The lists and watches that were asked for, as one reads them. */
function asked(): string[] {
  return server.requests.map(({ query }) => {
    if (!query.has("watch")) return `list ${query.get("resourceVersion") ?? "latest"}`;
    const version = query.get("resourceVersion") || "latest";
    return query.get("sendInitialEvents") === "true" ? `stream ${version}` : `watch ${version}`;
  });
}

/** Lets everything happen that needs no time. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await clock.advance(0);
}

const isWatch = ({ query }: SeenRequest): boolean => query.has("watch");
const isStream = ({ query }: SeenRequest): boolean => query.get("sendInitialEvents") === "true";
const isResume = (request: SeenRequest): boolean => isWatch(request) && !isStream(request);

const streamingUnknown = (): Response =>
  failure(
    422,
    "Invalid",
    "sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled",
  );

describe("a reflector", () => {
  test("streams the first state, replaces at its end, and goes on in the same stream", async () => {
    server.put(THINGS, aThing("b"));
    server.put(THINGS, aThing("a"));
    const { log, stop, troubles } = reflect();
    await clock.advance(0);
    server.put(THINGS, aThing("c"));
    server.take(THINGS, "default", "a");
    await clock.advance(0);
    expect(log).toEqual(["replace [b a] at 102", "upsert c 103", "remove a"]);
    expect(asked()).toEqual(["stream latest"]);
    expect(server.requests[0]?.query.get("resourceVersionMatch")).toBe("NotOlderThan");
    expect(Number(server.requests[0]?.query.get("timeoutSeconds"))).toBeGreaterThanOrEqual(300);
    expect(Number(server.requests[0]?.query.get("timeoutSeconds"))).toBeLessThan(600);
    await stop();
    expect(troubles).toEqual([]);
  });

  test("resumes from the last event after the stream ends, without asking for everything again", async () => {
    const { log, stop } = reflect();
    await clock.advance(0);
    server.put(THINGS, aThing("a"));
    await clock.advance(5_000);
    server.endWatches();
    server.put(THINGS, aThing("b"));
    await clock.advance(0);
    expect(log).toEqual(["replace [] at 100", "upsert a 101", "upsert b 102"]);
    expect(asked()).toEqual(["stream latest", "watch 101"]);
    await stop();
  });

  test("resumes from a bookmark", async () => {
    const { log, stop } = reflect();
    await clock.advance(0);
    server.bookmark();
    await clock.advance(2_000);
    server.endWatches();
    await clock.advance(0);
    expect(log).toEqual(["replace [] at 100", "bookmark 101"]);
    expect(asked()).toEqual(["stream latest", "watch 101"]);
    await stop();
  });

  test("lists in pages and watches where the server cannot stream lists, and remembers that", async () => {
    server.fault((request) => (isStream(request) ? streamingUnknown() : undefined));
    for (const name of ["a", "b", "c"]) server.put(THINGS, aThing(name));
    const { log, stop, troubles } = reflect({ pageSize: 2 });
    await clock.advance(0);
    server.put(THINGS, aThing("d"));
    await clock.advance(0);
    expect(log).toEqual(["replace [a b c] at 103", "upsert d 104"]);
    expect(asked()).toEqual(["stream latest", "list latest", "list latest", "watch 103"]);
    expect(troubles).toEqual([]);
    server.compact();
    server.endWatches();
    await clock.advance(60_000);
    expect(
      asked()
        .slice(4)
        .filter((request) => request.startsWith("stream")),
    ).toEqual([]);
    await stop();
  });

  test("lists where a stream ends before its list does", async () => {
    server.failNext(isStream, () => new Response(""));
    const { log, stop } = reflect();
    await clock.advance(10_000);
    expect(log).toEqual(["replace [] at 100"]);
    expect(asked()).toEqual(["stream latest", "list latest", "watch 100"]);
    server.endWatches();
    server.put(THINGS, aThing("a"));
    server.compact();
    await clock.advance(60_000);
    expect(asked().slice(3)).toEqual(["watch 100", "stream 100"]);
    await stop();
  });

  test("throws a half-read list away", async () => {
    const half = `{"type":"ADDED","object":{"metadata":{"name":"ghost","resourceVersion":"1"}}}\n`;
    server.failNext(isStream, () => new Response(half));
    server.put(THINGS, aThing("a"));
    const { log, stop } = reflect();
    await clock.advance(0);
    expect(log).toEqual(["replace [a] at 101"]);
    await stop();
  });

  test("reads everything again, not older than it was, when its version is gone", async () => {
    const { log, stop } = reflect();
    await clock.advance(0);
    server.put(THINGS, aThing("a"));
    await clock.advance(5_000);
    server.fault((request) =>
      isResume(request) && asked().length < 3 ? failure(410, "Gone", "too old") : undefined,
    );
    server.endWatches();
    await clock.advance(60_000);
    expect(asked().slice(0, 3)).toEqual(["stream latest", "watch 101", "stream 101"]);
    expect(log).toEqual(["replace [] at 100", "upsert a 101", "replace [a] at 101"]);
    await stop();
  });

  test("understands 410 as an event, too", async () => {
    const { log, stop } = reflect();
    await clock.advance(5_000);
    server.put(THINGS, aThing("a"));
    await clock.advance(0);
    server.endWatches();
    server.put(THINGS, aThing("b"));
    server.compact();
    await clock.advance(60_000);
    expect(asked().slice(0, 3)).toEqual(["stream latest", "watch 101", "stream 101"]);
    expect(log.at(-1)).toBe("replace [a b] at 102");
    await stop();
  });

  test("reads the latest state when even reading from its version is refused", async () => {
    const { stop } = reflect();
    await clock.advance(5_000);
    server.fault(({ query }) =>
      query.get("resourceVersion") ? failure(410, "Expired", "too old") : undefined,
    );
    server.endWatches();
    await clock.advance(60_000);
    expect(asked()).toEqual(["stream latest", "watch 100", "stream 100", "stream latest"]);
    await stop();
  });

  test("reads the latest state when the server does not know its version yet", async () => {
    const { stop } = reflect();
    await clock.advance(5_000);
    const details = {
      causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }],
    };
    const status = {
      kind: "Status",
      code: 504,
      reason: "Timeout",
      message: "Too large resource version",
      details,
    };
    server.failNext(isResume, () => new Response(JSON.stringify(status), { status: 504 }));
    server.endWatches();
    await clock.advance(60_000);
    expect(asked()).toEqual(["stream latest", "watch 100", "stream latest"]);
    await stop();
  });

  test("keeps its version and waits on a 429", async () => {
    const { stop, troubles } = reflect();
    await clock.advance(5_000);
    let refused = 0;
    server.fault((request) =>
      isResume(request) && refused++ < 3 ? failure(429, "TooManyRequests", "slow down") : undefined,
    );
    server.endWatches();
    await clock.advance(0);
    expect(asked()).toEqual(["stream latest", "watch 100"]);
    await clock.advance(60_000);
    expect(asked()).toEqual(["stream latest", "watch 100", "watch 100", "watch 100", "watch 100"]);
    expect(troubles).toHaveLength(3);
    await stop();
  });

  test("keeps its version when the server fails inside", async () => {
    const { stop, troubles } = reflect();
    await clock.advance(5_000);
    let failed = 0;
    server.fault((request) =>
      isResume(request) && failed++ < 2 ? failure(500, "InternalError", "etcd is away") : undefined,
    );
    server.endWatches();
    await clock.advance(60_000);
    expect(asked()).toEqual(["stream latest", "watch 100", "watch 100", "watch 100"]);
    expect(troubles).toHaveLength(2);
    await stop();
  });

  test("asks for everything in one answer where it reads not older than a version", async () => {
    server.fault((request) => (isStream(request) ? streamingUnknown() : undefined));
    const { stop } = reflect({ pageSize: 2 });
    await clock.advance(5_000);
    server.put(THINGS, aThing("a"));
    await clock.advance(0);
    server.compact();
    server.put(THINGS, aThing("b"));
    server.failNext(isResume, () => failure(410, "Expired", "too old"));
    server.endWatches();
    await clock.advance(60_000);
    const lists = server.requests
      .filter((request) => !isWatch(request))
      .map(({ query }) => query.get("limit"));
    expect(lists).toEqual(["2", null]);
    await stop();
  });

  test("waits as long as the server asks to", async () => {
    server.failNext(isStream, () => {
      const response = failure(429, "TooManyRequests", "slow down");
      response.headers.set("retry-after", "20");
      return response;
    });
    const { stop } = reflect();
    await clock.advance(19_900);
    expect(asked()).toHaveLength(1);
    // Up to a tenth later, so that those who were refused together do not come back together.
    await clock.advance(2_200);
    expect(asked()).toHaveLength(2);
    await stop();
  });

  test("keeps its version when the server cannot be reached, and waits longer each time", async () => {
    const { stop } = reflect();
    await clock.advance(5_000);
    server.fault(() => {
      throw Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
    });
    server.endWatches();
    const times: number[] = [];
    let known = server.requests.length;
    for (let ms = 0; ms < 200_000; ms += 100) {
      await clock.advance(100);
      if (server.requests.length > known) times.push(ms);
      known = server.requests.length;
    }
    const waits = times.slice(1).map((ms, index) => ms - (times[index] ?? 0));
    expect(
      asked()
        .slice(1)
        .every((request) => request === "watch 100"),
    ).toBe(true);
    expect(waits[0]).toBeLessThan(2_000);
    expect(Math.max(...waits)).toBeGreaterThan(25_000);
    expect(Math.max(...waits)).toBeLessThanOrEqual(30_100);
    await stop();
  });

  test("starts its waits over after two healthy minutes", async () => {
    const { stop } = reflect();
    await clock.advance(0);
    for (let round = 0; round < 6; round++) {
      server.failNext(isResume, () => failure(500, "InternalError", "oops"));
      server.endWatches();
      await clock.advance(60_000);
    }
    for (let minute = 0; minute < 4; minute++) {
      server.bookmark();
      await clock.advance(60_000);
    }
    server.failNext(isResume, () => failure(500, "InternalError", "oops"));
    server.endWatches();
    await settle();
    const before = server.requests.length;
    await clock.advance(1_700);
    await settle();
    expect(server.requests.length).toBe(before + 1);
    await stop();
  });

  test("takes a stream without bytes for dead after more than a minute, and resumes", async () => {
    const { troubles, stop } = reflect();
    await clock.advance(60_000);
    server.bookmark();
    await clock.advance(74_900);
    expect(troubles).toEqual([]);
    await clock.advance(200);
    expect(troubles).toMatchObject([{ name: "WatchStalledError" }]);
    await clock.advance(2_000);
    expect(asked()).toEqual(["stream latest", "watch 101"]);
    expect(server.watches).toBe(1);
    await stop();
  });

  test("keeps a stream that only ever brings bookmarks, or half an event", async () => {
    const { troubles, stop } = reflect();
    for (let minute = 0; minute < 10; minute++) {
      await clock.advance(60_000);
      if (minute % 2 === 0) server.bookmark();
      else server.sendRaw(" ");
    }
    expect(troubles).toEqual([]);
    expect(asked()).toEqual(["stream latest"]);
    await stop();
  });

  test("treats a watch that ends at once without an event as trouble", async () => {
    const { troubles, stop } = reflect();
    await clock.advance(5_000);
    server.failNext(isResume, () => new Response(""));
    server.endWatches();
    await clock.advance(60_000);
    expect(troubles).toMatchObject([{ name: "VeryShortWatchError" }]);
    await stop();
  });

  test("takes a torn connection for an interruption, not for an event", async () => {
    const { log, troubles, stop } = reflect();
    await clock.advance(5_000);
    server.sendRaw('{"type":"ADDED","object":{"metadata":{"name":"half"');
    server.endWatches();
    await clock.advance(5_000);
    server.put(THINGS, aThing("a"));
    await clock.advance(0);
    expect(log).toEqual(["replace [] at 100", "upsert a 101"]);
    expect(troubles).toMatchObject([{ name: "WatchTruncatedError" }]);
    server.endWatches(new Error("reset"));
    await clock.advance(5_000);
    expect(asked()).toEqual(["stream latest", "watch 100", "watch 101"]);
    await stop();
  });

  test("refuses to go on from an event without a version", async () => {
    const { troubles, stop } = reflect();
    await clock.advance(0);
    server.sendRaw('{"type":"ADDED","object":{"metadata":{"name":"odd"}}}\n');
    await clock.advance(0);
    expect(troubles).toMatchObject([{ name: "MissingResourceVersionError" }]);
    await stop();
  });

  test("asks again for a kind that is not served yet", async () => {
    let isServed = false;
    server.fault(() => (isServed ? undefined : new Response("404 page not found", { status: 404 })));
    const { log, troubles, stop } = reflect();
    await clock.advance(10_000);
    expect(troubles[0]).toMatchObject({ name: "KindNotServedError" });
    isServed = true;
    await clock.advance(30_000);
    expect(log).toEqual(["replace [] at 100"]);
    await stop();
  });

  test("stops in whatever it does, and leaves no timer and no stream", async () => {
    for (const ms of [0, 5_000, 80_000]) {
      const { stop } = reflect();
      await clock.advance(ms);
      await stop();
      expect(server.watches).toBe(0);
      expect(clock.pendingTimers).toBe(0);
    }
    server.fault(() => failure(500, "InternalError", "oops"));
    const { stop } = reflect();
    await clock.advance(100);
    await stop();
    expect(clock.pendingTimers).toBe(0);
  });
});
