import { join } from "node:path";
import type { Suite } from "../../src/suite.ts";
import { replayBuilds } from "../../src/kustomize/recorded-build.ts";

export const suite: Suite = {
  name: "kustomize/builtin",
  async *run(corpus, only) {
    yield* replayBuilds(join(corpus, "kustomize", "builtin"), only);
  },
};
