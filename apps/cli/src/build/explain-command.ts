import { relative } from "node:path";
import type { Tree } from "@weir/core";
import { explain, type ExplainedStep, type ExplainOptions, formatExplanation } from "@weir/kustomize";

/** What `--explain` asks about. */
export interface ExplainRequest {
  readonly tree: Tree;
  /** The directory in the tree, or the URL of a repository. */
  readonly path: string;
  /** `[NAMESPACE/]KIND[.GROUP]/NAME[:FIELD.PATH]`. */
  readonly selector: string;
  /** The tree is the whole disk: its paths are shown from here. Absent where it is not. */
  readonly workingDirectory: string | undefined;
  readonly options: ExplainOptions;
}

/** What `weir build kustomization --explain` prints: which layer wrote a field of an object, and why. */
export function explainBuild(request: ExplainRequest): string {
  const { tree, path, selector, workingDirectory, options } = request;
  const explanation = explain(tree, path, selector, options);
  const steps = explanation.steps.map((step) => shown(step, workingDirectory));
  return formatExplanation({ ...explanation, steps });
}

function shown(step: ExplainedStep, workingDirectory: string | undefined): ExplainedStep {
  if (workingDirectory === undefined) return step;
  const from = (file: string): string =>
    /^[a-z]+:\/\//.test(file) ? file : relative(workingDirectory, file.startsWith("/") ? file : `/${file}`);
  // The spec of a Flux Kustomization is no file.
  const layer = step.file === undefined ? step.layer : from(step.layer);
  return { ...step, layer, ...(step.file === undefined ? {} : { file: from(step.file) }) };
}
