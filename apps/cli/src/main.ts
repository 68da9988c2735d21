import { PLAIN_FLAGS, plainTargets } from "./build/plain-build.ts";
import { runBuild } from "./build/run-build.ts";
import type { Environment } from "./environment.ts";
import { runProcess } from "./run-process.ts";

/** Without top-level `await`, which would keep the bundle from being CommonJS. */
void runProcess(run);

async function run(environment: Environment): Promise<number> {
  const targets = plainTargets(process.argv.slice(2));
  if (targets !== undefined) return runBuild(targets, PLAIN_FLAGS, environment);
  const { runProgram } = await import("./run-program.ts");
  return runProgram(process.argv, environment, process.env["WEIR_LOG"] ?? "");
}
