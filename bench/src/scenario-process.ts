// Runs one scenario in a process of its own, so that CPU time and memory are the scenario's; prints its figures as JSON.
import { runBuilds } from "./scenarios/builds.ts";
import { runChain } from "./scenarios/chain.ts";
import { runCommits } from "./scenarios/commits.ts";
import { runKustomizations } from "./scenarios/kustomizations.ts";
import { runReleases } from "./scenarios/releases.ts";
import { runRenders } from "./scenarios/renders.ts";
import type { FiguresOf, Scenario } from "./scenarios/scenario.ts";

async function run(scenario: Scenario, searchPath: string): Promise<FiguresOf[Scenario["kind"]]> {
  switch (scenario.kind) {
    case "kustomizations":
      return runKustomizations(scenario, searchPath);
    case "releases":
      return runReleases(scenario, searchPath);
    case "chain":
      return runChain(scenario, searchPath);
    case "commits":
      return runCommits(scenario, searchPath);
    case "builds":
      return runBuilds(scenario);
    case "renders":
      return runRenders(scenario);
  }
}

const scenario = JSON.parse(process.argv[2] ?? "{}") as Scenario;
const figures = await run(scenario, process.env["PATH"] ?? "");
process.stdout.write(`${JSON.stringify(figures)}\n`);
