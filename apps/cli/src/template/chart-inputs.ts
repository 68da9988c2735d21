import { systemClock } from "@weir/core";
import {
  capabilitiesOf,
  type Chart,
  type ChartNotice,
  formatNotice,
  type HelmValues,
  KubeVersionError,
  loadChartArchive,
  parseKubeVersion,
  type PreparedChart,
  prepareChart,
  type RenderedChart,
  type RenderOptions,
  renderPrepared,
  renderWithKeys,
} from "@weir/helm";

import { CommandError } from "../cli-error.ts";
import type { Environment } from "../environment.ts";
import type { HelmFlagValues } from "./helm-flags.ts";
import type { ChartSource } from "./chart-source.ts";
import {
  checkInstallable,
  isRemoteChart,
  locateChart,
  missingDependencies,
  openChart,
} from "./open-chart.ts";
import { type FetchValues, readValues } from "./read-values.ts";
import { checkRegistryFiles } from "./registry-files.ts";
import { currentNamespace } from "./release-of.ts";

/** What a command line says of a chart, before it is rendered. */
export interface ChartInputs {
  readonly chart: Chart;
  readonly values: HelmValues;
  readonly options: RenderOptions;
}

/** A chart to render, and the release that it is rendered for. */
export interface ChartRequest {
  readonly chart: string;
  readonly releaseName: string;
}

/** Finds and loads what a command line names, in helm's order, so that the first mistake is the one that helm tells. */
export async function readChartInputs(
  { chart: reference, releaseName }: ChartRequest,
  flags: HelmFlagValues,
  environment: Environment,
): Promise<ChartInputs> {
  const { workingDirectory, writeError } = environment;
  const notify = (notice: ChartNotice): void => writeError(`${formatNotice(notice)}\n`);
  const capabilities = capabilitiesOf(kubeVersionOf(flags), flags.all("api-versions"));
  checkRegistryFiles(flags, workingDirectory);
  const isRemote = isRemoteChart(reference, flags.text("repo"));
  const path = isRemote ? undefined : locateChart(reference, workingDirectory);
  const sources = {
    flags,
    workingDirectory,
    notify,
    reference: reference.trim(),
    signal: environment.signal,
  };
  using opened = new DisposableStack();
  let source: ChartSource | undefined;
  // What speaks with registries and repositories is loaded by those who need it.
  const openSource = async (): Promise<ChartSource> => {
    const { ChartSource: Source } = await import("./chart-source.ts");
    return (source ??= opened.use(new Source(sources)));
  };
  const archive = isRemote ? await (await openSource()).fetchChart(sources.reference) : undefined;
  const values = await readValues(flags, workingDirectory, async (url) => (await openSource()).fetch(url));
  let chart =
    archive === undefined
      ? openChart(path ?? "", { workingDirectory, notify }).chart
      : loadChartArchive(archive, { notify });
  if (chart.metadata.deprecated) notify({ level: "WARN", message: "this chart is deprecated", fields: [] });
  checkInstallable(chart);
  const missing = missingDependencies(chart);
  if (missing !== undefined && path !== undefined && flags.bool("dependency-update")) {
    const { updateDependencies } = await import("./update-dependencies.ts");
    await updateDependencies(path, await openSource(), notify);
    chart = openChart(path, { workingDirectory, notify }).chart;
  } else if (missing !== undefined) throw missing;
  const given = flags.text("namespace");
  const options: RenderOptions = {
    release: {
      name: releaseName,
      namespace: given === "" ? currentNamespace(environment) : given,
      isUpgrade: flags.bool("is-upgrade"),
    },
    capabilities,
    skipSchemaValidation: flags.bool("skip-schema-validation"),
    notify,
    clock: systemClock,
  };
  return { chart, values, options };
}

/** The version of Kubernetes that a command line names, if it does. Throws a `CommandError` in helm's words. */
export function kubeVersionOf(flags: HelmFlagValues): ReturnType<typeof parseKubeVersion> | undefined {
  const text = flags.text("kube-version");
  if (text === "") return undefined;
  try {
    return parseKubeVersion(text);
  } catch (error) {
    if (!(error instanceof KubeVersionError)) throw error;
    throw new CommandError("InvalidKubeVersion", `invalid kube version '${text}': ${error.message}`);
  }
}

/** Fetches values files by URL. */
export interface ValuesFetcher extends Disposable {
  readonly fetch: FetchValues;
}

/** What fetches the values files of a command that fetches nothing else: it is loaded where a URL is named. */
export function fetchValuesOf(flags: HelmFlagValues, environment: Environment): ValuesFetcher {
  const { workingDirectory, signal } = environment;
  const opened = new DisposableStack();
  const options = { flags, workingDirectory, notify: () => undefined, reference: "", signal };
  return {
    fetch: async (url) => {
      const { ChartSource: Source } = await import("./chart-source.ts");
      return opened.use(new Source(options)).fetch(url);
    },
    [Symbol.dispose]: () => opened.dispose(),
  };
}

/** Checks the release's name, dependencies and values. */
export function prepareInputs({ chart, values, options }: ChartInputs): PreparedChart {
  const { release, skipSchemaValidation, notify } = options;
  return prepareChart(chart, values, { releaseName: release.name, skipSchemaValidation, notify });
}

/** Renders what was prepared. Only the last render tells of what comes up. */
export async function renderInputs(prepared: PreparedChart, inputs: ChartInputs): Promise<RenderedChart> {
  const { options } = inputs;
  let notices: ChartNotice[] = [];
  let unused: PreparedChart | undefined = prepared;
  try {
    return await renderWithKeys((makeKey) => {
      notices = [];
      const current = unused ?? prepareInputs({ ...inputs, options: { ...options, notify: undefined } });
      unused = undefined;
      return renderPrepared(current, { ...options, makeKey, notify: (notice) => notices.push(notice) });
    });
  } finally {
    for (const notice of notices) options.notify?.(notice);
  }
}
