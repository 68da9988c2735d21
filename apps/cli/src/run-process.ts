import { InterruptedError } from "./cli-error.ts";
import { type Environment, readEnvironment } from "./environment.ts";

const LONG_MS = 2 ** 30;

/** Runs a command as the whole of this process, which ends with its exit code. */
export async function runProcess(run: (environment: Environment) => Promise<number>): Promise<void> {
  const environment = readEnvironment(process, listenForEnd);
  // A command that waits for a while has nothing else that holds the process, and would end as if it were done.
  setInterval(() => {}, LONG_MS);
  process.exitCode = await run(environment);
  await environment.flush();
  // Everything that was opened is closed by now; what still holds the process, such as a socket in its last moments, need not.
  process.exit();
}

/** A signal that aborts at the first request to end, in order; a second one ends the process at once. */
function listenForEnd(): AbortSignal {
  const ending = new AbortController();
  const onSignal = (): void => {
    if (ending.signal.aborted) process.exit(130);
    ending.abort(new InterruptedError());
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  return ending.signal;
}
