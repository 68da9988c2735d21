import { describe, expect, test } from "vitest";
import { createClient, fetchTransport, readText } from "../src/index.ts";

const request = { method: "GET", url: "http://localhost/version", headers: [] };

describe("a transport of a fetch handler", () => {
  test("hands on what is asked, and what is answered", async () => {
    const transport = fetchTransport(async (asked) => {
      const { method, url, headers } = asked;
      const body = `${method} ${url} ${headers.get("a")} ${await asked.text()}`;
      return new Response(body, { status: 418, headers: { b: "2" } });
    });
    const response = await transport({
      method: "POST",
      url: "http://localhost/x?y",
      headers: [
        ["a", "1"],
        ["a", "2"],
      ],
      body: new TextEncoder().encode("z"),
    });
    expect(response).toMatchObject({ status: 418 });
    expect(response.headers).toContainEqual(["b", "2"]);
    expect(await readText(response)).toBe("POST http://localhost/x?y 1, 2 z");
  });

  test("has an empty body where there is none", async () => {
    const transport = fetchTransport(() => new Response(null, { status: 204 }));
    expect(await readText(await transport(request))).toBe("");
  });
});

describe("a raw request", () => {
  test("gives the answer as text, as JSON, in pieces, or not at all", async () => {
    const transport = fetchTransport(() => Response.json({ big: 1 }, { headers: { "X-Part": "a" } }));
    const client = createClient({ transport });
    expect(await (await client.raw("/a")).text()).toBe('{"big":1}');
    const answer = await client.raw("/a");
    expect([answer.ok, answer.status, answer.header("X-PART")]).toEqual([true, 200, "a"]);
    expect(await answer.json()).toEqual({ big: 1 });
    const pieces = await Array.fromAsync((await client.raw("/a")).body);
    expect(Buffer.concat(pieces).toString()).toBe('{"big":1}');
    await (await client.raw("/a")).discard();
  });

  test("may be answered by text that is all there, and by integers of any size", async () => {
    const client = createClient({
      transport: async () => ({ status: 500, headers: [], body: '{"big":9007199254740993}' }),
    });
    const answer = await client.raw("/a", { method: "post" });
    expect(answer.ok).toBe(false);
    expect(await answer.json()).toEqual({ big: 9007199254740993n });
    const pieces = await Array.fromAsync((await client.raw("/a")).body);
    expect(Buffer.concat(pieces).toString()).toBe('{"big":9007199254740993}');
  });
});
