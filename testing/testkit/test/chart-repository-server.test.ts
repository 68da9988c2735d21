import { describe, expect, test } from "vitest";
import { startChartRepository } from "../src/index.ts";

describe("a repository of charts", () => {
  const files = new Map<string, string>([["main/index.yaml", "entries: {}\n"]]);

  test("serves its files and says when nothing changed", async () => {
    await using server = await startChartRepository({ files });
    const first = await fetch(`${server.url}/main/index.yaml`);
    expect([first.status, await first.text()]).toEqual([200, "entries: {}\n"]);
    const headers = { "if-none-match": first.headers.get("etag") ?? "" };
    expect((await fetch(`${server.url}/main/index.yaml`, { headers })).status).toBe(304);
    server.put("main/index.yaml", "entries: { a: [] }\n");
    expect((await fetch(`${server.url}/main/index.yaml`, { headers })).status).toBe(200);
    expect((await fetch(`${server.url}/none/index.yaml`)).status).toBe(404);
  });

  test("asks for a password below auth", async () => {
    await using server = await startChartRepository({ files });
    const url = `${server.url}/auth/main/index.yaml`;
    const known = { authorization: `Basic ${Buffer.from("user:pass").toString("base64")}` };
    expect((await fetch(url)).status).toBe(401);
    expect((await fetch(url, { headers: known })).status).toBe(200);
  });

  test("sends clients to another server, and less than it announced, on demand", async () => {
    await using other = await startChartRepository({ files });
    await using server = await startChartRepository({
      files,
      faults: { away: { kind: "redirect", to: other.url }, cut: { kind: "cut", afterBytes: 3 } },
    });
    const answer = await fetch(`${server.url}/away/main/index.yaml`);
    expect([answer.url, await answer.text()]).toEqual([`${other.url}/main/index.yaml`, "entries: {}\n"]);
    await expect(fetch(`${server.url}/cut/main/index.yaml`).then((cut) => cut.text())).rejects.toThrow();
  });
});
