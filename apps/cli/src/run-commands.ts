import { describeError, silentLogger } from "@weir/core";
import { type Command, CommanderError } from "commander";
import { InterruptedError } from "./cli-error.ts";
import type { Environment } from "./environment.ts";
import type { ProgramDeps } from "./empty-program.ts";

/**
 * Reads a command line with the commands that `create` declares, and does what it says; gives the exit code: 2 where the
 * command line is wrong. Logs from a level such as `debug` on; nothing where it is empty.
 */
export async function runCommands(
  create: (deps: ProgramDeps) => Command,
  argv: readonly string[],
  environment: Environment,
  logLevel: string,
): Promise<number> {
  const logger =
    logLevel === "" ? silentLogger : (await import("./terminal/pino-logger.ts")).createLogger(logLevel);
  let code = 0;
  const exit = (given: number): void => {
    code = given;
  };
  try {
    await create({ environment, logger, exit }).parseAsync(argv);
    return code;
  } catch (error) {
    if (error instanceof InterruptedError) return 0;
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    environment.writeError(`weir: ${describeError(error)}\n`);
    return 1;
  }
}
