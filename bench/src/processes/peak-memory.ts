import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Command, runProcess } from "./run-process.ts";

const GNU_TIME = "/usr/bin/time";

/**
 * The largest resident memory of a process in MB: told by the system at its end where GNU time is there, else seen every
 * 20 ms, which is too seldom for processes that live no longer.
 */
export async function peakMemory(command: Command): Promise<number> {
  if (!existsSync(GNU_TIME)) return (await runProcess(command)).peakMb;
  const folder = mkdtempSync(join(tmpdir(), "weir-peak-"));
  const file = join(folder, "peak");
  try {
    await runProcess({
      ...command,
      program: GNU_TIME,
      args: ["--format=%M", `--output=${file}`, command.program, ...command.args],
    });
    return Number(readFileSync(file, "utf8").trim()) / 1024;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
