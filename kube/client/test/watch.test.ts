import { FakeClock } from "@weir/core";
import { describe, expect, test } from "vitest";
import {
  createClient,
  fetchTransport,
  type Kind,
  type KubeClient,
  WatchTruncatedError,
} from "../src/index.ts";
import { chunks, failure, scriptedTransport } from "./scripted-transport.ts";

const ConfigMap: Kind = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  scope: "Namespaced",
};

const added = (name: string): string =>
  `{"type":"ADDED","object":{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"${name}"}}}\n`;

async function collect(client: KubeClient): Promise<{ names: string[]; error?: unknown }> {
  const names: string[] = [];
  try {
    for await (const event of client.watch(ConfigMap)) {
      names.push("object" in event ? `${event.type} ${event.object.metadata.name}` : event.type);
    }
  } catch (error) {
    return { names, error };
  }
  return { names };
}

describe("a watch", () => {
  test("asks for bookmarks, from a version, with a limit of time", async () => {
    const { transport, sent } = scriptedTransport(() => chunks());
    const client = createClient({ transport });
    const options = { namespace: "ns", resourceVersion: "7", timeoutSeconds: 300, labelSelector: "a" };
    expect(await Array.fromAsync(client.watch(ConfigMap, options))).toEqual([]);
    expect(
      await Array.fromAsync(client.watch(ConfigMap, { resourceVersion: "", sendInitialEvents: true })),
    ).toEqual([]);
    expect(sent.map(({ path }) => path)).toEqual([
      "/api/v1/namespaces/ns/configmaps?watch=1&allowWatchBookmarks=true&labelSelector=a&resourceVersion=7&timeoutSeconds=300",
      "/api/v1/configmaps?watch=1&allowWatchBookmarks=true&resourceVersion=&sendInitialEvents=true&resourceVersionMatch=NotOlderThan",
    ]);
    expect(sent[0]?.request.longLived).toBe(true);
  });

  test("splits events at newlines only, wherever chunks end", async () => {
    const bytes = new TextEncoder().encode(added("a") + added("b\u2028ü😀") + added("c"));
    for (let size = 1; size < 40; size++) {
      const parts: Uint8Array[] = [];
      for (let at = 0; at < bytes.length; at += size) parts.push(bytes.subarray(at, at + size));
      const client = createClient({ transport: fetchTransport(() => chunks(...parts)) });
      expect((await collect(client)).names).toEqual(["ADDED a", "ADDED b\u2028ü😀", "ADDED c"]);
    }
  });

  test("takes text as it takes bytes, and both by turns", async () => {
    const text = added("a") + added("b\u2028ü😀") + added("c");
    for (let size = 1; size < 40; size++) {
      async function* body(): AsyncGenerator<string | Uint8Array> {
        const letters = [...text];
        for (let at = 0, turn = 0; at < letters.length; at += size, turn++) {
          const part = letters.slice(at, at + size).join("");
          yield turn % 3 === 2 ? new TextEncoder().encode(part) : part;
        }
      }
      const client = createClient({ transport: async () => ({ status: 200, headers: [], body: body() }) });
      expect((await collect(client)).names).toEqual(["ADDED a", "ADDED b\u2028ü😀", "ADDED c"]);
    }
    const client = createClient({ transport: async () => ({ status: 200, headers: [], body: text }) });
    expect((await collect(client)).names).toHaveLength(3);
  });

  test("takes an unfinished last line for a truncation, not for an event", async () => {
    const client = createClient({
      transport: fetchTransport(() => chunks(added("a"), added("b").trimEnd())),
    });
    const { names, error } = await collect(client);
    expect(names).toEqual(["ADDED a"]);
    expect(error).toBeInstanceOf(WatchTruncatedError);
  });

  test("tells bookmarks and errors from objects", async () => {
    const client = createClient({
      transport: fetchTransport(() =>
        chunks(
          '{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"12","annotations":{"k8s.io/initial-events-end":"true"}}}}\n',
          '{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"13"}}}\n',
          '{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired"}}\n',
        ),
      ),
    });
    expect(await Array.fromAsync(client.watch(ConfigMap))).toEqual([
      { type: "BOOKMARK", resourceVersion: "12", initialEventsEnd: true },
      { type: "BOOKMARK", resourceVersion: "13", initialEventsEnd: false },
      { type: "ERROR", status: { kind: "Status", code: 410, reason: "Expired" } },
    ]);
  });

  test.each(["[]", '{"type":"WHAT","object":{}}', "nonsense", '{"type":"BOOKMARK","object":{}}'])(
    "refuses the line %s",
    async (line) => {
      const client = createClient({ transport: fetchTransport(() => chunks(added("a"), `${line}\n`)) });
      const { names, error } = await collect(client);
      expect(names).toEqual(["ADDED a"]);
      expect(error).toBeInstanceOf(Error);
    },
  );

  test("fails with the server's Status, and is not tried again where that does not say when", async () => {
    const { transport, sent } = scriptedTransport(() => failure(429, "TooManyRequests"));
    const { error } = await collect(createClient({ transport }));
    expect(error).toMatchObject({ code: 429, reason: "TooManyRequests" });
    expect(sent).toHaveLength(1);
  });

  test("begins as often as the server says to try again, as while the storage of a new kind begins", async () => {
    const clock = new FakeClock();
    const { transport, sent } = scriptedTransport((_, index) => {
      if (index === 2) return chunks(added("a"));
      const refusal = failure(429, "TooManyRequests");
      refusal.headers.set("retry-after", "1");
      return refusal;
    });
    const watched = collect(createClient({ transport, clock }));
    await clock.advance(2_500);
    expect(await watched).toEqual({ names: ["ADDED a"] });
    expect(sent).toHaveLength(3);
  });

  test("ends quietly when its signal aborts, and lets go of the stream and the signal", async () => {
    let cancelled = 0;
    const abort = new AbortController();
    const { transport } = scriptedTransport(
      () =>
        new Response(
          new ReadableStream({
            start: (controller) => controller.enqueue(new TextEncoder().encode(added("a"))),
            cancel: () => void cancelled++,
          }),
        ),
    );
    const names: string[] = [];
    for await (const event of createClient({ transport }).watch(ConfigMap, { signal: abort.signal })) {
      names.push(event.type);
      abort.abort();
    }
    expect(names).toEqual(["ADDED"]);
    expect(cancelled).toBe(1);
  });

  test("ends by its signal although the transport has lost sight of it", async () => {
    let cancelled = 0;
    const client = createClient({
      transport: fetchTransport(() => new Response(new ReadableStream({ cancel: () => void cancelled++ }))),
    });
    const abort = new AbortController();
    const watching = Array.fromAsync(client.watch(ConfigMap, { signal: abort.signal }));
    await new Promise((resolve) => setImmediate(resolve));
    abort.abort();
    expect(await watching).toEqual([]);
    expect(cancelled).toBe(1);
  });

  test("cancels the stream when its reader stops", async () => {
    let cancelled = 0;
    const client = createClient({
      transport: fetchTransport(
        () =>
          new Response(
            new ReadableStream({
              start: (controller) => controller.enqueue(new TextEncoder().encode(added("a") + added("b"))),
              cancel: () => void cancelled++,
            }),
          ),
      ),
    });
    for await (const _ of client.watch(ConfigMap)) break;
    expect(cancelled).toBe(1);
  });

  test("tells of every chunk of bytes", async () => {
    let heard = 0;
    const client = createClient({
      transport: fetchTransport(() => chunks(added("a").slice(0, 9), added("a").slice(9))),
    });
    await Array.fromAsync(client.watch(ConfigMap, { onActivity: () => void heard++ }));
    expect(heard).toBe(3);
  });
});
