import type { CaseLists } from "./case-lists.ts";
import type { CaseResult } from "./suite.ts";

/** The figures of one run of a suite and what contradicts its lists. */
export interface Judgement {
  readonly passed: number;
  readonly failed: number;
  readonly waived: number;
  /** Cases outside the lists that fail, listed ones that pass, and listed names that no case bears. */
  readonly contradictions: readonly string[];
}

/** Holds the results of a run against the lists beside the suite. */
export function judge(results: readonly CaseResult[], lists: CaseLists): Judgement {
  const contradictions: string[] = [];
  let passed = 0;
  let failed = 0;
  let waived = 0;
  const seen = new Set<string>();
  for (const result of results) {
    if (seen.has(result.name)) contradictions.push(`two cases are named ${result.name}`);
    seen.add(result.name);
    const isWaived = Object.hasOwn(lists.waived, result.name);
    const isListed = isWaived || Object.hasOwn(lists.failing, result.name);
    if (result.verdict === "pass") {
      passed += 1;
      if (isListed) contradictions.push(`passes but is listed: ${result.name}`);
    } else {
      if (isWaived) waived += 1;
      else failed += 1;
      if (!isListed) contradictions.push(`fails and is not listed: ${result.name}: ${result.detail}`);
    }
  }
  for (const name of [...Object.keys(lists.failing), ...Object.keys(lists.waived)]) {
    if (!seen.has(name)) contradictions.push(`is listed and is no case: ${name}`);
  }
  return { passed, failed, waived, contradictions };
}

/** The cases whose results say something else than the lists. */
export function contradictingCases(results: readonly CaseResult[], lists: CaseLists): readonly string[] {
  return results
    .filter((result) => {
      const isListed = Object.hasOwn(lists.failing, result.name) || Object.hasOwn(lists.waived, result.name);
      return (result.verdict === "pass") === isListed;
    })
    .map((result) => result.name);
}
