import type { Environment } from "./environment.ts";
import { createProgram } from "./program.ts";
import { runCommands } from "./run-commands.ts";

/** Runs a command line of weir, as `runCommands`. */
export function runProgram(
  argv: readonly string[],
  environment: Environment,
  logLevel: string,
): Promise<number> {
  return runCommands((deps) => createProgram(deps, argv[2]), argv, environment, logLevel);
}
