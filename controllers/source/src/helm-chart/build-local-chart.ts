import type { Tree } from "@weir/core";
import {
  type Chart,
  ChartBudgetError,
  ChartError,
  loadArchiveMetadata,
  loadChartArchive,
  loadChartFolder,
  loadFolderMetadata,
} from "@weir/helm";
import { addDependencies, type RepositoryFor } from "./add-dependencies.ts";
import { valuesFilesOf } from "./build-remote-chart.ts";
import { buildFailed, type BuildStep } from "./chart-build-error.ts";
import {
  type BuildContext,
  type ChartBuild,
  runChartTask,
  storedBuild,
  valuesMetadata,
  withMetadata,
} from "./chart-build.ts";
import { kindAt, pathInSource, shownPath } from "./source-path.ts";
import { changingValuesFiles, mergeFileValues, withDefaultValues } from "./values-files.ts";

/** Where a chart lies. */
export interface LocalSource {
  readonly tree: Tree;
  /** What tells revisions of the source apart; empty where they do not count. */
  readonly revision: string;
  readonly repositoryFor: RepositoryFor;
}

/** Builds the chart in a folder, or the archive, of a source. Throws `SourceStepError` in Flux's words. */
export async function buildLocalChart(build: BuildContext, source: LocalSource): Promise<ChartBuild> {
  const { spec } = build.chart;
  const { tree } = source;
  const path = checkPath(spec.chart);
  const kind = kindAt(tree, path);
  if (kind === undefined) {
    throw buildFailed("reference", `stat ${shownPath(path)}: no such file or directory`);
  }
  const { limits } = build;
  const { name, version: own } = asStep("reference", () =>
    kind === "directory"
      ? loadFolderMetadata(tree, path)
      : loadArchiveMetadata(tree.read(path) ?? new Uint8Array(), limits),
  );
  const metadata = [source.revision, valuesMetadata(build.chart)].filter((part) => part !== "").join(".");
  const version = withMetadata(own, metadata);
  const isPackaged = kind === "directory" || metadata !== "";
  const base = { name, version, isPackaged, dependencies: 0, isVerified: false };
  const stored = storedBuild(build, base);
  if (stored !== undefined) return { ...base, ...stored };
  if (!isPackaged) return { ...base, archive: tree.read(path), valuesFiles: [] };
  const { chart, used } = loadChart(build, tree, path, kind);
  const complete =
    kind === "directory"
      ? await addDependencies(chart, { tree, path, limits, repositoryFor: source.repositoryFor })
      : { chart, added: 0 };
  const bytes = complete.chart.raw.reduce((sum, { data }) => sum + data.length, 0);
  const packed = await runChartTask("packChart", { chart: complete.chart, version }, { ...build, bytes });
  return { ...base, archive: packed.archive, valuesFiles: used, dependencies: complete.added };
}

function checkPath(path: string): string {
  if (path === "") throw buildFailed("reference", "no path set for local chart reference");
  if (path.startsWith("/")) {
    throw buildFailed("reference", "local chart reference path is expected to be relative");
  }
  return pathInSource(path);
}

function loadChart(
  build: BuildContext,
  tree: Tree,
  path: string,
  kind: "directory" | "file",
): { readonly chart: Chart; readonly used: readonly string[] } {
  const files = changingValuesFiles(build.chart.spec.valuesFiles);
  const merged = asStep("values", () =>
    files.length === 0
      ? undefined
      : mergeFileValues(valuesFilesOf(build), (file) => {
          const at = pathInSource(file);
          return { shown: `/${at}`, data: tree.read(at) };
        }),
  );
  const chart = asStep("package", () =>
    kind === "directory"
      ? loadChartFolder(tree, path, { path: shownPath(path), limits: build.limits })
      : loadChartArchive(tree.read(path) ?? new Uint8Array(), { limits: build.limits }),
  );
  if (merged === undefined) return { chart, used: [] };
  const changed = asStep("values", () => withDefaultValues(chart, merged.values));
  return { chart: changed, used: changed === chart ? [] : merged.used };
}

function asStep<Value>(step: BuildStep, run: () => Value): Value {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof ChartError || error instanceof ChartBudgetError)) throw error;
    throw buildFailed(step, error.message);
  }
}
