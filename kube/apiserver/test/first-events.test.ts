import { describe, expect, test } from "vitest";
import { type ApiServer, createApiServer, createMemoryStorage } from "../src/index.ts";
import { aRequest } from "./a-request.ts";

const MAPS = "/api/v1/namespaces/default/configmaps";

/** The types of the first events of a watch. */
async function typesOf(server: ApiServer, query: string): Promise<readonly string[]> {
  const stop = new AbortController();
  const path = `${MAPS}?watch=true&${query}`;
  const { body } = await server.handle(aRequest({ path, signal: stop.signal }), { isTrusted: true });
  if (typeof body === "string") return [];
  for await (const piece of body) {
    const lines = Buffer.from(piece).toString("utf8").trimEnd().split("\n");
    stop.abort();
    return lines.map((line) => String((JSON.parse(line) as { readonly type: string }).type));
  }
  return [];
}

describe("the first events of a watch", () => {
  const cases: ReadonlyArray<{ readonly query: string; readonly want: readonly string[] }> = [
    { query: "", want: ["ADDED"] },
    { query: "resourceVersion=0", want: ["ADDED"] },
    { query: "allowWatchBookmarks=true", want: ["ADDED", "BOOKMARK"] },
    { query: "allowWatchBookmarks=true&resourceVersion=0", want: ["ADDED", "BOOKMARK"] },
    { query: "sendInitialEvents=true&resourceVersionMatch=NotOlderThan", want: ["ADDED"] },
    {
      query: "allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan",
      want: ["ADDED", "BOOKMARK"],
    },
  ];

  test.each(cases)("are ended by a bookmark where bookmarks are taken: $query", async ({ query, want }) => {
    await using storage = createMemoryStorage();
    await using server = await createApiServer({ storage });
    const body = JSON.stringify({ metadata: { name: "there" } });
    await server.handle(aRequest({ method: "POST", path: MAPS, body }), { isTrusted: true });
    expect(await typesOf(server, query)).toEqual(want);
  });
});
