import { badCases } from "../../src/apiserver/bad-input/all-cases.ts";
import type { KeptAnswer } from "../../src/apiserver/bad-input/answer.ts";
import { readRecorded } from "../../src/apiserver/bad-input/recorded.ts";
import { runBadCases } from "../../src/apiserver/bad-input/run-cases.ts";
import { startBadWorld } from "../../src/apiserver/bad-input/world.ts";
import type { CaseResult, Suite } from "../../src/suite.ts";

/** What is wrong with a request, over TLS as raw bytes, and what kube-apiserver answered. */
export const suite: Suite = {
  name: "apiserver/bad-input",
  hasOwnCases: true,
  clusters: ["embedded", "real"],
  async *run(_corpus, only, cluster = "embedded") {
    await using world = await startBadWorld(cluster);
    for (const [group, cases] of Object.entries(badCases)) {
      const wanted = only === undefined ? cases : cases.filter(({ name }) => name === only);
      const recorded = readRecorded(group);
      const answers = await runBadCases(world, wanted);
      for (const { name } of wanted) yield judged(name, recorded.get(name), answers.get(name) ?? []);
    }
  },
};

function judged(
  name: string,
  wanted: readonly KeptAnswer[] | undefined,
  answers: readonly KeptAnswer[],
): CaseResult {
  if (wanted === undefined) return { name, verdict: "fail", detail: "nothing is recorded" };
  for (const [index, want] of wanted.entries()) {
    const [left, right] = [JSON.stringify(want), JSON.stringify(answers[index])];
    if (left !== right) return { name, verdict: "fail", detail: `want ${left}\n got ${right}` };
  }
  return { name, verdict: "pass" };
}
