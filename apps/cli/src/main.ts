import { CommanderError } from "commander";
import { describeError, silentLogger } from "@weir/core";
import { readEnvironment } from "./environment.ts";
import { createProgram } from "./program.ts";

const ending = new AbortController();
/** The first request ends in order; a second one at once. */
const onSignal = (): void => {
  if (ending.signal.aborted) process.exit(130);
  ending.abort(new CommanderError(130, "weir.interrupted", "interrupted"));
};
process.on("SIGINT", onSignal);
process.on("SIGTERM", onSignal);

const logLevel = process.env["WEIR_LOG"] ?? "";
const logger =
  logLevel === "" ? silentLogger : (await import("./terminal/pino-logger.ts")).createLogger(logLevel);
const environment = readEnvironment(process, ending.signal);
const program = createProgram({
  environment,
  logger,
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
await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
// Everything that was opened is closed by now; what still holds the process, such as a socket in its last moments, need not.
process.exit();

/** A pipe takes its text when the reader does: ending before would cut the output short. */
function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write("", () => resolve()));
}
