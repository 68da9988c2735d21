import { join } from "node:path";
import type { BenchmarkContext } from "../benchmark.ts";
import type { Command } from "./run-process.ts";

/** A source file of the checkout as a process of its own, the way the npm scripts start it. */
export function ourCommand(context: BenchmarkContext, file: string, args: readonly string[]): Command {
  const profile = context.profiles === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${context.profiles}`];
  const flags = ["--conditions=@weir/source", "--disable-warning=ExperimentalWarning", ...profile];
  return {
    program: process.execPath,
    args: [...flags, join(context.root, file), ...args],
    cwd: context.root,
    env: { ...process.env, WEIR_HOME: join(context.scratch, "home"), NO_COLOR: "1" },
  };
}
