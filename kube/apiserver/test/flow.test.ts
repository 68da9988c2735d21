import { gunzipSync } from "node:zlib";
import { FakeClock } from "@weir/core";
import { describe, expect, test } from "vitest";
import {
  type ApiResponse,
  type ApiServer,
  ConnectionDroppedError,
  createApiServer,
  createByteBudget,
  createMemoryStorage,
  type FlowOptions,
} from "../src/index.ts";
import { aRequest } from "./a-request.ts";

const MAPS = "/api/v1/namespaces/default/configmaps";
const MANY = 400;

interface Asked {
  readonly user?: "somebody" | "master";
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

type Ask = (asked?: Asked) => Promise<ApiResponse>;

/** Runs a test on a server with 400 KB of ConfigMaps, whose lists are streams. */
async function withServer(
  flow: FlowOptions,
  run: (ask: Ask, server: ApiServer, clock: FakeClock) => Promise<void>,
): Promise<void> {
  const clock = new FakeClock();
  await using storage = createMemoryStorage({ clock });
  const tokens = new Map([
    ["somebody", { name: "somebody", groups: ["system:authenticated"] }],
    ["master", { name: "master", groups: ["system:masters"] }],
  ]);
  await using server = await createApiServer({ storage, clock, flow, auth: { tokens } });
  for (let index = 0; index < MANY; index++) {
    const body = JSON.stringify({ metadata: { name: `m-${index}` }, data: { text: "x".repeat(1000) } });
    await server.handle(aRequest({ method: "POST", path: MAPS, body }), { isTrusted: true });
  }
  const ask: Ask = ({ user = "somebody", method = "GET", path = MAPS, headers = {} } = {}) => {
    const body = method === "POST" ? JSON.stringify({ metadata: { generateName: "new-" } }) : "";
    const asked = { ...headers, authorization: `Bearer ${user}` };
    return server.handle(aRequest({ method, path, headers: asked, body }));
  };
  await run(ask, server, clock);
}

async function readAll({ body, bytes }: ApiResponse): Promise<Buffer> {
  if (typeof body === "string") return Buffer.from(bytes ?? body);
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

const headerOf = ({ headers }: ApiResponse, name: string): string | undefined =>
  headers.find(([key]) => key === name)?.[1];

describe("requests under way", () => {
  test("beyond the limit are refused in kube-apiserver's words until one has ended", () =>
    withServer({ maxRequestsInFlight: 1 }, async (ask) => {
      const first = await ask();
      const refused = await ask();
      expect(refused).toEqual({
        status: 429,
        headers: [
          ["Cache-Control", "no-cache, private"],
          ["Content-Type", "text/plain; charset=utf-8"],
          ["X-Content-Type-Options", "nosniff"],
          ["Retry-After", "1"],
        ],
        body: "Too many requests, please try again later.\n",
      });
      await readAll(first);
      expect((await ask({ path: `${MAPS}/m-1` })).status).toBe(200);
    }));

  test("are counted apart: reads, writes, and not at all what lasts long or may do everything", () =>
    withServer({ maxRequestsInFlight: 1 }, async (ask) => {
      await ask();
      expect((await ask({ path: `${MAPS}/m-1` })).status).toBe(429);
      expect((await ask({ method: "POST" })).status).toBe(201);
      expect((await ask({ path: `${MAPS}?watch=1` })).status).toBe(200);
      expect((await ask({ user: "master" })).status).toBe(200);
      expect((await ask({ path: "/readyz" })).status).toBe(200);
    }));

  test("end when their reader stops, also before the first piece", () =>
    withServer({ maxRequestsInFlight: 1 }, async (ask) => {
      for (let round = 0; round < 3; round++) {
        const { status, body } = await ask();
        expect(status).toBe(200);
        await (body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]().return?.();
      }
    }));

  test("without a limit are never refused", () =>
    withServer({ maxRequestsInFlight: 0, budget: createByteBudget(1e9) }, async (ask) => {
      for (let round = 0; round < 500; round++) expect((await ask()).status).toBe(200);
    }));

  test("break off when a client takes longer than a minute", () =>
    withServer({}, async (ask, _, clock) => {
      const stream = ((await ask()).body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
      await stream.next();
      await clock.advance(60_001);
      await expect(stream.next()).rejects.toThrow(ConnectionDroppedError);
      expect((await stream.next().catch(() => ({ done: true }))).done).toBe(true);
    }));
});

describe("bytes in flight", () => {
  test("are counted while a list is sent, and given back", async () => {
    const budget = createByteBudget();
    await withServer({ budget }, async (ask) => {
      const answer = await ask();
      expect(budget.used).toBeGreaterThan(3 * 128 * 1024);
      await readAll(answer);
      expect(budget.used).toBe(0);
      const protobuf = await ask({ headers: { accept: "application/vnd.kubernetes.protobuf" } });
      expect(budget.used).toBeGreaterThan(MANY * 1000);
      await readAll(protobuf);
      expect(budget.used).toBe(0);
    });
  });

  test.each([
    { name: "JSON", headers: {} },
    { name: "protobuf", headers: { accept: "application/vnd.kubernetes.protobuf" } },
    { name: "gzip", headers: { "accept-encoding": "gzip" } },
  ])("are given back when a list of $name is let go of, at once or later", async ({ headers }) => {
    const budget = createByteBudget();
    await withServer({ budget }, async (ask) => {
      for (const pieces of [0, 1, 2]) {
        const { body } = await ask({ headers });
        const stream = (body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
        for (let at = 0; at < pieces; at++) await stream.next();
        await stream.return?.();
        await expect.poll(() => budget.used).toBe(0);
      }
    });
  });

  test("are never more than the budget has, whoever asks", async () => {
    const budget = createByteBudget(4 * 1024 * 1024);
    await withServer({ budget }, async (ask) => {
      const answers: ApiResponse[] = [];
      for (let round = 0; round < 50; round++) {
        answers.push(await ask({ user: "master" }));
        expect(budget.used).toBeLessThanOrEqual(budget.limit);
      }
      const statuses = answers.map(({ status }) => status);
      expect(statuses.filter((status) => status === 200).length).toBe(10);
      expect(statuses.filter((status) => status === 429).length).toBe(40);
      for (const answer of answers) await readAll(answer);
      expect(budget.used).toBe(0);
      expect((await ask()).status).toBe(200);
    });
  });

  test("that are all in use have everything refused but probes", async () => {
    const budget = createByteBudget(1024);
    await withServer({ budget }, async (ask) => {
      budget.hold(1024);
      expect((await ask({ path: `${MAPS}/m-1` })).status).toBe(429);
      expect((await ask({ path: `${MAPS}?watch=1` })).status).toBe(429);
      expect((await ask({ method: "POST", user: "master" })).status).toBe(429);
      expect((await ask({ path: "/openapi/v2" })).status).toBe(429);
      expect((await ask({ path: "/livez" })).status).toBe(200);
      expect((await ask({ path: "/readyz/etcd" })).status).toBe(200);
      budget.release(1024);
      expect((await ask({ path: `${MAPS}/m-1` })).status).toBe(200);
    });
  });
});

describe("a long answer", () => {
  const gzip = { "accept-encoding": "deflate, gzip" };

  test("is compressed where the client takes that", () =>
    withServer({}, async (ask) => {
      const plain = await ask();
      const packed = await ask({ headers: gzip });
      expect(headerOf(packed, "Content-Encoding")).toBe("gzip");
      expect(headerOf(packed, "Vary")).toBe("Accept-Encoding");
      expect(headerOf(plain, "Content-Encoding")).toBeUndefined();
      const bytes = await readAll(packed);
      expect(bytes.length).toBeLessThan(100_000);
      expect(gunzipSync(bytes).equals(await readAll(plain))).toBe(true);
    }));

  test("that is compressed is let go of when its reader stops", async () => {
    const budget = createByteBudget();
    await withServer({ budget, maxRequestsInFlight: 1 }, async (ask) => {
      const { body } = await ask({ headers: gzip });
      const stream = (body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
      await stream.next();
      await stream.return?.();
      await expect.poll(() => budget.used).toBe(0);
      expect((await ask()).status).toBe(200);
    });
  });

  test.each([
    { name: "short", path: `${MAPS}/m-1` },
    { name: "a watch", path: `${MAPS}?watch=1` },
  ])("is not compressed if it is $name", ({ path }) =>
    withServer({}, async (ask) => {
      expect(headerOf(await ask({ path, headers: gzip }), "Content-Encoding")).toBeUndefined();
    }),
  );
});
