import { describeError, WeirError } from "@weir/core";
import { buildFailed } from "./chart-build-error.ts";
import {
  type BuildContext,
  type ChartBuild,
  runChartTask,
  storedBuild,
  valuesMetadata,
  withMetadata,
} from "./chart-build.ts";
import { ChartReferenceError, type ChartRepository, type FoundChart } from "./chart-repository.ts";

/** Where a chart is pulled from. */
export interface RemoteSource {
  readonly charts: ChartRepository;
  /** Verifies a version, where that is asked for. */
  readonly verify: ((chart: FoundChart) => Promise<FoundChart>) | undefined;
}

/** Builds the chart of a repository. Throws `SourceStepError` in Flux's words. */
export async function buildRemoteChart(
  build: BuildContext,
  { charts, verify }: RemoteSource,
): Promise<ChartBuild> {
  const { spec } = build.chart;
  checkName(spec.chart);
  const named = await find(charts, spec.chart, spec.version);
  const found = verify === undefined ? named : await verified(named, verify);
  const metadata = valuesMetadata(build.chart);
  const isPackaged = metadata !== "";
  const { name } = found;
  const version = withMetadata(found.version, metadata);
  const base = { name, version, isPackaged, dependencies: 0, isVerified: verify !== undefined };
  const stored = storedBuild(build, base);
  if (stored !== undefined) return { ...base, ...stored };
  const archive = await download(charts, found);
  const work = { ...build, bytes: archive.length };
  const { limits } = build;
  const { archive: built, used } = isPackaged
    ? await runChartTask(
        "repackArchive",
        { archive, version, limits, valuesFiles: valuesFilesOf(build) },
        work,
      )
    : await runChartTask("inspectArchive", { archive, limits }, work);
  return { ...base, archive: built, valuesFiles: used };
}

/** What the spec says of values files. */
export function valuesFilesOf({ chart: { spec } }: Pick<BuildContext, "chart">): {
  readonly paths: readonly string[];
  readonly ignoresMissing: boolean;
} {
  return { paths: spec.valuesFiles ?? [], ignoresMissing: spec.ignoreMissingValuesFiles ?? false };
}

const NAME = /^[-a-z0-9]+(?:(?:\/\.?|\.)[-a-z0-9]+)*(?:\/\.?|\.)?$/;

function checkName(name: string): void {
  if (name === "") throw buildFailed("reference", "no name set for remote chart reference");
  if (NAME.test(name)) return;
  throw buildFailed(
    "reference",
    `invalid chart name '${name}': a valid name must be lower case letters and numbers and MAY be separated with dashes (-), slashes (/) or periods (.)`,
  );
}

async function find(charts: ChartRepository, name: string, range: string): Promise<FoundChart> {
  try {
    return await charts.find(name, range);
  } catch (error) {
    if (!(error instanceof WeirError)) throw error;
    const step = error instanceof ChartReferenceError ? "reference" : "pull";
    throw buildFailed(step, `failed to get chart version for remote reference: ${describeError(error)}`);
  }
}

async function download(charts: ChartRepository, found: FoundChart): Promise<Uint8Array> {
  try {
    return await charts.download(found);
  } catch (error) {
    if (!(error instanceof WeirError)) throw error;
    throw buildFailed("pull", `failed to download chart for remote reference: ${describeError(error)}`);
  }
}

async function verified(
  found: FoundChart,
  verify: (chart: FoundChart) => Promise<FoundChart>,
): Promise<FoundChart> {
  try {
    return await verify(found);
  } catch (error) {
    if (!(error instanceof WeirError)) throw error;
    throw buildFailed("verification", describeError(error));
  }
}
