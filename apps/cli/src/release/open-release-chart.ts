import { resolve } from "node:path";
import type { HelmRelease } from "@weir/api";
import { downloadArtifact } from "@weir/artifact";
import { type JsonValue, systemClock } from "@weir/core";
import { type Chart, type HelmValues, loadChartArchive, mergeValues } from "@weir/helm";
import { sourceVersionOf } from "@weir/helm-controller";
import type { KubeObject } from "@weir/objects";
import { loadYaml } from "@weir/yaml";
import { CommandError } from "../cli-error.ts";
import type { Environment } from "../environment.ts";
import { ChartSource } from "../template/chart-source.ts";
import type { HelmFlagValues } from "../template/helm-flags.ts";
import { isRemoteChart, openChart } from "../template/open-chart.ts";
import type { FoundRelease } from "./find-release.ts";

/** The chart of a release, and the version that it goes by. */
export interface ReleaseChart {
  readonly chart: Chart;
  readonly version: string;
}

const HINT = "name a folder, an archive or a URL with --chart";

/** Opens the chart of a release: the one that the command line names, else what its source has. */
export async function openReleaseChart(
  found: FoundRelease,
  flags: HelmFlagValues,
  environment: Environment,
): Promise<ReleaseChart> {
  const { release, source } = found;
  const named = flags.text("chart");
  if (named !== "") return plain(await openNamed(named, { release, flags, environment }));
  switch (source.kind) {
    case "artifact": {
      const { artifact, sourceKind } = source;
      const archive = await downloadArtifact(artifact, { fetch, clock: systemClock }, { retries: 0 }).catch(
        (cause: unknown) => {
          throw new CommandError("NoChart", `cannot fetch the chart (${HINT})`, { cause });
        },
      );
      const chart = loadChartArchive(archive);
      const { version } = sourceVersionOf(chart.metadata.version, { kind: sourceKind, artifact }, true);
      return { chart, version };
    }
    case "object":
      return plain(await openFrom(source.object, { release, flags, environment }));
    case "none":
      throw new CommandError("NoChart", `${source.message}: ${HINT}`);
  }
}

interface Opening {
  readonly release: HelmRelease;
  readonly flags: HelmFlagValues;
  readonly environment: Environment;
}

function plain(chart: Chart): ReleaseChart {
  return { chart, version: chart.metadata.version };
}

async function openNamed(reference: string, { flags, environment, ...rest }: Opening): Promise<Chart> {
  const { workingDirectory } = environment;
  if (isRemoteChart(reference, "")) return fetchChart(reference, {}, { flags, environment, ...rest });
  return openChart(resolve(workingDirectory, reference), { workingDirectory, notify: () => undefined }).chart;
}

/** Fetches the chart from where an OCIRepository or a HelmRepository says that it is. */
async function openFrom({ kind, ...object }: KubeObject, opening: Opening): Promise<Chart> {
  const { chart } = opening.release.spec;
  const {
    url = "",
    type,
    ref = {},
  } = (object["spec"] ?? {}) as {
    readonly url?: string;
    readonly type?: string;
    readonly ref?: { readonly tag?: string; readonly semver?: string; readonly digest?: string };
  };
  if (kind === "OCIRepository") {
    const { tag = "latest", semver, digest } = ref;
    if (digest !== undefined) return fetchChart(`${url}@${digest}`, {}, opening);
    return semver === undefined
      ? fetchChart(`${url}:${tag}`, {}, opening)
      : fetchChart(url, { version: semver }, opening);
  }
  if (kind !== "HelmRepository" || chart === undefined) {
    throw new CommandError("NoChart", `a chart of a ${kind} is not fetched: ${HINT}`);
  }
  const { chart: name, version = "*" } = chart.spec;
  const fetched =
    type === "oci"
      ? await fetchChart(`${url.replace(/\/$/, "")}/${name}`, { version }, opening)
      : await fetchChart(name, { repo: url, version }, opening);
  return withValuesFiles(fetched, chart.spec);
}

async function fetchChart(
  reference: string,
  named: Readonly<Record<string, string>>,
  { flags, environment }: Opening,
): Promise<Chart> {
  const { workingDirectory, signal } = environment;
  const text = (name: string): string => named[name] ?? flags.text(name);
  using source = new ChartSource({
    flags: { ...flags, text },
    workingDirectory,
    signal,
    reference,
    notify: () => undefined,
  });
  return loadChartArchive(await source.fetchChart(reference));
}

type ChartSpec = NonNullable<HelmRelease["spec"]["chart"]>["spec"];

/** The chart with the values of these files of it in place of its own, as a HelmChart packages it. */
function withValuesFiles(chart: Chart, { valuesFiles = [], ignoreMissingValuesFiles }: ChartSpec): Chart {
  if (valuesFiles.length === 0) return chart;
  const read = (name: string): HelmValues => {
    const file = chart.raw.find((other) => other.name === name.replace(/^(\.?\/)+/, ""));
    if (file === undefined && ignoreMissingValuesFiles === true) return {};
    if (file === undefined) throw new CommandError("NoValues", `no values file found at path '${name}'`);
    return (loadYaml(Buffer.from(file.data).toString("utf8")) ?? {}) as JsonValue as HelmValues;
  };
  return { ...chart, values: valuesFiles.map(read).reduce((all, next) => mergeValues(all, next), {}) };
}
