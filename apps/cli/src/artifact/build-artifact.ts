import { randomUUID } from "node:crypto";
import { rename, rm, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { CommandError } from "../cli-error.ts";
import type { Environment } from "../environment.ts";
import type { BuildArtifactFlags } from "./artifact-flags.ts";
import { openPackTarget } from "./pack-source.ts";

/** Packs a folder or a file into a `.tgz`. */
export async function runBuildArtifact(flags: BuildArtifactFlags, environment: Environment): Promise<void> {
  const { workingDirectory, signal, writeError } = environment;
  const target = await openPackTarget(flags, workingDirectory);
  writeError(`► building artifact from ${target.path}\n`);
  const bytes = await target.pack(signal);
  await writeWhole(resolve(workingDirectory, flags.output), flags.output, bytes);
  writeError(`✔ artifact created at ${flags.output}\n`);
}

async function writeWhole(file: string, name: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${file}.${randomUUID()}.tmp`;
  try {
    await writeFile(temporary, bytes, { mode: 0o640 });
    await rename(temporary, file);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {});
    throw new CommandError("WriteFailed", `building artifact failed, error: ${name} cannot be written`, {
      cause,
    });
  }
}
