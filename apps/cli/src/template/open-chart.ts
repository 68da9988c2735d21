import { readFileSync, statSync } from "node:fs";
import { isAbsolute, resolve } from "node:path";
import { type Chart, loadChartArchive, loadChartFolder, type Notify } from "@weir/helm";

import { CommandError } from "../cli-error.ts";
import { checkArchive } from "./archive-type.ts";
import { chartFolder } from "./chart-folder.ts";

/** A chart that is on the disk. */
export interface OpenedChart {
  readonly chart: Chart;
  /** Absolute. */
  readonly path: string;
}

/** Where a chart is, and who is told of what is odd about it. */
export interface OpenChartOptions {
  readonly workingDirectory: string;
  readonly notify: Notify;
}

/** Whether a chart has to be fetched: it is a URL, or in a repository that is named beside it. */
export function isRemoteChart(reference: string, repository: string): boolean {
  return repository !== "" || /^(?:https?|oci):\/\//.test(reference.trim());
}

/** The absolute path of a chart that a person names. Throws a `CommandError` in helm's words. */
export function locateChart(reference: string, workingDirectory: string): string {
  const name = reference.trim();
  const path = resolve(workingDirectory, name);
  if (statSync(path, { throwIfNoEntry: false }) !== undefined) return path;
  if (isAbsolute(name) || name.startsWith("."))
    throw new CommandError("ChartMissing", `path "${name}" not found`);
  throw new CommandError("ChartMissing", remoteProblem(name));
}

function remoteProblem(name: string): string {
  const [repository = "", chart] = name.split("/");
  if (chart !== undefined) return `repo ${repository} not found`;
  return `non-absolute URLs should be in form of repo_name/path_to_chart, got: ${name}`;
}

/** Loads the chart at a path: a folder or an archive. */
export function openChart(path: string, { notify }: OpenChartOptions): OpenedChart {
  const options = { path, notify };
  if (statSync(path).isDirectory()) return { chart: loadChartFolder(chartFolder(path), "", options), path };
  const archive = readFileSync(path);
  checkArchive(path, archive);
  return { chart: loadChartArchive(archive, options), path };
}

/** Throws where a chart cannot be installed. */
export function checkInstallable({ metadata }: Chart): void {
  if (metadata.type === "" || metadata.type === "application") return;
  throw new CommandError("ChartNotInstallable", `${metadata.type} charts are not installable`);
}

/** What helm says of a chart that lacks a chart that it depends on. */
export function missingDependencies({ metadata, subcharts }: Chart): CommandError | undefined {
  const present = new Set(subcharts.map((chart) => chart.metadata.name));
  const missing = (metadata.dependencies ?? []).filter(({ name }) => !present.has(name));
  if (missing.length === 0) return undefined;
  const names = missing.map(({ name }) => name).join(", ");
  return new CommandError(
    "DependenciesMissing",
    "an error occurred while checking for chart dependencies. You may need to run 'helm dependency build' to fetch " +
      `missing dependencies: found in Chart.yaml, but missing in charts/ directory: ${names}`,
  );
}
