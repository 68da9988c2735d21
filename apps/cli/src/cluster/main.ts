import { emptyProgram } from "../empty-program.ts";
import { runCommands } from "../run-commands.ts";
import { runProcess } from "../run-process.ts";
import { addCluster } from "./cluster-command.ts";

/**
 * `weir cluster` alone: a cluster starts in less time than the code of the other commands takes to load, so that this is a
 * program of its own.
 */
void runProcess((environment) =>
  runCommands(
    (deps) => {
      const program = emptyProgram(deps);
      addCluster(program, deps);
      return program;
    },
    process.argv,
    environment,
    process.env["WEIR_LOG"] ?? "",
  ),
);
