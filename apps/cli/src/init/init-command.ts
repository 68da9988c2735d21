import type { Command } from "commander";
import type { ProgramDeps } from "../empty-program.ts";

interface InitFlags {
  readonly group?: string;
  readonly kind?: string;
  readonly plural?: string;
  readonly folder?: string;
  readonly packages?: string;
}

/** `weir init`: a package with a kind and its controller, as `npm create @weir` makes it. */
export function addInit(program: Command, deps: ProgramDeps): void {
  program
    .command("init")
    .description("make a package with a kind of one's own and its controller")
    .argument("[name]", "name of the package, such as my-app; asked for on a terminal")
    .option("--group <group>", "API group; example.com by default")
    .option("--kind <kind>", "the kind; made of the name by default")
    .option("--plural <plural>", "its name in URLs; made of the kind by default")
    .option("--folder <folder>", "where the package goes; a new folder of its name by default")
    .option("--packages <folder>", "packed packages of Weir to use instead of those of the registry")
    .action(async (name: string | undefined, flags: InitFlags) => {
      const { createPackage, terminalQuestions } = await import("@weir/create");
      const { workingDirectory, write } = deps.environment;
      using questions = terminalQuestions(process.stdin, process.stdout);
      const surroundings = {
        workingDirectory,
        write,
        ...(questions === undefined ? {} : { ask: questions.ask }),
      };
      await createPackage({ ...flags, ...(name === undefined ? {} : { name }) }, surroundings);
    });
}
