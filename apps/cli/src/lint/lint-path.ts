import { readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Tree, WeirError } from "@weir/core";
import { expandChart, lintChart, type LintFinding, type LintOptions } from "@weir/helm";

import { chartFolder } from "../template/chart-folder.ts";
import { fileProblem } from "../template/read-values.ts";
import { isArchive } from "./lint-paths.ts";

/** What is found in a chart, or why it cannot be looked at. */
export type Linted =
  | { readonly kind: "linted"; readonly findings: readonly LintFinding[] }
  | { readonly kind: "unreadable"; readonly problem: string };

/** Lints the folder or archive at a path. */
export function lintPath(path: string, workingDirectory: string, options: LintOptions): Linted {
  const opened = isArchive(path) ? openArchive(path, workingDirectory) : openFolder(path, workingDirectory);
  if (typeof opened === "string") return { kind: "unreadable", problem: opened };
  const findings = lintChart(opened.tree, { ...options, path: opened.path });
  return { kind: "linted", findings };
}

interface Opened {
  readonly tree: Tree;
  /** What findings call the chart's folder. */
  readonly path: string;
}

/** A chart's folder, or why it is none. */
function openFolder(path: string, workingDirectory: string): Opened | string {
  const file = join(path, "Chart.yaml");
  const folder = resolve(workingDirectory, path);
  try {
    statSync(join(folder, "Chart.yaml"));
  } catch (error) {
    return `unable to check Chart.yaml file in chart: ${fileProblem("stat", file, error)}`;
  }
  return { tree: chartFolder(folder), path: folder };
}

/** What is in an archive; helm unpacks it into a folder of a random name. */
function openArchive(path: string, workingDirectory: string): Opened | string {
  const full = resolve(workingDirectory, path);
  let archive: Uint8Array;
  try {
    archive = readFileSync(full);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const isFolder = code === "EISDIR";
    const problem = fileProblem(isFolder ? "read" : "open", path, error);
    return isFolder ? `unable to extract tarball: ${problem}` : `unable to open tarball: ${problem}`;
  }
  try {
    const { name, tree } = expandChart(archive);
    return { tree, path: join(full, name) };
  } catch (error) {
    if (error instanceof WeirError) return `unable to extract tarball: ${error.message}`;
    throw error;
  }
}
