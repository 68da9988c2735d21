import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import type { FuzzCase, FuzzOutcome } from "../../src/fuzz/fuzz-target.ts";
import { helmTarget } from "../../src/fuzz/helm/target.ts";
import type { CaseResult, Suite } from "../../src/suite.ts";

/** A chart that was rendered otherwise once, and what helm printed for it. */
type RecordedCase = FuzzCase & Partial<FuzzOutcome> & { readonly name: string };

const FOLDER = join(import.meta.dirname, "../../fuzzed/helm");

/** What fuzzing found, kept: it lies in this repository, so it is replayed wherever that is. */
export const suite: Suite = {
  name: "helm/fuzzed",
  hasOwnCases: true,
  async *run(_corpus, only) {
    for (const file of readdirSync(FOLDER).sort()) {
      const recorded = JSON.parse(readFileSync(join(FOLDER, file), "utf8")) as RecordedCase;
      if (only === undefined || only === recorded.name) yield await replay(recorded);
    }
  },
};

async function replay(recorded: RecordedCase): Promise<CaseResult> {
  const { name, files } = recorded;
  const scratch = mkdtempSync(join(tmpdir(), "weir-fuzzed-"));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(scratch, path)), { recursive: true });
      writeFileSync(join(scratch, path), text);
    }
    const ours = await helmTarget.ours(recorded, scratch);
    const found = helmTarget.difference(ours, { ...recorded, warnings: recorded.warnings ?? "" });
    return found === undefined ? { name, verdict: "pass" } : { name, verdict: "fail", detail: found.detail };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
