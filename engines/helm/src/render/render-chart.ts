import { type Clock, type JsonObject, type Random, systemClock } from "@weir/core";
import {
  createTemplateRun,
  executeTemplate,
  type ImpureCause,
  type KeyMaker,
  secureRandom,
  type TemplateBudgets,
  TemplateExecError,
  TemplateParseError,
  type TemplateSet,
} from "@weir/gotemplate";
import { goInt, type GoValue } from "@weir/text";

import { type Chart, type ChartCrd, chartCrds } from "../chart/chart.ts";
import type { ChartNotice, Notify } from "../chart/chart-notice.ts";
import { type Capabilities, capabilitiesOf } from "../context/capabilities.ts";
import { CapabilitiesObject } from "../context/capabilities-object.ts";
import { ValuesObject } from "../context/values-object.ts";
import { helmFunctions } from "../functions/helm-functions.ts";
import { withoutNoValue } from "../functions/template-functions.ts";
import type { Hook } from "../manifests/hook.ts";
import { isPartial, type Manifest, sortManifests } from "../manifests/sort-manifests.ts";
import type { HelmValues } from "../values/helm-values.ts";
import { checkKubeVersion } from "./kube-version-mismatch.ts";
import { takeNotes } from "./notes.ts";
import { type PostRenderer, type PostRenderStrategy, postRender } from "./post-render.ts";
import { type PreparedChart, prepareChart } from "./prepare-chart.ts";
import { RenderCache } from "./render-cache.ts";
import { RenderRun } from "./render-run.ts";
import { executionFailure, parseFailure } from "./template-error.ts";
import { type ScopedTemplate, scopedTemplates } from "./template-scope.ts";

/** The release that a chart is rendered for. */
export interface ReleaseInfo {
  readonly name: string;
  readonly namespace: string;
  /** 1 by default. */
  readonly revision?: number;
  /** Whether `.Release.IsUpgrade` is set, in place of `.Release.IsInstall`. */
  readonly isUpgrade?: boolean;
}

/** What a chart is rendered with besides its values. */
export interface RenderOptions {
  readonly release: ReleaseInfo;
  /** What Helm assumes without a cluster by default. */
  readonly capabilities?: Capabilities | undefined;
  readonly skipSchemaValidation?: boolean | undefined;
  /** Whether the notes of subcharts are kept, too. */
  readonly subchartNotes?: boolean | undefined;
  readonly postRenderer?: PostRenderer | undefined;
  /** `combined` by default. */
  readonly postRenderStrategy?: PostRenderStrategy | undefined;
  readonly clock?: Clock | undefined;
  /** Charts make passwords from it: numbers that nobody can foresee by default. */
  readonly random?: Random | undefined;
  /** Makes the private keys of certificates: `renderWithKeys` gives one that is quick where a chart wants many. */
  readonly makeKey?: KeyMaker | undefined;
  /** How much one render may cost; an excess is a `TemplateBudgetError`. */
  readonly budgets?: TemplateBudgets | undefined;
  /** Kept between renders, it saves parsing templates again. */
  readonly cache?: RenderCache | undefined;
  /** Told what helm logs, as it comes up: before an error, too. */
  readonly notify?: Notify | undefined;
  /** Answers of `lookup` by `lookupKey`; without it, every lookup finds nothing. */
  readonly lookups?: ReadonlyMap<string, JsonObject> | undefined;
  /** Whether to render as `helm lint` does: `fail` and a missing `required` value are passed over. */
  readonly isLint?: boolean | undefined;
}

/** What came of a chart. */
export interface RenderedChart {
  /** The documents of the release in the order of installation, hooks left out. */
  readonly manifests: readonly Manifest[];
  /** In the order of their kinds; `hooksOf` gives those of an event in the order in which they run. */
  readonly hooks: readonly Hook[];
  /** Of the chart and its subcharts, never rendered. */
  readonly crds: readonly ChartCrd[];
  readonly notes: string;
  /** What helm logs beside its result. */
  readonly warnings: readonly ChartNotice[];
  /** What the output depends on besides its inputs: where there is any, no cache may keep it. */
  readonly impurities: ReadonlySet<ImpureCause>;
}

/**
 * Renders a chart as helm 4.2.3 does, byte for byte: synchronous, and pure but for what `impurities` names.
 *
 * Throws what Helm reports: a chart or values that do not fit (`ChartValuesError`, schema errors), a template that fails
 * (`ChartTemplateError`), a document that is no object (`InvalidManifestError`), a version of Kubernetes that does not
 * suit; a `TemplateBudgetError` where a budget is used up.
 */
export function renderChart(chart: Chart, values: HelmValues, options: RenderOptions): RenderedChart {
  const { release, skipSchemaValidation, notify } = options;
  const schemas = options.cache?.schemas;
  const prepared = prepareChart(chart, values, {
    releaseName: release.name,
    skipSchemaValidation,
    notify,
    schemas,
  });
  return renderPrepared(prepared, options);
}

/** The second half of `renderChart`. Helm gives what fails in it a hint at `--debug`. A prepared chart serves once. */
export function renderPrepared(prepared: PreparedChart, options: RenderOptions): RenderedChart {
  const { chart } = prepared;
  const { kubeVersion } = options.capabilities ?? capabilitiesOf();
  checkKubeVersion(chart.metadata.kubeVersion, kubeVersion);
  const { files, impurities } = renderFiles(prepared, options);
  const notes = takeNotes(files, chart.metadata.name, options.subchartNotes === true);
  const { cache, postRenderer, postRenderStrategy = "combined" } = options;
  const { manifests, hooks, unknownHooks } = sortManifests(
    postRenderer === undefined ? files : postRender(files, postRenderer, postRenderStrategy),
    undefined,
    cache === undefined ? undefined : (document) => cache.headOf(document),
  );
  const skipped = unknownHooks.map(
    (types): ChartNotice => ({
      level: "INFO",
      message: "skipping unknown hooks",
      fields: [["hookTypes", types]],
    }),
  );
  for (const notice of skipped) options.notify?.(notice);
  return {
    manifests,
    hooks,
    crds: chartCrds(chart),
    notes,
    warnings: [...prepared.warnings, ...skipped],
    impurities,
  };
}

/** A linter's release is neither installed nor upgraded. */
function releaseMap(
  { name, namespace, revision = 1, isUpgrade = false }: ReleaseInfo,
  isLint: boolean,
): Map<string, GoValue> {
  return new Map<string, GoValue>([
    ["Name", name],
    ["Namespace", namespace],
    ["IsUpgrade", isUpgrade],
    ["IsInstall", !isUpgrade && !isLint],
    ["Revision", goInt(revision)],
    ["Service", "Helm"],
  ]);
}

/** Rendered templates by their paths, partials left out. */
export interface RenderedFiles {
  readonly files: Map<string, string>;
  readonly impurities: ReadonlySet<ImpureCause>;
}

/** What helm's engine makes of a chart's templates, before anything looks for documents in it. */
export function renderFiles(prepared: PreparedChart, options: RenderOptions): RenderedFiles {
  const { cache = new RenderCache(), clock = systemClock, random = secureRandom, makeKey, budgets } = options;
  const templates = scopedTemplates(prepared.chart, prepared.values, {
    release: releaseMap(options.release, options.isLint === true),
    capabilities: new CapabilitiesObject(options.capabilities ?? capabilitiesOf()),
  });
  const set = parseAll(templates, cache);
  const base = createTemplateRun({ clock, random, makeKey, ...(budgets === undefined ? {} : { budgets }) });
  const { lookups, isLint, notify } = options;
  const run = new RenderRun(set, { run: base, cache, lookups, isLint, notify });
  const files = new Map<string, string>();
  for (const { path, scope, basePath } of templates) {
    if (isPartial(path)) continue;
    const place = new Map<string, GoValue>([
      ["Name", path],
      ["BasePath", basePath],
    ]);
    scope.set("Template", new ValuesObject(place));
    files.set(path, withoutNoValue(execute(set, path, scope, run)));
  }
  return { files, impurities: base.impure };
}

function parseAll(templates: readonly ScopedTemplate[], cache: RenderCache): TemplateSet {
  const parsed = templates.map(({ path, data }) => {
    try {
      return cache.parseFile(path, data);
    } catch (error) {
      throw error instanceof TemplateParseError ? parseFailure(path, error) : error;
    }
  });
  return cache.setOf(parsed);
}

function execute(set: TemplateSet, path: string, scope: Map<string, GoValue>, run: RenderRun): string {
  try {
    const options = { functions: helmFunctions, missingKey: "zero", run } as const;
    return executeTemplate(set, path, new ValuesObject(scope), options);
  } catch (error) {
    throw error instanceof TemplateExecError ? executionFailure(path, error) : error;
  }
}
