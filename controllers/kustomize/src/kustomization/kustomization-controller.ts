import { FINALIZER, Kustomization as KustomizationKind, type Kustomization } from "@weir/api";
import { AppliedStates, ClusterTokens } from "@weir/apply";
import type { FetchArtifactDeps } from "@weir/artifact";
import { type Clock, type Random, systemRandom, type WorkerPool } from "@weir/core";
import type { Kind } from "@weir/client";
import {
  ArtifactTrees,
  ConfigMap,
  Dependents,
  dependencyKeysOf,
  dependencyText,
  Secret,
  type Source,
  sourceIndexValue,
} from "@weir/consumer";
import { isConditionTrue } from "@weir/objects";
import { type CacheReader, changed, type Controller, createController, keyOf } from "@weir/sdk";
import { FIELD_MANAGER } from "../apply/apply-manifests.ts";
import { ManifestBuilder } from "../build/manifest-builder.ts";
import { readyRevisionOf } from "../dependencies/check-dependencies.ts";
import { sourceKeyOf, sourceKinds } from "../source/source-kinds.ts";
import { type KustomizationControllerOptions, resolveOptions } from "./controller-options.ts";
import type { KustomizationFacts } from "./kustomization-facts.ts";
import { reconcileKustomization } from "./reconcile-kustomization.ts";
import { removeKustomization } from "./remove-kustomization.ts";
import { reportKustomization } from "./report-kustomization.ts";
import type { Shared } from "./run.ts";

/** What the controller needs from the outside. */
export interface KustomizationControllerDeps {
  /** Where kustomizations are built. */
  readonly workers: WorkerPool;
  /** Downloads artifacts. */
  readonly fetch: FetchArtifactDeps["fetch"];
  readonly clock: Clock;
  readonly random?: Random;
  readonly options?: KustomizationControllerOptions;
}

const BY_SOURCE = "source";
const BY_DEPENDENCY = "dependsOn";
const BY_CONFIG = "substituteFrom";

const CONFIG_KINDS = [ConfigMap, Secret];

/**
 * The controller of Kustomizations: fetches the artifact of their source, builds it, applies the objects, deletes what is
 * no longer built and waits for health.
 *
 * A Kustomization is woken by a change of its own spec, by a request, by a new revision of its source, by a dependency
 * that it waits for, and by ConfigMaps and Secrets with variables that carry the label for it.
 */
export function kustomizationController(deps: KustomizationControllerDeps): Controller {
  const { workers, fetch, clock, random = systemRandom } = deps;
  const options = resolveOptions(deps.options);
  const shared: Shared = {
    options,
    trees: new ArtifactTrees({ fetch, clock, retries: options.fetchRetries }),
    builder: new ManifestBuilder(workers, options),
    dependents: new Dependents(),
    known: new AppliedStates(),
    tokens: new ClusterTokens({
      clock,
      maxSize: options.tokenCacheMaxSize,
      maxDurationMs: options.tokenCacheMaxDurationMs,
    }),
  };
  let builder = createController("kustomization", {
    concurrency: options.concurrency,
    component: FIELD_MANAGER,
    backoff: options.backoff,
  })
    .for(KustomizationKind)
    .index(KustomizationKind, BY_SOURCE, (kustomization) => [
      sourceIndexValue(kustomization.spec.sourceRef.kind, sourceKeyOf(kustomization)),
    ])
    .index(KustomizationKind, BY_DEPENDENCY, (kustomization) =>
      dependencyKeysOf(kustomization).map(dependencyText),
    )
    .index(KustomizationKind, BY_CONFIG, configsOf)
    .watches(KustomizationKind, {
      when: changed.value<Kustomization>(readyRevisionOf),
      map: (dependency, cache) => waitingFor(dependency, cache, shared.dependents),
    });
  for (const kind of sourceKinds) {
    builder = builder.watches(kind, {
      when: changed.value<Source>((source) => source.status?.artifact?.revision),
      map: (source, cache) => builtFrom(kind, source, cache),
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
    .report<KustomizationFacts>(reportKustomization)
    .finalizer(FINALIZER, (kustomization, ctx) => removeKustomization(kustomization, ctx, shared))
    .reconcile((kustomization, ctx) => reconcileKustomization(kustomization, ctx, shared, random));
}

/** Those that wait for this dependency; others look at it in time by themselves. */
function waitingFor(
  dependency: Kustomization,
  cache: CacheReader,
  dependents: Dependents,
): readonly Kustomization[] {
  const key = dependencyText(keyOf(dependency));
  return cache
    .list(KustomizationKind, { index: [BY_DEPENDENCY, key] })
    .filter((dependent) => dependents.isWaiting(dependencyText(keyOf(dependent))));
}

/** Those that are built from this source and have not tried its revision yet. */
function builtFrom(kind: Kind<Source>, source: Source, cache: CacheReader): readonly Kustomization[] {
  const revision = source.status?.artifact?.revision;
  if (revision === undefined) return [];
  const index: readonly [string, string] = [BY_SOURCE, sourceIndexValue(kind.kind, keyOf(source))];
  return cache.list(KustomizationKind, { index }).filter(({ status }) => {
    const isAtWork =
      isConditionTrue(status?.conditions, "Ready") || isConditionTrue(status?.conditions, "Reconciling");
    return !(isAtWork && status?.lastAttemptedRevision === revision);
  });
}

function configsOf({ metadata, spec }: Kustomization): readonly string[] {
  const { substituteFrom = [] } = spec.postBuild ?? {};
  const { secretRef, configMapRef } = spec.kubeConfig ?? {};
  return [
    ...substituteFrom.map(({ kind, name }) => `${kind}/${metadata.namespace}/${name}`),
    ...(secretRef === undefined ? [] : [`Secret/${metadata.namespace}/${secretRef.name}`]),
    ...(configMapRef === undefined ? [] : [`ConfigMap/${metadata.namespace}/${configMapRef.name}`]),
  ];
}

function configuredBy(config: string, cache: CacheReader): readonly Kustomization[] {
  return cache.list(KustomizationKind, { index: [BY_CONFIG, config] });
}
