import { randomUUID } from "node:crypto";
import { realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { JsonObject } from "@weir/core";
import { emitResources, outputFileNames } from "@weir/kustomize";
import { CommandError } from "../cli-error.ts";

/** Where the result of a build goes. */
export interface OutputTarget {
  /** A file, or a folder that is there; standard output where it is absent, empty or `-`. */
  readonly output: string | undefined;
  readonly workingDirectory: string;
  readonly write: (text: string) => void;
}

/** Writes what a build gave: all of it, or nothing that was not there before. */
export async function writeOutput(objects: readonly JsonObject[], target: OutputTarget): Promise<void> {
  const { output, workingDirectory } = target;
  if (output === undefined || output === "" || output === "-") {
    target.write(emitResources(objects));
    return;
  }
  const path = resolve(workingDirectory, output);
  const found = await stat(path).catch(() => undefined);
  const files =
    found?.isDirectory() === true ? filesOf(path, objects) : [[path, emitResources(objects)] as const];
  if (found !== undefined && !found.isDirectory() && !found.isFile()) {
    // A pipe or a terminal cannot be replaced by a file.
    await writeFile(path, emitResources(objects));
    return;
  }
  await writeWhole(files, output);
}

function filesOf(
  folder: string,
  objects: readonly JsonObject[],
): readonly (readonly [path: string, text: string])[] {
  const seen = new Map<string, number>();
  return outputFileNames(objects).map((name, at) => {
    if (/[/\\\0]/.test(name)) {
      throw new CommandError(
        "UnsafeFileName",
        `the file name ${JSON.stringify(name)} would leave the folder`,
      );
    }
    if (seen.has(name)) {
      throw new CommandError(
        "FileNameRepeats",
        `two objects would be written into ${name}: names differ in case only`,
      );
    }
    seen.set(name, at);
    return [join(folder, name), emitResources(objects.slice(at, at + 1))] as const;
  });
}

/** Writes beside the files first, and puts all in place once all are written. */
export async function writeWhole(
  files: readonly (readonly [path: string, text: string])[],
  shown: string,
): Promise<void> {
  const written: { readonly from: string; readonly to: string }[] = [];
  try {
    for (const [path, text] of files) {
      // A link is written through, as kustomize does.
      const to = await realpath(path).catch(() => path);
      const from = join(dirname(to), `.weir-${randomUUID()}`);
      written.push({ from, to });
      await writeFile(from, text, { flag: "wx" });
    }
    for (const { from, to } of written) await rename(from, to);
  } catch (error) {
    await Promise.all(written.map(({ from }) => rm(from, { force: true })));
    throw outputProblem(shown, error);
  }
}

function outputProblem(shown: string, cause: unknown): CommandError {
  const { code = "" } = cause as NodeJS.ErrnoException;
  const words: Readonly<Record<string, string>> = {
    ENOENT: "no such file or directory",
    ENOTDIR: "not a directory",
    EACCES: "permission denied",
    ENOSPC: "no space left on device",
    EROFS: "read-only file system",
  };
  return new CommandError("OutputFailed", `open ${shown}: ${words[code] ?? code}`);
}
