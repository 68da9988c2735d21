import { existsSync } from "node:fs";
import { parse, relative, resolve } from "node:path";
import { buildKustomization, emitResources } from "@weir/kustomize";
import { CommandError } from "../cli-error.ts";
import { diskTree } from "./disk-tree.ts";

/** What a build by hand gave: the manifests for standard output, and the warnings for standard error. */
export interface BuildOutput {
  readonly manifests: string;
  readonly warnings: readonly string[];
}

/** Builds a folder as `kustomize build` does. Bases may lie anywhere that `loadRestrictor` allows. */
export function buildFolder(
  folder: string,
  workingDirectory: string,
  loadRestrictor: "rootOnly" | "none",
): BuildOutput {
  const absolute = resolve(workingDirectory, folder);
  if (!existsSync(absolute)) throw new CommandError("PathNotFound", `there is no folder ${folder}`);
  const { root } = parse(absolute);
  const path = relative(root, absolute).split("\\").join("/");
  const result = buildKustomization(diskTree(root), path, { loadRestrictor });
  return { manifests: emitResources(result.objects), warnings: result.warnings };
}
