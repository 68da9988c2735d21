import { spawnSync } from "node:child_process";
import { cpus, loadavg, totalmem } from "node:os";

/** What figures depend on besides the code. */
export interface Machine {
  readonly node: string;
  readonly platform: string;
  readonly processor: string;
  readonly cores: number;
  readonly memoryGb: number;
  /** The commit of the checkout, with a `+` where it was changed. */
  readonly commit: string;
  readonly date: string;
}

/** Describes the machine and the checkout. */
export function describeMachine(root: string): Machine {
  const processors = cpus();
  return {
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    processor: processors[0]?.model ?? "unknown",
    cores: processors.length,
    memoryGb: Math.round(totalmem() / 1024 ** 3),
    commit: commitOf(root),
    date: new Date().toISOString(),
  };
}

/** How many processes wanted to run in the last minute: above 0, something else was at work. */
export function currentLoad(): number {
  return Number((loadavg()[0] ?? 0).toFixed(2));
}

function commitOf(root: string): string {
  const git = (...args: string[]): string | undefined => {
    const { status, stdout } = spawnSync("git", args, { cwd: root, encoding: "utf8" });
    return status === 0 ? stdout.trim() : undefined;
  };
  const commit = git("rev-parse", "--short", "HEAD");
  if (commit === undefined) return "none";
  return git("status", "--porcelain", "--untracked-files=no") === "" ? commit : `${commit}+`;
}
