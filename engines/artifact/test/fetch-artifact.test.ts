import { FakeClock } from "@weir/core";
import { describe, expect, test } from "vitest";
import { ArtifactFetchError, fetchArtifact } from "../src/index.ts";

const artifact = { url: "http://source/app.tar.gz", digest: `sha256:${"0".repeat(64)}` };

/** A server that gives these answers in turn, the last one for ever, and counts the questions. */
function aServer(...answers: ReadonlyArray<number | Error>): {
  asked: () => number;
  fetch: (url: string) => Promise<Response>;
} {
  let asked = 0;
  const fetch = async (): Promise<Response> => {
    const answer = answers[Math.min(asked++, answers.length - 1)] ?? 500;
    if (answer instanceof Error) throw answer;
    return new Response("no archive", { status: answer });
  };
  return { asked: () => asked, fetch };
}

async function failureOf(server: ReturnType<typeof aServer>): Promise<unknown> {
  const clock = new FakeClock();
  let isDone = false;
  const result = fetchArtifact(artifact, { fetch: server.fetch, clock })
    .catch((error: unknown) => error)
    .finally(() => {
      isDone = true;
    });
  for (let turn = 0; turn < 100 && !isDone; turn += 1) await clock.advance(2_000);
  return result;
}

describe("fetchArtifact", () => {
  test.each([404, 403, 400, 501])("takes status %d for an answer and asks once", async (status) => {
    const server = aServer(status);
    const error = await failureOf(server);
    expect(error).toBeInstanceOf(ArtifactFetchError);
    expect(error).toMatchObject({ status });
    expect(server.asked()).toBe(1);
  });

  test.each([
    ["status 500", 500],
    ["status 503", 503],
    ["status 429", 429],
    ["a connection that breaks", new TypeError("fetch failed")],
  ])("asks ten times in all after %s", async (_name, answer) => {
    const server = aServer(answer);
    expect(await failureOf(server)).toBeInstanceOf(ArtifactFetchError);
    expect(server.asked()).toBe(10);
  });

  test("stops asking when the server answers that there is none", async () => {
    const server = aServer(503, new TypeError("fetch failed"), 404, 503);
    expect(await failureOf(server)).toMatchObject({ status: 404 });
    expect(server.asked()).toBe(3);
  });
});
