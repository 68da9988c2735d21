import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseJson } from "@weir/core";
import { startRealServer } from "../../src/apiserver/real-target.ts";
import { replayEmbedded, replayGuarded } from "../../src/apiserver/replay-embedded.ts";
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
        real === undefined ? replayEmbedded(transcript) : replayGuarded(transcript, real.target()),
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
