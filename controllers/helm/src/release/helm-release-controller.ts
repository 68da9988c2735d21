import { FINALIZER, HelmRelease as HelmReleaseKind, type HelmRelease } from "@weir/api";
import { ClusterTokens } from "@weir/apply";
import type { FetchArtifactDeps } from "@weir/artifact";
import type { Kind } from "@weir/client";
import {
  ConfigMap,
  Dependents,
  dependencyKeysOf,
  dependencyText,
  isReady,
  Secret,
  type Source,
  sourceIndexValue,
} from "@weir/consumer";
import { type Clock, type Random, systemRandom, type WorkerPool } from "@weir/core";
import { type CacheReader, changed, type Controller, createController, keyOf } from "@weir/sdk";
import { FIELD_MANAGER, type Shared } from "../act/deployment.ts";
import { chartReferenceOf, chartSourceKinds, isNews, type SourceKindName } from "../chart/chart-source.ts";
import { ChartStore } from "../chart/chart-store.ts";
import { Patience } from "../chart/patience.ts";
import { DriftWatches } from "../drift/drift-watches.ts";
import { CapabilityReader } from "../render/capability-reader.ts";
import { ReleaseRenderer } from "../render/release-renderer.ts";
import { type HelmReleaseFacts, reportHelmRelease } from "../report/report-helm-release.ts";
import {
  type HelmReleaseControllerOptions,
  type ResolvedOptions,
  resolveOptions,
} from "../settings/controller-options.ts";
import { reconcileHelmRelease } from "./reconcile-helm-release.ts";
import { removeHelmRelease } from "./remove-helm-release.ts";

/** What the controller needs from the outside. */
export interface HelmReleaseControllerDeps {
  /** Where charts are rendered. */
  readonly workers: WorkerPool;
  /** Downloads artifacts. */
  readonly fetch: FetchArtifactDeps["fetch"];
  readonly clock: Clock;
  readonly random?: Random;
  readonly options?: HelmReleaseControllerOptions;
}

const BY_SOURCE = "source";
const BY_DEPENDENCY = "dependsOn";
const BY_CONFIG = "valuesFrom";

const CONFIG_KINDS = [ConfigMap, Secret];
const CustomResourceDefinition: Kind = {
  group: "apiextensions.k8s.io",
  version: "v1",
  kind: "CustomResourceDefinition",
  plural: "customresourcedefinitions",
  scope: "Cluster",
};

/**
 * The controller of HelmReleases: makes their HelmChart, composes their values, renders the chart and keeps the release as
 * declared, with tests, retries, remediation and the correction of drift.
 *
 * A HelmRelease is woken by a change of its own spec, by a request, by a new revision of its chart, by a dependency that it
 * waits for, by ConfigMaps and Secrets with values that carry the label for it, and, where drift is looked for, by a change of
 * one of its objects by somebody else.
 */
export function helmReleaseController(deps: HelmReleaseControllerDeps): Controller {
  const { random = systemRandom } = deps;
  const options = resolveOptions(deps.options);
  const shared = shareBetweenRuns(deps, options);
  let builder = createController("helmrelease", {
    concurrency: options.concurrency,
    component: FIELD_MANAGER,
    backoff: options.backoff,
  })
    .for(HelmReleaseKind)
    .index(HelmReleaseKind, BY_SOURCE, sourcesOf)
    .index(HelmReleaseKind, BY_DEPENDENCY, (release) => dependencyKeysOf(release).map(dependencyText))
    .index(HelmReleaseKind, BY_CONFIG, configsOf)
    .watches(HelmReleaseKind, {
      when: changed.value<HelmRelease>((release) => (isReady(release) ? true : undefined)),
      map: (dependency, cache) => waitingFor(dependency, cache, shared.dependents),
    })
    .watches(HelmReleaseKind, {
      when: changed.resourceVersion,
      map: (dependency, cache) => judgingByExpression(dependency, cache, shared.dependents),
    })
    .watches(
      CustomResourceDefinition,
      {
        map: () => {
          shared.capabilities.forget();
          return [];
        },
      },
      { metadataOnly: true },
    );
  for (const kind of chartSourceKinds) {
    builder = builder.watches(kind, {
      when: (change) => isNews(kind.kind as SourceKindName, change),
      map: (source, cache) => releasedFrom(kind, source, cache),
    });
  }
  for (const kind of CONFIG_KINDS) {
    builder = builder.watches(
      kind,
      {
        map: ({ metadata }, cache) =>
          configuredBy(`${kind.kind}/${metadata.namespace}/${metadata.name}`, cache),
      },
      { labelSelector: options.configSelector, metadataOnly: true },
    );
  }
  return builder
    .source((source) => shared.driftWatches.start(source))
    .report<HelmReleaseFacts>(reportHelmRelease)
    .finalizer(FINALIZER, (release, ctx) => removeHelmRelease(release, ctx, shared))
    .reconcile((release, ctx) => reconcileHelmRelease(release, ctx, shared, random));
}

function shareBetweenRuns(
  { workers, fetch, clock }: HelmReleaseControllerDeps,
  options: ResolvedOptions,
): Shared {
  const renderer = new ReleaseRenderer(workers, options);
  return {
    options,
    renderer,
    charts: new ChartStore({ fetch, clock, renderer, retries: options.fetchRetries }),
    capabilities: new CapabilityReader(clock),
    dependents: new Dependents(),
    patience: new Patience(clock),
    driftWatches: new DriftWatches(),
    tokens: new ClusterTokens({
      clock,
      maxSize: options.tokenCacheMaxSize,
      maxDurationMs: options.tokenCacheMaxDurationMs,
    }),
  };
}

function sourcesOf(release: HelmRelease): readonly string[] {
  const { chart, chartRef } = release.spec;
  if (chart === undefined && chartRef === undefined) return [];
  const { kind, key } = chartReferenceOf(release);
  return [sourceIndexValue(kind, key)];
}

/** Those that wait for this dependency; others look at it in time by themselves. */
function waitingFor(
  dependency: HelmRelease,
  cache: CacheReader,
  dependents: Dependents,
): readonly HelmRelease[] {
  const key = dependencyText(keyOf(dependency));
  return cache
    .list(HelmReleaseKind, { index: [BY_DEPENDENCY, key] })
    .filter((dependent) => dependents.isWaiting(dependencyText(keyOf(dependent))));
}

/** Those of them that judge the dependency by an expression, which may speak of any field. */
function judgingByExpression(
  dependency: HelmRelease,
  cache: CacheReader,
  dependents: Dependents,
): readonly HelmRelease[] {
  const key = dependencyText(keyOf(dependency));
  return waitingFor(dependency, cache, dependents).filter((dependent) =>
    dependencyKeysOf(dependent).some((candidate, index) => {
      const { readyExpr = "" } = dependent.spec.dependsOn?.[index] ?? {};
      return readyExpr !== "" && dependencyText(candidate) === key;
    }),
  );
}

function releasedFrom(kind: Kind<Source>, source: Source, cache: CacheReader): readonly HelmRelease[] {
  const index: readonly [string, string] = [BY_SOURCE, sourceIndexValue(kind.kind, keyOf(source))];
  return cache.list(HelmReleaseKind, { index });
}

function configsOf({ metadata, spec }: HelmRelease): readonly string[] {
  const { valuesFrom = [], kubeConfig } = spec;
  const { secretRef, configMapRef } = kubeConfig ?? {};
  return [
    ...valuesFrom.map(({ kind, name }) => `${kind}/${metadata.namespace}/${name}`),
    ...(secretRef === undefined ? [] : [`Secret/${metadata.namespace}/${secretRef.name}`]),
    ...(configMapRef === undefined ? [] : [`ConfigMap/${metadata.namespace}/${configMapRef.name}`]),
  ];
}

function configuredBy(config: string, cache: CacheReader): readonly HelmRelease[] {
  return cache.list(HelmReleaseKind, { index: [BY_CONFIG, config] });
}
