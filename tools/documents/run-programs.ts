// Runs example programs one after the other: run-programs.ts RESULTS PROGRAM…, a line of JSON each.
import { appendFileSync, mkdirSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { format } from "node:util";

const LIMIT_MS = 60_000;
const [results = "", ...programs] = process.argv.slice(2);

/** Presses Ctrl-C for programs that run until somebody does. */
const interrupter = setInterval(() => {
  if (process.listenerCount("SIGINT") > 0) process.emit("SIGINT");
}, 200);

for (const path of programs) {
  const directory = `${path}.run`;
  mkdirSync(directory);
  process.chdir(directory);
  const printed: Printed[] = [];
  console.log = (...values: readonly unknown[]) => {
    printed.push({ line: callerLine(path, new Error().stack ?? ""), text: format(...values) });
  };
  const error = await failureOf(path);
  appendFileSync(results, `${JSON.stringify({ path, error, printed })}\n`);
}
clearInterval(interrupter);
process.exit(0);

interface Printed {
  readonly line: number;
  readonly text: string;
}

/** The line of a program that a stack goes through; 0 where it goes through none. */
function callerLine(path: string, stack: string): number {
  const url = pathToFileURL(path).href;
  const [, after = ""] = stack.split(`${url}:`);
  return Number.parseInt(after, 10) || 0;
}

async function failureOf(path: string): Promise<string | undefined> {
  const late = Promise.withResolvers<string>();
  const timer = setTimeout(() => late.resolve(`takes longer than ${LIMIT_MS} ms`), LIMIT_MS);
  const ended = import(pathToFileURL(path).href).then(
    () => undefined,
    (error: unknown) =>
      error instanceof Error ? `${error.stack} ${String(error.cause ?? "")}` : String(error),
  );
  const failure = await Promise.race([ended, late.promise]);
  clearTimeout(timer);
  return failure;
}
