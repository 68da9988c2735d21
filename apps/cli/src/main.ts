import { CommanderError } from "commander";
import { describeError } from "@weir/core";
import { readEnvironment } from "./environment.ts";
import { createProgram } from "./program.ts";
import { createLogger } from "./terminal/pino-logger.ts";

const ending = new AbortController();
/** The first request ends in order; a second one at once. */
const onSignal = (): void => {
  if (ending.signal.aborted) process.exit(130);
  ending.abort(new CommanderError(130, "weir.interrupted", "interrupted"));
};
process.on("SIGINT", onSignal);
process.on("SIGTERM", onSignal);

const environment = readEnvironment(process, ending.signal);
const program = createProgram({
  environment,
  logger: createLogger(process.env["WEIR_LOG"]),
  exit: (code) => {
    process.exitCode = code;
  },
});

try {
  await program.parseAsync(process.argv);
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 || error.exitCode === 130 ? 0 : 2;
  } else {
    process.stderr.write(`weir: ${describeError(error)}\n`);
    process.exitCode = 1;
  }
}
// Everything that was opened is closed by now; what still holds the process, such as a socket in its last moments, need not.
process.exit();
