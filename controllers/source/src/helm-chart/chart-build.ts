import type { Artifact, HelmChart } from "@weir/api";
import type { WorkerPool } from "@weir/core";
import type { ChartLimits } from "@weir/helm";
import { formatSemver, parseSemver, SemverError } from "@weir/text";
import { buildFailed } from "./chart-build-error.ts";
import { type ChartTaskResult, inspectArchive, packChart, repackArchive } from "./chart-task.ts";
import { changingValuesFiles } from "./values-files.ts";

/** A chart that was built, or is stored already. */
export interface ChartBuild {
  readonly name: string;
  readonly version: string;
  /** `undefined` where what is stored is it. */
  readonly archive: Uint8Array | undefined;
  /** The files that were merged into its defaults. */
  readonly valuesFiles: readonly string[];
  /** Whether it was packed here, and not passed on as it was pulled. */
  readonly isPackaged: boolean;
  /** How many charts that it depends on were fetched. */
  readonly dependencies: number;
  /** Whether its signature was asked for and is good. */
  readonly isVerified: boolean;
}

/** What every build works with. */
export interface BuildContext {
  readonly chart: HelmChart;
  /** The artifact that is stored. */
  readonly stored: Artifact | undefined;
  readonly workers: WorkerPool;
  readonly limits: ChartLimits;
  readonly signal: AbortSignal;
}

/** What a build did, in Flux's words. */
export function summaryOf({ name, version, isPackaged, valuesFiles }: ChartBuild): string {
  const action = isPackaged ? "packaged" : "pulled";
  const merged = valuesFiles.length === 0 ? "" : ` and merged values files [${valuesFiles.join(" ")}]`;
  return `${action} '${name}' chart with version '${version}'${merged}`;
}

/** A version with other metadata; itself where there is none. Throws a `SourceStepError`. */
export function withMetadata(version: string, metadata: string): string {
  if (metadata === "") return version;
  try {
    return formatSemver({ ...parseSemver(version), metadata });
  } catch (error) {
    if (!(error instanceof SemverError)) throw error;
    throw buildFailed("version", `failed to parse version from chart metadata as SemVer: ${error.message}`);
  }
}

/** The generation of the object, which tells charts with other values files apart. */
export function valuesMetadata({ spec, metadata: { generation = 0 } }: HelmChart): string {
  return changingValuesFiles(spec.valuesFiles).length === 0 ? "" : String(generation);
}

/** What is stored, where it is of this name and version and the object is as it was then. */
export function storedBuild(
  { chart, stored }: BuildContext,
  { name, version, isPackaged }: Pick<ChartBuild, "name" | "version" | "isPackaged">,
): Pick<ChartBuild, "name" | "version" | "archive" | "valuesFiles" | "isPackaged"> | undefined {
  const { status, metadata, spec } = chart;
  if (stored === undefined || status?.observedGeneration !== metadata.generation) return undefined;
  if (stored.revision !== version || status?.observedChartName !== name) return undefined;
  const valuesFiles = status.observedValuesFiles ?? changingValuesFiles(spec.valuesFiles);
  return { name, version, archive: undefined, valuesFiles, isPackaged };
}

const TASK_MODULE = new URL("./chart-task.ts", import.meta.url);
const TASKS = { inspectArchive, repackArchive, packChart } as const;
/** Work on fewer bytes is done sooner than a worker is asked. */
const SHORT_WORK = 256 * 1024;

/** Runs a task on a chart, in a worker thread where it is long. Throws a `SourceStepError` of the step that failed. */
export async function runChartTask<Name extends keyof typeof TASKS>(
  name: Name,
  input: Parameters<(typeof TASKS)[Name]>[0],
  { workers, signal, bytes }: Pick<BuildContext, "workers" | "signal"> & { readonly bytes: number },
): Promise<Extract<ChartTaskResult, { readonly kind: "done" }>> {
  const run = TASKS[name] as (value: typeof input) => ChartTaskResult;
  const result =
    bytes <= SHORT_WORK
      ? run(input)
      : await workers.run<ChartTaskResult>(TASK_MODULE, name, input, { signal });
  if (result.kind === "failed") throw buildFailed(result.step, result.message);
  return result;
}
