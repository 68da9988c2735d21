import { parseArgs } from "node:util";
import { describeError, WeirError } from "@weir/core";
import { type CreateOptions, createPackage } from "./create-package.ts";
import { terminalQuestions } from "./terminal-questions.ts";

const USAGE = `npm create @weir [NAME] -- [OPTIONS]

Makes a package with a kind and its controller.

  --group GROUP      API group (example.com)
  --kind KIND        the kind; made of the name by default
  --plural PLURAL    its name in URLs; made of the kind by default
  --folder FOLDER    where the package goes; a new folder of its name by default
  --packages FOLDER  packed packages of Weir to use instead of those of the registry
  --help
`;

const text = { type: "string" } as const;
const OPTIONS = {
  group: text,
  kind: text,
  plural: text,
  folder: text,
  packages: text,
  help: { type: "boolean" },
} as const;

function readArguments(args: readonly string[]): CreateOptions | "help" {
  const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  const { help, ...options } = values;
  const [name] = positionals;
  if (help === true) return "help";
  return name === undefined ? options : { ...options, name };
}

/** Gives the exit code: 2 where the command line is wrong. */
async function main(): Promise<number> {
  let options: CreateOptions | "help";
  try {
    options = readArguments(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    return 2;
  }
  if (options === "help") {
    process.stdout.write(USAGE);
    return 0;
  }
  using questions = terminalQuestions(process.stdin, process.stdout);
  const write = (line: string): void => void process.stdout.write(line);
  try {
    const surroundings = { workingDirectory: process.cwd(), write };
    await createPackage(
      options,
      questions === undefined ? surroundings : { ...surroundings, ask: questions.ask },
    );
    return 0;
  } catch (error) {
    if (!(error instanceof WeirError)) throw error;
    process.stderr.write(`${describeError(error)}\n`);
    return 1;
  }
}

void main().then((code) => {
  process.exitCode = code;
});
