import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readRules, type RuleConversation, withoutManagers } from "../../src/apiserver/rules/recorded.ts";
import { conversationDifference } from "../../src/fuzz/apiserver/difference.ts";
import { converseEmbedded } from "../../src/fuzz/apiserver/replay.ts";
import type { CaseRequest } from "../../src/fuzz/apiserver/conversation.ts";
import type { CaseResult, Suite } from "../../src/suite.ts";

const FOLDER = join(import.meta.dirname, "../../recorded/apiserver/rules");

/** The rules of built-in kinds: what is created and changed, right and wrong, and what kube-apiserver answered. */
export const suite: Suite = {
  name: "apiserver/rules",
  hasOwnCases: true,
  async *run(_corpus, only) {
    for (const file of readdirSync(FOLDER).sort()) {
      for (const conversation of readRules(readFileSync(join(FOLDER, file), "utf8")))
        if (only === undefined || conversation.some(({ name }) => name === only)) yield* replay(conversation);
    }
  },
};

async function* replay(conversation: RuleConversation): AsyncIterable<CaseResult> {
  const requests = conversation.flatMap(({ exchanges }) =>
    exchanges.map(({ request }) => request as CaseRequest),
  );
  const answered = (await converseEmbedded(requests)).map(withoutManagers);
  let start = 0;
  for (const { name, exchanges } of conversation) {
    const found = conversationDifference(answered.slice(start, start + exchanges.length), exchanges);
    start += exchanges.length;
    yield found === undefined ? { name, verdict: "pass" } : { name, verdict: "fail", detail: found.detail };
  }
}
