import { join } from "node:path";
import { replayBuilds } from "../../src/kustomize/recorded-build.ts";
import type { Suite } from "../../src/suite.ts";

/** What fuzzing found, kept: it lies in this repository, so it is replayed wherever that is. */
export const suite: Suite = {
  name: "kustomize/fuzzed",
  hasOwnCases: true,
  async *run(_corpus, only) {
    yield* replayBuilds(join(import.meta.dirname, "../../fuzzed/kustomize"), only);
  },
};
