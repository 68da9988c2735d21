import { FakeClock, silentLogger } from "@weir/core";
import { createClient } from "@weir/client";
import type { KubeObject } from "@weir/objects";
import { beforeEach, describe, expect, test } from "vitest";
import { EventRecorder, type EventSink } from "../src/events/event-recorder.ts";
import type { ReconcileEvent } from "../src/index.ts";
import { failure, StubServer } from "./stub-server.ts";
import { Thing } from "./things.ts";

const EVENTS = "/api/v1/events";

let clock: FakeClock;
let server: StubServer;
let logged: string[];

beforeEach(() => {
  clock = new FakeClock();
  server = new StubServer();
  logged = [];
});

function recorder(...sinks: readonly EventSink[]): EventRecorder {
  const logger = { ...silentLogger, warn: (message: string) => void logged.push(message) };
  return new EventRecorder({
    client: createClient({ transport: server.transport, clock }),
    clock,
    logger,
    sinks,
  });
}

function about(event: Partial<ReconcileEvent> = {}, name = "a", namespace: string | undefined = "default") {
  const metadata = {
    name,
    uid: `uid-${name}`,
    resourceVersion: "7",
    ...(namespace === "" ? {} : { namespace }),
  };
  const object: KubeObject = { apiVersion: "example.com/v1", kind: "Thing", metadata };
  const { reason = "Done", message = "it is done", ...rest } = event;
  return { kind: Thing, object, component: "thing-controller", event: { reason, message, ...rest } };
}

/** All events as the server holds them. */
function written(): KubeObject[] {
  const names = server.requests
    .filter(({ method }) => method === "POST")
    .map(({ body }) => (body as unknown as KubeObject).metadata);
  return names.flatMap(({ namespace = "", name = "" }) => server.get(EVENTS, namespace, name) ?? []);
}

const counts = (): unknown[] => written().map((event) => [event["message"], event["count"]]);

describe("an event", () => {
  test("is written as Flux's recorder writes it", async () => {
    const events = recorder();
    events.record(about({ type: "Warning", annotations: { "example.com/revision": "main" } }));
    await events.flush();
    const [event] = written();
    expect(event).toMatchObject({
      apiVersion: "v1",
      kind: "Event",
      metadata: {
        name: `a.${(BigInt(clock.now()) * 1_000_000n).toString(16)}`,
        namespace: "default",
        annotations: { "example.com/revision": "main" },
      },
      involvedObject: {
        apiVersion: "example.com/v1",
        kind: "Thing",
        namespace: "default",
        name: "a",
        uid: "uid-a",
        resourceVersion: "7",
      },
      reason: "Done",
      message: "it is done",
      type: "Warning",
      source: { component: "thing-controller" },
      reportingComponent: "thing-controller",
      reportingInstance: "",
      firstTimestamp: "2026-01-01T00:00:00Z",
      lastTimestamp: "2026-01-01T00:00:00Z",
      count: 1,
      eventTime: null,
    });
  });

  test("about an object of the cluster goes to the default namespace", async () => {
    const events = recorder();
    events.record(about({}, "wide", ""));
    await events.flush();
    expect(written()[0]?.metadata.namespace).toBe("default");
    expect(written()[0]?.["involvedObject"]).not.toHaveProperty("namespace");
  });

  test("that repeats raises the count of the one that is there, and keeps its annotations", async () => {
    const events = recorder();
    events.record(about({ annotations: { revision: "1" } }));
    await events.flush();
    await clock.advance(60_000);
    events.record(about({ annotations: { revision: "2" } }));
    events.record(about({ message: "another" }));
    await events.flush();
    expect(counts()).toEqual([
      ["it is done", 2],
      ["another", 1],
    ]);
    expect(written()[0]).toMatchObject({
      firstTimestamp: "2026-01-01T00:00:00Z",
      lastTimestamp: "2026-01-01T00:01:00Z",
      metadata: { annotations: { revision: "1" } },
    });
  });

  test("differs by object, type and reason", async () => {
    const events = recorder();
    for (const one of [about(), about({}, "b"), about({ type: "Warning" }), about({ reason: "Other" })]) {
      events.record(one);
      events.record(one);
    }
    await events.flush();
    expect(counts()).toEqual(Array.from({ length: 4 }, () => ["it is done", 2]));
  });

  test("is written anew when the one that is there has expired", async () => {
    const events = recorder();
    events.record(about());
    await events.flush();
    const { namespace = "", name = "" } = written()[0]?.metadata ?? {};
    server.take(EVENTS, namespace, name);
    events.record(about());
    await events.flush();
    expect(counts()).toEqual([["it is done", 1]]);
  });

  test("like ten others within ten minutes becomes one that stands for them all", async () => {
    const events = recorder();
    for (let index = 0; index < 12; index++) events.record(about({ message: `message ${index}` }));
    await events.flush();
    expect(counts().slice(8)).toEqual([
      ["message 8", 1],
      ["(combined from similar events): message 11", 3],
    ]);
    await clock.advance(601_000);
    events.record(about({ message: "message 99" }));
    await events.flush();
    expect(counts().at(-1)).toEqual(["message 99", 1]);
  });

  test("of an object that never rests comes every five minutes after a burst of 25", async () => {
    const events = recorder();
    const write = async (times: number): Promise<number> => {
      const before = server.requests.length;
      for (let index = 0; index < times; index++) events.record(about());
      await events.flush();
      return server.requests.length - before;
    };
    expect(await write(100)).toBe(25);
    await clock.advance(299_000);
    expect(await write(5)).toBe(0);
    await clock.advance(2_000);
    expect(await write(5)).toBe(1);
    events.record(about({}, "other"));
    await events.flush();
    expect(counts().at(-1)).toEqual(["it is done", 1]);
  });
});

describe("a recorder", () => {
  test("hands events to sinks, whose failures are logged and hold up nothing", async () => {
    const seen: string[] = [];
    const events = recorder(
      async ({ event }) => void seen.push(event.message),
      async () => {
        throw new Error("sink is down");
      },
    );
    events.record(about());
    await events.flush();
    expect([seen, counts().length, logged]).toEqual([["it is done"], 1, ["cannot publish an event"]]);
  });

  test("tries again when the server cannot be reached, not when it refuses", async () => {
    const events = recorder();
    let tries = 0;
    const fault = server.fault(() => {
      tries += 1;
      throw Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
    });
    events.record(about());
    await clock.advance(2_000);
    fault[Symbol.dispose]();
    await clock.advance(2_000);
    await events.flush();
    expect([tries, counts().length]).toEqual([2, 1]);
    server.fault(() => {
      tries += 1;
      return failure(403, "Forbidden", "events is forbidden");
    });
    events.record(about({ reason: "Refused" }));
    await events.flush();
    expect([tries, logged]).toEqual([3, ["cannot publish an event"]]);
  });

  test("drops events beyond a thousand that wait", async () => {
    const events = recorder();
    server.fault(() => new Promise<Response>(() => {}));
    for (let index = 0; index < 1_005; index++) events.record(about({}, `n${index}`));
    expect(logged).toHaveLength(4);
    const stopped = events.stop();
    await clock.advance(1_000);
    await stopped;
  });

  test("writes what waits when it stops, but not for long, and then nothing more", async () => {
    const events = recorder();
    events.record(about());
    await events.stop();
    expect(counts()).toHaveLength(1);
    events.record(about({ reason: "Late" }));
    await events.flush();
    expect([counts().length, clock.pendingTimers]).toEqual([1, 0]);
  });
});
