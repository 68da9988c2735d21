import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createApiServer, createMemoryStorage } from "@weir/apiserver";
import { parseJson } from "@weir/core";
import { startRealServer } from "../../src/apiserver/real-target.ts";
import { replayTranscript } from "../../src/apiserver/replay.ts";
import { embeddedTarget, type ReplayTarget } from "../../src/apiserver/replay-target.ts";
import type { Transcript } from "../../src/apiserver/transcript.ts";
import type { Suite } from "../../src/suite.ts";

/** Conversations recorded from kube-apiserver, replayed against a fresh server each, or all against one kube-apiserver. */
export const suite: Suite = {
  name: "apiserver/transcripts",
  isTimed: true,
  clusters: ["embedded", "real"],
  async *run(corpus, only, cluster = "embedded") {
    await using real = cluster === "real" ? await startRealServer() : undefined;
    const folder = join(corpus, "apiserver/transcripts");
    for (const file of readdirSync(folder).sort()) {
      const transcript = parseJson(readFileSync(join(folder, file), "utf8")) as unknown as Transcript;
      if (only !== undefined && transcript.name !== only) continue;
      const { name } = transcript;
      const detail = await withinLimit(
        real === undefined ? replay(transcript) : guarded(transcript, real.target()),
      );
      yield detail === undefined ? { name, verdict: "pass" } : { name, verdict: "fail", detail };
    }
  },
};

const CASE_LIMIT_MS = 20_000;

/** A conversation whose end does not come fails by itself, and nothing else waits for it. */
function withinLimit(replayed: Promise<string | undefined>): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const timer = setTimeout(() => resolve(`did not end within ${CASE_LIMIT_MS / 1000} s`), CASE_LIMIT_MS);
  return Promise.race([replayed, promise]).finally(() => clearTimeout(timer));
}

const tokens = {
  "admin-token": { name: "admin", uid: "admin-uid", groups: ["system:masters"] },
  "alice-token": { name: "alice", uid: "alice-uid", groups: ["devs"] },
  "bob-token": { name: "bob", uid: "bob-uid", groups: ["ops", "viewers"] },
};

async function replay(transcript: Transcript): Promise<string | undefined> {
  // Nothing else keeps the process alive while a watch waits for its own end.
  using _alive = keepAlive();
  await using storage = createMemoryStorage();
  await using server = await createApiServer({
    storage,
    auth: { tokens: new Map(Object.entries(tokens)), authorization: "RBAC", withoutCredentials: "anonymous" },
  });
  return await guarded(transcript, embeddedTarget(server, storage));
}

async function guarded(transcript: Transcript, target: ReplayTarget): Promise<string | undefined> {
  try {
    return await replayTranscript(transcript, target);
  } catch (error) {
    return error instanceof Error ? `threw ${error.stack ?? error.message}` : String(error);
  }
}

function keepAlive(): Disposable {
  const timer = setInterval(() => {}, 1000);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
