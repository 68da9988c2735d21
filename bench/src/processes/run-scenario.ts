import type { BenchmarkContext } from "../benchmark.ts";
import type { FiguresOf, Scenario } from "../scenarios/scenario.ts";
import { ourCommand } from "./our-command.ts";
import { runProcess } from "./run-process.ts";

/** Runs a scenario in a process of its own. */
export async function runScenario<Kind extends Scenario["kind"]>(
  context: BenchmarkContext,
  scenario: Extract<Scenario, { readonly kind: Kind }>,
): Promise<FiguresOf[Kind]> {
  const argument = JSON.stringify(scenario);
  context.progress(argument);
  const { stdout } = await runProcess(ourCommand(context, "bench/src/scenario-process.ts", [argument]));
  return JSON.parse(stdout.toString("utf8")) as FiguresOf[Kind];
}
