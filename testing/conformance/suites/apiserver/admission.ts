import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseJson } from "@weir/core";
import { startRealServer } from "../../src/apiserver/real-target.ts";
import { replayEmbedded, replayGuarded } from "../../src/apiserver/replay-embedded.ts";
import type { Transcript } from "../../src/apiserver/transcript.ts";
import type { Suite } from "../../src/suite.ts";

/** What admission does, as `npm run record-apiserver` recorded it from kube-apiserver: it lies in this repository. */
export const suite: Suite = {
  name: "apiserver/admission",
  isTimed: true,
  hasOwnCases: true,
  clusters: ["embedded", "real"],
  async *run(_corpus, only, cluster = "embedded") {
    await using real = cluster === "real" ? await startRealServer({ hasServiceAccounts: true }) : undefined;
    const folder = join(import.meta.dirname, "../../cases/admission");
    for (const file of readdirSync(folder).sort()) {
      const transcript = parseJson(readFileSync(join(folder, file), "utf8")) as unknown as Transcript;
      const { name } = transcript;
      if (only !== undefined && name !== only) continue;
      const detail = await (real === undefined
        ? replayEmbedded(transcript, { needsServiceAccounts: true })
        : replayGuarded(transcript, real.target()));
      yield detail === undefined ? { name, verdict: "pass" } : { name, verdict: "fail", detail };
    }
  },
};
