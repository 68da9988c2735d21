import { PLAIN_FLAGS, plainTargets } from "./build/plain-build.ts";
import { runBuild } from "./build/run-build.ts";
import { InterruptedError } from "./cli-error.ts";
import { type Environment, readEnvironment } from "./environment.ts";

/** Without top-level `await`, which would keep the bundle from being CommonJS. */
async function main(): Promise<void> {
  const environment = readEnvironment(process, listenForEnd);
  process.exitCode = await run(environment);
  await environment.flush();
  // Everything that was opened is closed by now; what still holds the process, such as a socket in its last moments, need not.
  process.exit();
}

async function run(environment: Environment): Promise<number> {
  const targets = plainTargets(process.argv.slice(2));
  if (targets !== undefined) return runBuild(targets, PLAIN_FLAGS, environment);
  const [, , command, ...args] = process.argv;
  if (command === "template") {
    // Its flags are helm's: reading them takes no parser either.
    const { runTemplate } = await import("./template/run-template.ts");
    return runTemplate(args, environment);
  }
  const { runProgram } = await import("./run-program.ts");
  return runProgram(process.argv, environment, process.env["WEIR_LOG"] ?? "");
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

void main();
