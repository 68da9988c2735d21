import { createHash } from "node:crypto";
import type { ArtifactStorage } from "@weir/artifact";
import type { ConsumerOptions } from "@weir/consumer";
import type { Clock, Random, WorkerPool } from "@weir/core";
import { helmReleaseController } from "@weir/helm-controller";
import { kustomizationController } from "@weir/kustomize-controller";
import type { Controller, LeaderElectionOptions } from "@weir/sdk";
import {
  gitRepositoryController,
  helmChartController,
  helmRepositoryController,
  ociRepositoryController,
} from "@weir/source-controller";
import type { ComponentName } from "./component-name.ts";
import type { RunOptions } from "./run-options.ts";

/** What controllers are made of. */
export interface ComponentParts {
  readonly storage: ArtifactStorage;
  readonly scratch: string;
  readonly searchPath: string;
  readonly workers: WorkerPool;
  readonly clock: Clock;
  readonly random: Random;
}

/** The controllers that a controller of Flux consists of. */
export function controllersOf(
  name: ComponentName,
  options: RunOptions,
  parts: ComponentParts,
): readonly Controller[] {
  switch (name) {
    case "source-controller":
      return sourceControllers(options, parts);
    case "kustomize-controller":
      return [kustomizeController(options, parts)];
    case "helm-controller":
      return [helmController(options, parts)];
  }
}

function sourceControllers(options: RunOptions, parts: ComponentParts): readonly Controller[] {
  const { backoff, intervalJitter, concurrency } = options;
  const { storage, scratch, searchPath, workers, clock, random } = parts;
  const shared = {
    storage,
    clock,
    random,
    backoff,
    intervalJitter,
    ...(concurrency === undefined ? {} : { concurrency }),
  };
  const { maxIndexBytes, maxChartBytes, maxChartFileBytes } = options.source;
  return [
    gitRepositoryController({ ...shared, scratch, searchPath }),
    ociRepositoryController(shared),
    helmRepositoryController({ ...shared, scratch, workers, maxIndexBytes }),
    helmChartController({ ...shared, workers, maxIndexBytes, maxChartBytes, maxChartFileBytes }),
  ];
}

function kustomizeController(options: RunOptions, { workers, clock, random }: ComponentParts): Controller {
  const { gates, kustomize } = options;
  return kustomizationController({
    workers,
    clock,
    random,
    fetch: (url, init) => fetch(url, init),
    options: {
      ...kustomize,
      ...consumerOptions(options),
      strictSubstitutions: gates.strictSubstitutions,
    },
  });
}

function helmController(options: RunOptions, { workers, clock, random }: ComponentParts): Controller {
  const { gates } = options;
  return helmReleaseController({
    workers,
    clock,
    random,
    fetch: (url, init) => fetch(url, init),
    options: {
      ...consumerOptions(options),
      disableChartDigestTracking: gates.disableChartDigestTracking,
      defaultToRetryOnFailure: gates.defaultToRetryOnFailure,
      useHelm3Defaults: gates.useHelm3Defaults,
      cancelHealthCheckOnNewRevision: gates.cancelHealthCheckOnNewRevision,
    },
  });
}

/** What both are told. */
function consumerOptions(options: RunOptions): ConsumerOptions {
  const { backoff, intervalJitter, requeueDependencyMs, configSelector, noCrossNamespaceRefs } = options;
  const { concurrency, gates, kustomize } = options;
  const { fetchRetries, defaultServiceAccount, insecureKubeconfigExec, insecureKubeconfigTls } = kustomize;
  const { defaultKubeconfigServiceAccount, tokenCacheMaxSize, tokenCacheMaxDurationMs } = kustomize;
  return {
    backoff,
    intervalJitter,
    requeueDependencyMs,
    configSelector,
    noCrossNamespaceRefs,
    allowExternalArtifact: gates.externalArtifact,
    additiveCELDependencyCheck: gates.additiveCELDependencyCheck,
    objectLevelWorkloadIdentity: gates.objectLevelWorkloadIdentity,
    fetchRetries,
    defaultServiceAccount,
    insecureKubeconfigExec,
    insecureKubeconfigTls,
    defaultKubeconfigServiceAccount,
    tokenCacheMaxSize,
    tokenCacheMaxDurationMs,
    ...(concurrency === undefined ? {} : { concurrency }),
  };
}

/** The Lease of a controller: that of Flux's own, so that of the two one works; each shard has its own. */
export function leaseOf(
  name: ComponentName,
  { election, selector }: Pick<RunOptions, "election" | "selector">,
  namespace: string,
): LeaderElectionOptions | undefined {
  if (election === undefined) return undefined;
  const { leaseDurationMs, renewDeadlineMs, retryPeriodMs, releaseOnStop } = election;
  const shard = createHash("sha256").update(selector).digest("hex").slice(0, 8);
  return {
    name: `${name}-leader-election${selector === "" ? "" : `-${shard}`}`,
    namespace,
    leaseDuration: leaseDurationMs,
    renewDeadline: renewDeadlineMs,
    retryPeriod: retryPeriodMs,
    releaseOnStop,
  };
}
