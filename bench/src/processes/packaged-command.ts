import { spawnSync } from "node:child_process";
import { basename, join } from "node:path";
import type { BenchmarkContext } from "../benchmark.ts";
import { type Command, ProcessFailedError } from "./run-process.ts";

/** Bundles the command as it is published, from the sources as they are now. */
export function buildPackage(context: BenchmarkContext): void {
  runTool(context, "build.ts", ["--program-only"]);
}

/** Bundles a process of the benchmarks into one file, as whoever deploys a controller does; gives the file. */
export function bundleProcess(context: BenchmarkContext, file: string): string {
  const folder = join(context.scratch, basename(file, ".ts"));
  runTool(context, "bundle-program.ts", [join(context.root, file), folder]);
  return join(folder, "dist/main.cjs");
}

function runTool({ root }: BenchmarkContext, tool: string, more: readonly string[]): void {
  const args = ["--conditions=@weir/source", join(root, "tools", tool), ...more];
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
  if (status !== 0) throw new ProcessFailedError(`${tool} failed\n${stderr.slice(-2_000)}`);
}

/** The bundled command as a person starts it; what it compiled is kept in the scratch folder. */
export function packagedCommand(context: BenchmarkContext, args: readonly string[]): Command {
  const profile = context.profiles === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${context.profiles}`];
  const { NODE_COMPILE_CACHE: _cache, ...env } = process.env;
  return {
    program: process.execPath,
    args: [...profile, join(context.root, "apps/cli/bin/weir.cjs"), ...args],
    env: { ...env, XDG_CACHE_HOME: join(context.scratch, "cache"), NO_COLOR: "1" },
  };
}
