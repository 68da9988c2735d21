import { FINALIZER, GitRepository, HelmChart, HelmRepository } from "@weir/api";
import { type CacheReader, changed, type Controller } from "@weir/sdk";
import { ownerOf } from "../artifact-storage/artifact-owner.ts";
import { removeArtifacts } from "../artifact-storage/remove-artifacts.ts";
import { parseRepositoryUrl } from "../helm-access/repository-url.ts";
import { isStatic } from "../helm-repository/static-repository.ts";
import { RegistryClients } from "../registry/registry-clients.ts";
import { type SourceControllerOptions, startSourceController } from "../run/source-controller.ts";
import { SourceStepError } from "../source-error.ts";
import { REPOSITORY_URL, repositoryUrlKey } from "./build-chart.ts";
import type { ChartSourceKind } from "./observe-source.ts";
import { type HelmChartDeps, reconcileHelmChart } from "./reconcile-helm-chart.ts";
import { reportHelmChart } from "./report-helm-chart.ts";
import { SourceTrees } from "./source-trees.ts";

/** What the controller of HelmCharts needs, and how it runs. */
export interface HelmChartControllerOptions extends HelmChartDeps, SourceControllerOptions {}

const SOURCE = "spec.sourceRef";

/**
 * The controller of HelmCharts; runs in any manager whose client serves the source kinds, over the storage that the
 * controllers of HelmRepositories and GitRepositories write.
 */
export function helmChartController(options: HelmChartControllerOptions): Controller {
  const { storage, clock } = options;
  const deps = { ...options, clients: new RegistryClients(clock), trees: new SourceTrees(storage) };
  return startSourceController("helmchart", options)
    .for(HelmChart, { handledAt: true })
    .index(HelmChart, SOURCE, sourceKeys)
    .index(HelmRepository, REPOSITORY_URL, urlKeys)
    .watches(HelmRepository, {
      map: (source, cache) => [...chartsOf("HelmRepository", source, cache), ...chartsWithout(source, cache)],
      when: changed.value((repository) =>
        isStatic(repository) ? repository.metadata.generation : repository.status?.artifact?.revision,
      ),
    })
    .watches(GitRepository, {
      map: (source, cache) => chartsOf("GitRepository", source, cache),
      when: changed.value((repository) => repository.status?.artifact?.revision),
    })
    .report(reportHelmChart)
    .finalizer(FINALIZER, (chart, ctx) => removeArtifacts(ownerOf(HelmChart.kind, chart), ctx, storage))
    .reconcile((chart, ctx) => reconcileHelmChart(chart, ctx, deps));
}

/** The charts of a source that have not seen its revision yet. */
function chartsOf(
  kind: ChartSourceKind,
  { metadata, status }: HelmRepository | GitRepository,
  cache: CacheReader,
): readonly HelmChart[] {
  const revision = status?.artifact?.revision;
  if (revision === undefined) return [];
  const charts = chartsAt(sourceKey(kind, metadata.namespace, metadata.name), cache);
  return charts.filter((chart) => chart.status?.observedSourceArtifactRevision !== revision);
}

/** A registry has no revisions: what may wait for it, or for another spec of it, are charts that were never pulled. */
function chartsWithout(repository: HelmRepository, cache: CacheReader): readonly HelmChart[] {
  if (!isStatic(repository)) return [];
  const { namespace, name } = repository.metadata;
  const charts = chartsAt(sourceKey("HelmRepository", namespace, name), cache);
  return charts.filter((chart) => chart.status?.artifact === undefined);
}

function chartsAt(key: string, cache: CacheReader): readonly HelmChart[] {
  return cache.list(HelmChart, { index: [SOURCE, key] });
}

/** An object may come without a spec. */
function sourceKeys({ metadata, spec }: Pick<HelmChart, "metadata"> & Partial<HelmChart>): string[] {
  if (spec === undefined) return [];
  return [sourceKey(spec.sourceRef.kind, metadata.namespace, spec.sourceRef.name)];
}

function sourceKey(kind: string, namespace = "", name = ""): string {
  return `${kind}/${namespace}/${name}`;
}

function urlKeys({ metadata, spec }: Pick<HelmRepository, "metadata"> & Partial<HelmRepository>): string[] {
  if (spec === undefined) return [];
  try {
    return [repositoryUrlKey(metadata.namespace ?? "", parseRepositoryUrl(spec.url).url)];
  } catch (error) {
    if (error instanceof SourceStepError) return [];
    throw error;
  }
}
