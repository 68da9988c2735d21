import type { JsonObject } from "@weir/core";
import { type RetryPolicy, WeirError } from "@weir/core";
import { causeOf } from "../file/remote-sources.ts";

/** A file of a chart; its path is relative to the chart's directory. */
export interface ChartSourceFile {
  readonly path: string;
  readonly data: Uint8Array;
}

/** What is rendered: what kustomize would tell `helm template`. */
export interface ChartRequest {
  readonly name: string;
  /** Empty where a name is to be generated. */
  readonly releaseName: string;
  readonly nameTemplate: string;
  /** Empty for the default one. */
  readonly namespace: string;
  /** The chart's directory. */
  readonly files: readonly ChartSourceFile[];
  /** Values files in the order in which they are laid over one another. */
  readonly values: readonly Uint8Array[];
  readonly includeCrds: boolean;
  readonly skipHooks: boolean;
  readonly skipTests: boolean;
  readonly apiVersions: readonly string[];
  /** Empty for the default one. */
  readonly kubeVersion: string;
}

/** A chart that the tree does not hold. */
export interface ChartReference {
  /** The URL of a repository of charts, or of a registry. */
  readonly repo: string;
  readonly name: string;
  /** Empty for the latest. */
  readonly version: string;
  readonly devel: boolean;
}

/** How charts become resources; handed in, because kustomize knows nothing of charts. */
export interface ChartInflation {
  /** Gives what `helm template` prints. Throws an error with helm's message. */
  readonly inflate: (request: ChartRequest) => string;
  /** The files of a chart that was pulled, by `chartKey`. */
  readonly pulled: ReadonlyMap<string, readonly ChartSourceFile[]>;
  /** For charts that name none. */
  readonly apiVersions?: readonly string[];
  readonly kubeVersion?: string;
}

/** What tells one reference from all others. */
export function chartKey({ repo, name, version, devel }: ChartReference): string {
  return JSON.stringify([repo, name, version, devel]);
}

/** A build came to a chart that the tree does not hold and that was not pulled: pull it and build again. */
export class ChartNeededError extends WeirError {
  override readonly name = "ChartNeededError";
  readonly reason = "ChartNeeded";
  readonly retry: RetryPolicy = "never";
  readonly chart: ChartReference;

  constructor(chart: ChartReference) {
    super(`the chart '${chart.name}' of '${chart.repo}' has not been pulled`);
    this.chart = chart;
  }
}

/** The chart for which a build stopped; `undefined` where it failed for another reason. */
export function neededChart(error: unknown): ChartReference | undefined {
  return causeOf(error, ChartNeededError)?.chart;
}

/** What a kustomization says of a chart, with what it says of all charts. */
export interface ChartArgs {
  readonly chartHome?: string;
  readonly configHome?: string;
  readonly name?: string;
  readonly version?: string;
  readonly repo?: string;
  readonly releaseName?: string;
  readonly namespace?: string;
  readonly additionalValuesFiles?: readonly string[];
  readonly valuesFile?: string;
  readonly valuesInline?: JsonObject;
  readonly valuesMerge?: string;
  readonly includeCRDs?: boolean;
  readonly skipHooks?: boolean;
  readonly apiVersions?: readonly string[];
  readonly kubeVersion?: string;
  readonly nameTemplate?: string;
  readonly skipTests?: boolean;
  readonly debug?: boolean;
  readonly devel?: boolean;
}
