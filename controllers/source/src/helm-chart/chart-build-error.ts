import { SourceReason } from "@weir/api";
import type { RetryPolicy } from "@weir/core";
import type { FailureCondition } from "../report/source-facts.ts";
import { SourceStepError } from "../source-error.ts";

/** Which step of a build failed. */
export type BuildStep =
  | "reference"
  | "pull"
  | "version"
  | "values"
  | "dependencies"
  | "package"
  | "verification"
  | "unknown";

interface StepFailure {
  readonly condition: FailureCondition;
  readonly reason: string;
  readonly summary: string;
  readonly retry: RetryPolicy;
}

const FAILURES: Readonly<Record<BuildStep, StepFailure>> = {
  reference: {
    condition: "FetchFailed",
    reason: SourceReason.InvalidChartReference,
    summary: "invalid chart reference",
    retry: "never",
  },
  pull: {
    condition: "FetchFailed",
    reason: SourceReason.ChartPullError,
    summary: "chart pull error",
    retry: "backoff",
  },
  version: {
    condition: "BuildFailed",
    reason: SourceReason.MetadataPatchError,
    summary: "chart metadata patch error",
    retry: "never",
  },
  values: {
    condition: "BuildFailed",
    reason: SourceReason.ValuesFilesError,
    summary: "values files merge error",
    retry: "never",
  },
  dependencies: {
    condition: "BuildFailed",
    reason: SourceReason.DependencyBuildError,
    summary: "dependency build error",
    retry: "backoff",
  },
  package: {
    condition: "BuildFailed",
    reason: SourceReason.ChartPackageError,
    summary: "chart package error",
    retry: "backoff",
  },
  verification: {
    condition: "BuildFailed",
    reason: SourceReason.ChartVerificationError,
    summary: "chart verification error",
    retry: "backoff",
  },
  unknown: {
    condition: "FetchFailed",
    reason: SourceReason.Unknown,
    summary: "unknown build error",
    retry: "backoff",
  },
};

/** The failure of a step of a build, in Flux's words. */
export function buildFailed(
  step: BuildStep,
  message: string,
  options: { readonly cause?: unknown } = {},
): SourceStepError {
  const { summary, ...failure } = FAILURES[step];
  return new SourceStepError(failure, message === "" ? summary : `${summary}: ${message}`, options);
}

const REASONS: ReadonlySet<string> = new Set(Object.values(FAILURES).map(({ reason }) => reason));

/** Whether an error is that of a step of a build. */
export function isBuildFailure(error: SourceStepError): boolean {
  return REASONS.has(error.reason);
}
