import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type JsonValue, parseJson } from "@weir/core";
import { exchangesOf, replayEmbedded } from "../../src/fuzz/apiserver/replay.ts";
import { conversationDifference } from "../../src/fuzz/apiserver/difference.ts";
import type { RecordedConversation } from "../../src/fuzz/apiserver/replay.ts";
import type { CaseResult, Suite } from "../../src/suite.ts";

const FOLDER = join(import.meta.dirname, "../../fuzzed/apiserver");

/** What fuzzing found, kept: it lies in this repository, so it is replayed wherever that is. */
export const suite: Suite = {
  name: "apiserver/fuzzed",
  hasOwnCases: true,
  async *run(_corpus, only) {
    const files = existsSync(FOLDER) ? readdirSync(FOLDER).sort() : [];
    for (const file of files) {
      const value: JsonValue = parseJson(readFileSync(join(FOLDER, file), "utf8"));
      const recorded = value as unknown as RecordedConversation;
      if (only === undefined || only === recorded.name) yield await replay(recorded);
    }
  },
};

async function replay(recorded: RecordedConversation): Promise<CaseResult> {
  const { name } = recorded;
  const found = conversationDifference(await replayEmbedded(recorded), exchangesOf(recorded));
  return found === undefined ? { name, verdict: "pass" } : { name, verdict: "fail", detail: found.detail };
}
