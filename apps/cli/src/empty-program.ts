import { Command } from "commander";
import type { Logger } from "@weir/core";
import type { Environment } from "./environment.ts";

/** What a command needs besides its arguments. */
export interface ProgramDeps {
  readonly environment: Environment;
  readonly logger: Logger;
  /** Told the exit code of the command that ran. */
  readonly exit: (code: number) => void;
}

/** The program before any command is declared. */
export function emptyProgram({ environment }: ProgramDeps): Command {
  return new Command("weir")
    .description("The GitOps Toolkit with an embedded Kubernetes API.")
    .showHelpAfterError(true)
    .exitOverride()
    .configureOutput({ writeOut: environment.write, writeErr: environment.writeError });
}
