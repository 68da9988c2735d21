import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { compareUtf8 } from "@weir/core";
import { CommandError } from "../cli-error.ts";
import type { Environment } from "../environment.ts";

/** A file that was made. */
export interface Output {
  /** Its name in the folder. */
  readonly name: string;
  readonly text: string;
}

/** Where outputs go. */
export interface OutputFlags {
  readonly output?: string;
  readonly check: boolean;
}

/**
 * Writes outputs to a folder, or as one stream; with `check` writes nothing and tells which files differ. Gives the
 * exit code: 1 where a file differs.
 */
export async function writeOutputs(
  outputs: readonly Output[],
  { output, check }: OutputFlags,
  environment: Pick<Environment, "workingDirectory" | "write" | "writeError">,
): Promise<number> {
  const sorted = [...outputs].sort((a, b) => compareUtf8(a.name, b.name));
  if (output === undefined) {
    if (check) throw new CommandError("NoFolder", "--check needs the folder to look at: --output");
    environment.write(sorted.map(({ text }) => text).join(""));
    return 0;
  }
  const folder = resolve(environment.workingDirectory, output);
  let differing = 0;
  for (const { name, text } of sorted) {
    const path = join(folder, name);
    const before = await readText(path);
    if (before === text) continue;
    if (check) {
      differing += 1;
      environment.writeError(`${before === undefined ? "missing" : "differs"}: ${join(output, name)}\n`);
      continue;
    }
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
    environment.write(`${join(output, name)}\n`);
  }
  return differing === 0 ? 0 : 1;
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
