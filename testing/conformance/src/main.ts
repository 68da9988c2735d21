// npm run conformance [-- SUITE… [--case NAME] [--verbose] [--write-lists] [--cluster real]]
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { readCaseLists, writeCaseLists } from "./case-lists.ts";
import { findSuites, type FoundSuite } from "./find-suites.ts";
import { contradictingCases, judge } from "./judge.ts";
import type { CaseResult, ClusterKind } from "./suite.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    case: { type: "string" },
    verbose: { type: "boolean", default: false },
    "write-lists": { type: "boolean", default: false },
    corpus: { type: "string" },
    cluster: { type: "string", default: "embedded" },
  },
});

const root = resolve(import.meta.dirname, "..");
const corpus = values.corpus ?? resolve(root, "../../../shared/corpus");

const cluster: ClusterKind = values.cluster === "real" ? "real" : "embedded";

async function collect(found: FoundSuite, only = values.case): Promise<readonly CaseResult[]> {
  const results: CaseResult[] = [];
  for await (const result of found.suite.run(corpus, only, cluster)) {
    if (only !== undefined && result.name !== only) continue;
    results.push(result);
    if (values.verbose || values.case !== undefined) showFailure(result);
  }
  return results;
}

const REPEATS = 2;

/** Runs the suite; what contradicts the lists of a timed one is run again by itself before it counts. */
async function collectSettled(found: FoundSuite): Promise<readonly CaseResult[]> {
  let results = await collect(found);
  if (found.suite.isTimed !== true || values.case !== undefined) return results;
  const lists = readCaseLists(found.listsPath);
  for (let repeat = 0; repeat < REPEATS; repeat += 1) {
    for (const name of contradictingCases(results, lists)) {
      const [again] = await collect(found, name);
      if (again !== undefined) results = results.map((result) => (result.name === name ? again : result));
    }
  }
  return results;
}

/** Shown as it comes: a suite may take minutes. */
function showFailure(result: CaseResult): void {
  if (result.verdict === "fail") process.stdout.write(`--- ${result.name}\n${result.detail}\n`);
}

/** Keeps the causes already written down; a new failure gets its detail's first line until someone names the cause. */
function rewriteLists(found: FoundSuite, results: readonly CaseResult[]): void {
  const old = readCaseLists(found.listsPath);
  const failing: Record<string, string> = {};
  const waived: Record<string, string> = {};
  for (const result of results) {
    if (result.verdict === "pass") continue;
    const reason = old.waived[result.name];
    if (reason !== undefined) waived[result.name] = reason;
    else
      failing[result.name] = old.failing[result.name] ?? (result.detail.split("\n")[0] ?? "").slice(0, 200);
  }
  writeCaseLists(found.listsPath, { failing, waived });
}

async function runSuite(found: FoundSuite): Promise<boolean> {
  const results = await collectSettled(found);
  if (values["write-lists"] && values.case === undefined) rewriteLists(found, results);
  const { passed, failed, waived, contradictions } = judge(results, readCaseLists(found.listsPath));
  process.stdout.write(
    `${found.suite.name}${cluster === "real" ? " on kube-apiserver" : ""}: ${passed} passed, ${failed} failed, ${waived} waived\n`,
  );
  if (found.suite.summary !== undefined) process.stdout.write(`  ${found.suite.summary(results)}\n`);
  if (values.case !== undefined) return results.every((result) => result.verdict === "pass");
  for (const contradiction of contradictions) process.stdout.write(`  ${contradiction.slice(0, 600)}\n`);
  return contradictions.length === 0;
}

const suites = await findSuites(join(root, "suites"), positionals, cluster);
if (suites.length === 0) {
  process.stdout.write(`no suite is named ${positionals.join(" or ")}\n`);
  process.exitCode = 1;
}
// Servers that a suite started end with the process when it ends by itself, not when a signal ends it.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
const hasCorpus = existsSync(corpus);
if (!hasCorpus) {
  process.stdout.write(
    `skipped: the recorded data is not here (${join("..", "shared", "corpus")} is absent)\n`,
  );
}
for (const found of suites) {
  if (!hasCorpus && found.suite.hasOwnCases !== true) continue;
  if (!(await runSuite(found))) process.exitCode = 1;
}

// What a case left open when it did not end must not keep the command from ending.
process.stdout.write("", () => process.exit());
