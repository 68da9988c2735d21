import { existsSync } from "node:fs";
import { parse, relative, resolve } from "node:path";
import { type BuildResult, buildKustomization, emitResources, KustomizeError } from "@weir/kustomize";
import { YamlError } from "@weir/yaml";
import { CommandError } from "../cli-error.ts";
import { diskTree } from "./disk-tree.ts";

/** What a build by hand gave: the manifests for standard output, and the warnings for standard error. */
export interface BuildOutput {
  readonly manifests: string;
  readonly warnings: readonly string[];
}

/**
 * Builds a folder as `kustomize build` does. Bases may lie anywhere that `loadRestrictor` allows.
 *
 * Throws a `CommandError` in kustomize's words, with the line and the column where a file is not YAML.
 */
export function buildFolder(
  folder: string,
  workingDirectory: string,
  loadRestrictor: "rootOnly" | "none",
): BuildOutput {
  const absolute = resolve(workingDirectory, folder);
  if (!existsSync(absolute)) throw new CommandError("PathNotFound", `there is no folder ${folder}`);
  const { root } = parse(absolute);
  const path = relative(root, absolute).split("\\").join("/");
  const result = build(() => buildKustomization(diskTree(root), path, { loadRestrictor }));
  return { manifests: emitResources(result.objects), warnings: result.warnings };
}

function build(run: () => BuildResult): BuildResult {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof KustomizeError)) throw error;
    // Kustomize's message holds those of its causes: passed on as causes they would be printed again.
    throw new CommandError(error.reason, `${error.message}${placeOf(error)}`);
  }
}

/** Where a file is not YAML; kustomize itself tells a line only, and that of the block around it. */
function placeOf(error: unknown): string {
  let cause = error;
  while (cause instanceof KustomizeError) cause = cause.cause;
  if (!(cause instanceof YamlError) || cause.line === undefined) return "";
  const column = cause.column === undefined ? "" : `, column ${cause.column}`;
  return ` (line ${cause.line}${column})`;
}
