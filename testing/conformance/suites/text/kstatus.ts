import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { computeKstatus, type KstatusResult, type KubeObject } from "@weir/objects";
import type { CaseResult, Suite } from "../../src/suite.ts";

interface KstatusCase {
  readonly name: string;
  readonly object: KubeObject;
  /** What kstatus refuses to judge; the other fields are absent then. */
  readonly error?: string;
  readonly status?: string;
  readonly message?: string;
  readonly conditions?: readonly object[] | null;
}

/** kstatus over objects; the recording decoded them with encoding/json, so its numbers are float64. */
export const suite: Suite = {
  name: "text/kstatus",
  async *run(corpus: string): AsyncIterable<CaseResult> {
    const text = await readFile(join(corpus, "text/kstatus.json"), "utf8");
    const { cases } = JSON.parse(text) as { readonly cases: readonly KstatusCase[] };
    for (const [index, each] of cases.entries()) {
      const name = `${index} ${each.name}`;
      const want = JSON.stringify(expected(each));
      const got = JSON.stringify(shown(computeKstatus(each.object, { numbers: "float64" })));
      if (got === want) yield { name, verdict: "pass" };
      else yield { name, verdict: "fail", detail: `want ${want}\n got ${got}` };
    }
  },
};

function expected({ error, status, message, conditions }: KstatusCase): unknown {
  if (error !== undefined) return { status: "Unknown", message: error, conditions: [] };
  return { status, message, conditions: (conditions ?? []).map(sorted) };
}

function shown({ status, message, conditions }: KstatusResult): unknown {
  return { status, message, conditions: conditions.map(sorted) };
}

function sorted(condition: object): unknown {
  return Object.fromEntries(Object.entries(condition).sort(([a], [b]) => (a < b ? -1 : 1)));
}
