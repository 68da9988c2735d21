import { join } from "node:path";
import { describeError } from "@weir/core";
import { type PublicRepository, syncRepository } from "../../src/flux/repositories/run-repository.ts";
import type { CaseResult, Suite } from "../../src/suite.ts";

/** Public repositories written for Flux, synced as they are but for the hosts of their charts: all is Ready in the end. */
export const suite: Suite = {
  name: "flux/repositories",
  isTimed: true,
  async *run(corpus, only) {
    for (const repository of repositoriesIn(join(corpus, "kustomize/overlays"))) {
      if (only === undefined || only === repository.name) yield await replay(repository);
    }
  },
};

function repositoriesIn(folder: string): readonly PublicRepository[] {
  const example = (cluster: string): PublicRepository => ({
    name: `flux2-kustomize-helm-example ${cluster}`,
    folder: join(folder, "flux2-kustomize-helm-example"),
    roots: [
      { name: "infra-controllers", path: "./infrastructure/controllers" },
      { name: "infra-configs", path: "./infrastructure/configs", dependsOn: "infra-controllers" },
      { name: "apps", path: `./apps/${cluster}`, dependsOn: "infra-configs" },
    ],
  });
  return [
    example("production"),
    example("staging"),
    {
      name: "onedr0p-home-ops",
      folder: join(folder, "onedr0p-home-ops"),
      roots: [{ name: "cluster-apps", path: "./kubernetes/apps" }],
    },
  ];
}

async function replay(repository: PublicRepository): Promise<CaseResult> {
  const { name } = repository;
  try {
    const detail = await syncRepository(repository);
    return detail === undefined ? { name, verdict: "pass" } : { name, verdict: "fail", detail };
  } catch (error) {
    return { name, verdict: "fail", detail: `the replay failed: ${describeError(error)}` };
  }
}
