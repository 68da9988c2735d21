import { type HelmChart, HelmRepository, SourceReason } from "@weir/api";
import { describeError } from "@weir/core";
import { ACCESS_FAILED } from "../access/read-secret.ts";
import { parseRepositoryUrl } from "../helm-access/repository-url.ts";
import type { SourceContext } from "../run/source-context.ts";
import { SourceStepError } from "../source-error.ts";
import type { RepositoryFor } from "./add-dependencies.ts";
import { buildLocalChart } from "./build-local-chart.ts";
import { buildRemoteChart } from "./build-remote-chart.ts";
import type { BuildContext, ChartBuild } from "./chart-build.ts";
import { buildFailed, isBuildFailure } from "./chart-build-error.ts";
import type { FoundChart } from "./chart-repository.ts";
import type { ChartSource } from "./observe-source.ts";
import { type ChartSourceDeps, type ChartsOf, type OpenCharts, openCharts } from "./open-charts.ts";
import { tellsRefusedAccess } from "./refused-access.ts";
import type { SourceTrees } from "./source-trees.ts";
import { readPolicy } from "./verification-policy.ts";

/** The index of HelmRepositories by namespace and URL. */
export const REPOSITORY_URL = "spec.url";

/** How the index knows a repository. */
export function repositoryUrlKey(namespace: string, url: string): string {
  return `${namespace} ${url}`;
}

/** What charts are built with. */
export interface BuildDeps extends ChartSourceDeps {
  readonly trees: SourceTrees;
}

type Source = Exclude<ChartSource, { readonly kind: "empty" }>;

/** Builds a chart from its source. Throws `SourceStepError` as Flux reports it. */
export async function buildChart(
  build: BuildContext,
  source: Source,
  ctx: SourceContext,
  deps: BuildDeps,
): Promise<ChartBuild> {
  try {
    return source.kind === "git"
      ? await buildFromGit(build, source, ctx, deps)
      : await buildFromRepository(build, source.repository, ctx, deps);
  } catch (error) {
    if (error instanceof SourceStepError) throw asReported(error, source, ctx);
    throw error;
  }
}

async function buildFromRepository(
  build: BuildContext,
  repository: HelmRepository,
  ctx: SourceContext,
  deps: BuildDeps,
): Promise<ChartBuild> {
  using open = await openCharts(repository, ctx, deps);
  try {
    const verify = await verifierOf(build.chart, open, ctx);
    return await buildRemoteChart(build, { charts: open.charts, verify });
  } catch (error) {
    open.forget();
    throw error;
  }
}

async function verifierOf(
  chart: HelmChart,
  { registry }: OpenCharts,
  ctx: SourceContext,
): Promise<((found: FoundChart) => Promise<FoundChart>) | undefined> {
  const { verify } = chart.spec;
  if (verify === undefined) return undefined;
  if (registry === undefined) return refuseToVerify;
  const policy = await readPolicy(chart, verify, ctx);
  return (found) => registry.verify(found, policy);
}

/** Charts of an index have no signatures that could be verified. */
function refuseToVerify(): Promise<FoundChart> {
  return Promise.reject(buildFailed("verification", "not implemented"));
}

async function buildFromGit(
  build: BuildContext,
  { artifact }: Extract<Source, { readonly kind: "git" }>,
  ctx: SourceContext,
  deps: BuildDeps,
): Promise<ChartBuild> {
  const tree = await deps.trees.open(artifact);
  const revision = build.chart.spec.reconcileStrategy === "Revision" ? shortHash(artifact.revision) : "";
  await using opened = new DependencyRepositories(build.chart, ctx, deps);
  return await buildLocalChart(build, { tree, revision, repositoryFor: (url) => opened.open(url) });
}

/** The first 12 digits of the hash of `main@sha1:<hash>`, which fit into a label. */
function shortHash(revision: string): string {
  const at = Math.max(revision.lastIndexOf(":"), revision.lastIndexOf("/"));
  return revision.slice(at + 1).slice(0, 12);
}

/** The repositories of one chart's dependencies; each is opened once. */
class DependencyRepositories {
  readonly #chart: HelmChart;
  readonly #ctx: SourceContext;
  readonly #deps: BuildDeps;
  readonly #open = new Map<string, Promise<OpenCharts>>();

  constructor(chart: HelmChart, ctx: SourceContext, deps: BuildDeps) {
    this.#chart = chart;
    this.#ctx = ctx;
    this.#deps = deps;
  }

  open: RepositoryFor = async (url) => {
    const normal = parseRepositoryUrl(url).url;
    const opening = this.#open.get(normal) ?? this.#openAt(url, normal);
    this.#open.set(normal, opening);
    return (await opening).charts;
  };

  /** By the HelmRepository of this URL in the chart's namespace, with its credentials; else without any. */
  async #openAt(url: string, normal: string): Promise<OpenCharts> {
    const { namespace = "" } = this.#chart.metadata;
    const query = { index: [REPOSITORY_URL, repositoryUrlKey(namespace, normal)] } as const;
    const [repository] = await this.#ctx.list(HelmRepository, query);
    return openCharts(repository ?? withoutObject(namespace, url), this.#ctx, this.#deps);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const opened = await Promise.allSettled(this.#open.values());
    for (const each of opened) if (each.status === "fulfilled") each.value[Symbol.dispose]();
  }
}

function withoutObject(namespace: string, url: string): ChartsOf {
  return { metadata: { namespace }, spec: { url, provider: "generic" } } as ChartsOf;
}

/**
 * What is no failure of a step of the build is one that Flux's conditions do not know; its event does.
 */
function asReported(error: SourceStepError, source: Source, ctx: SourceContext): SourceStepError {
  if (error.reason === SourceReason.ChartVerificationError) {
    const message = describeError(error);
    ctx.record({ unverified: { reason: SourceReason.VerificationError, message } });
  }
  if (error.condition === "SourceVerified") {
    ctx.record({ unverified: { reason: error.reason, message: describeError(error) } });
    return unknown(error);
  }
  if (error.retry === "never") return error;
  const text = describeError(error);
  if (source.kind === "repository" && isBuildFailure(error) && tellsRefusedAccess(text)) {
    const message = `failed to authenticate with the Helm repository: ${text}`;
    return unknown(new SourceStepError(ACCESS_FAILED, message));
  }
  return isBuildFailure(error) ? error : unknown(error);
}

function unknown(told: SourceStepError): SourceStepError {
  const failure = { condition: "FetchFailed", reason: SourceReason.Unknown } as const;
  return new SourceStepError(failure, `unknown build error: ${describeError(told)}`, { told });
}
