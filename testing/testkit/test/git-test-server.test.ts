import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type GitTestServer, startGitServer } from "../src/index.ts";

const refs = "info/refs?service=git-upload-pack";
const basic = (pair: string): string => `Basic ${Buffer.from(pair).toString("base64")}`;

describe("the Git server for tests", () => {
  let server: GitTestServer;
  beforeAll(async () => {
    server = await startGitServer({ searchPath: process.env["PATH"] ?? "/usr/bin:/bin" });
    await (await server.repository("app")).commit({ files: { a: "1" } });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test.each([
    ["app.git", undefined, 200],
    ["none.git", undefined, 404],
    ["auth/app.git", undefined, 401],
    ["auth/app.git", basic("user:wrong"), 401],
    ["auth/app.git", basic("user:pass"), 200],
    ["auth/none.git", basic("user:pass"), 404],
    ["bearer/app.git", basic("user:pass"), 401],
    ["bearer/app.git", "Bearer token-1", 200],
    ["err500/app.git", undefined, 500],
  ] as const)("answers %s with authorization %s by %d", async (path, authorization, want) => {
    const headers = authorization === undefined ? {} : { authorization };
    const response = await fetch(`${server.url}/${path}/${refs}`, { headers });
    await response.body?.cancel();
    expect(response.status).toBe(want);
  });

  test("holds back what is slow", async () => {
    const signal = AbortSignal.timeout(50);
    await expect(fetch(`${server.url}/slow/app.git/${refs}`, { signal })).rejects.toThrow("timeout");
  });

  test("makes the same commits of the same files, links and removals", async () => {
    const commits = [
      { files: { "a/b.yaml": "x: 1\n", link: "symlink:a/b.yaml" }, authorDate: "2024-01-01T01:00:00Z" },
      { files: { 'odd "name".txt': "" }, remove: ["link"], tag: "v1" },
      { files: { c: "ü" }, branch: "dev" },
    ];
    const ids = async (name: string): Promise<readonly string[]> => {
      const repository = await server.repository(name);
      const made: string[] = [];
      for (const commit of commits) made.push(await repository.commit(commit));
      return made;
    };
    expect(await ids("one")).toEqual(await ids("two"));
  });
});
