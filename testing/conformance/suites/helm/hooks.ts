import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type JsonValue, parseJson } from "@weir/core";

import { replaySorting, type SortingCase } from "../../src/helm/replay-sorting.ts";
import type { Suite } from "../../src/suite.ts";

/** Hooks among the documents of rendered templates: events, weights and policies. */
export const suite: Suite = {
  name: "helm/hooks",
  async *run(corpus) {
    const recording: JsonValue = parseJson(readFileSync(join(corpus, "helm/hooks.json"), "utf8"));
    const { cases } = recording as unknown as { readonly cases: readonly SortingCase[] };
    for (const recorded of cases) yield replaySorting(recorded);
  },
};
