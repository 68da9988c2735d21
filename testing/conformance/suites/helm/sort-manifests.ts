import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type JsonValue, parseJson } from "@weir/core";

import { replaySorting, type SortingCase } from "../../src/helm/replay-sorting.ts";
import type { Suite } from "../../src/suite.ts";

/** Documents of rendered templates, split, sorted for an install and for an uninstall. */
export const suite: Suite = {
  name: "helm/sort-manifests",
  async *run(corpus) {
    const recording: JsonValue = parseJson(readFileSync(join(corpus, "helm/sort-manifests.json"), "utf8"));
    const { cases } = recording as unknown as { readonly cases: readonly SortingCase[] };
    for (const recorded of cases) yield replaySorting(recorded);
  },
};
