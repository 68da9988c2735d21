import { CommanderError } from "commander";
import { describeError, silentLogger } from "@weir/core";
import { readEnvironment } from "./environment.ts";
import { createProgram } from "./program.ts";

/** Without top-level `await`, which would keep the bundle from being CommonJS. */
async function main(): Promise<void> {
  const logLevel = process.env["WEIR_LOG"] ?? "";
  const logger =
    logLevel === "" ? silentLogger : (await import("./terminal/pino-logger.ts")).createLogger(logLevel);
  const environment = readEnvironment(process, listenForEnd);
  const exit = (code: number): void => {
    process.exitCode = code;
  };
  const program = createProgram({ environment, logger, exit }, process.argv[2]);
  try {
    await program.parseAsync(process.argv);
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 || error.exitCode === 130 ? 0 : 2;
    } else {
      environment.writeError(`weir: ${describeError(error)}\n`);
      process.exitCode = 1;
    }
  }
  await environment.flush();
  // Everything that was opened is closed by now; what still holds the process, such as a socket in its last moments, need not.
  process.exit();
}

/** A signal that aborts at the first request to end, in order; a second one ends the process at once. */
function listenForEnd(): AbortSignal {
  const ending = new AbortController();
  const onSignal = (): void => {
    if (ending.signal.aborted) process.exit(130);
    ending.abort(new CommanderError(130, "weir.interrupted", "interrupted"));
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  return ending.signal;
}

void main();
