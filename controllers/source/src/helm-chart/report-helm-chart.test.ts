import type { HelmChart } from "@weir/api";
import type { Condition } from "@weir/objects";
import type { Reported } from "@weir/sdk";
import { describe, expect, test } from "vitest";
import { SourceStepError } from "../source-error.ts";
import type { HelmChartFacts } from "./helm-chart-facts.ts";
import { reportHelmChart } from "./report-helm-chart.ts";

type Status = NonNullable<HelmChart["status"]>;

const artifact = {
  digest: "sha256:aa",
  lastUpdateTime: "2026-01-01T00:00:00Z",
  path: "helmchart/default/c/demo-1.0.0.tgz",
  revision: "1.0.0",
  url: "http://127.0.0.1:1/helmchart/default/c/demo-1.0.0.tgz",
};
const renewed = { ...artifact, digest: "sha256:bb", revision: "1.1.0" };
const pulled = { reason: "ChartPullSucceeded", message: "pulled 'demo' chart with version '1.1.0'" };

function condition(type: string, status: "True" | "False", reason: string, message = "before"): Condition {
  return { type, status, reason, message, observedGeneration: 1, lastTransitionTime: "2026-01-01T00:00:00Z" };
}

function report(
  previous: Status | undefined,
  outcome: Reported,
  facts: Partial<HelmChartFacts>,
  verify?: object,
): Status {
  const object = {
    metadata: { name: "c", namespace: "default", generation: 2 },
    spec: { chart: "demo", ...(verify === undefined ? {} : { verify }) },
  } as HelmChart;
  const observation = { object, isDeleting: false, facts, summary: { patch: {}, verdict: undefined } };
  const clock = { now: () => Date.parse("2026-01-02T03:04:05Z") };
  return reportHelmChart(previous, observation, outcome, clock) ?? {};
}

function saysOf({ conditions = [] }: Status): readonly string[] {
  return (conditions as readonly Condition[]).map(
    ({ type, status, reason, message }) => `${type} ${status} ${reason}: ${message}`,
  );
}

const settled = { kind: "settled" } as const;

describe("reportHelmChart", () => {
  test("says what was pulled, from which revision", () => {
    const facts = {
      artifact: renewed,
      url: "http://127.0.0.1:1/latest.tar.gz",
      built: pulled,
      sourceRevision: "sha256:index",
      chartName: "demo",
      valuesFiles: undefined,
    };
    const before = { observedGeneration: 1, artifact, observedValuesFiles: ["old.yaml"] };
    const status = report(before, settled, facts);
    expect(status).toMatchObject({
      artifact: renewed,
      url: facts.url,
      observedGeneration: 2,
      observedChartName: "demo",
      observedSourceArtifactRevision: "sha256:index",
    });
    expect(status.observedValuesFiles).toBeUndefined();
    expect(saysOf(status)).toEqual([
      `Ready True ChartPullSucceeded: ${pulled.message}`,
      `ArtifactInStorage True ChartPullSucceeded: ${pulled.message}`,
    ]);
  });

  test("keeps what it said of the artifact where nothing was built", () => {
    const conditions = [condition("ArtifactInStorage", "True", "ChartPullSucceeded", pulled.message)];
    const status = report({ artifact: renewed, conditions }, settled, {});
    expect(saysOf(status)).toContain(`Ready True ChartPullSucceeded: ${pulled.message}`);
  });

  test("puts one failure in the place of another, and keeps the artifact", () => {
    const conditions = [
      condition("Ready", "False", "ChartPullError"),
      condition("FetchFailed", "True", "ChartPullError"),
    ];
    const failure = { condition: "BuildFailed", reason: "ValuesFilesError" } as const;
    const error = new SourceStepError(failure, "values files merge error");
    const facts = { isFetched: true, failure: "BuildFailed", sourceRevision: "2" } as const;
    const status = report({ artifact, conditions }, { kind: "failed", error }, facts);
    expect(status).toMatchObject({ artifact, observedSourceArtifactRevision: "2", observedGeneration: -1 });
    expect(saysOf(status).filter((said) => said.includes("Failed"))).toEqual([
      "BuildFailed True ValuesFilesError: values files merge error",
    ]);
  });

  test("says that a signature is not good beside the failure of the build", () => {
    const error = new SourceStepError({ condition: "BuildFailed", reason: "ChartVerificationError" }, "bad");
    const facts = {
      isFetched: true,
      failure: "BuildFailed",
      unverified: { reason: "VerificationError", message: "bad" },
    } as const;
    const status = report(undefined, { kind: "failed", error }, facts, { provider: "cosign" });
    expect(saysOf(status)).toEqual(
      expect.arrayContaining([
        "Ready False ChartVerificationError: bad",
        "BuildFailed True ChartVerificationError: bad",
        "SourceVerified False VerificationError: bad",
      ]),
    );
    const good = report(
      status,
      settled,
      { artifact, built: pulled, verified: { message: "verified" } },
      { provider: "cosign" },
    );
    expect(saysOf(good)).toContain("SourceVerified True Succeeded: verified");
    expect(saysOf(report(good, settled, { artifact, built: pulled }))).not.toContain(
      "SourceVerified True Succeeded: verified",
    );
  });

  test("is outdated while a newer chart is being stored", () => {
    const outdated = { reason: "NewChart", message: pulled.message };
    const progress = { kind: "progressing", reason: "Progressing", message: "x" } as const;
    const facts = { isChanging: true, outdated, progress: "building artifact: x", isFetched: true };
    const status = report({ artifact, conditions: [condition("Ready", "True", "X")] }, progress, facts);
    expect(saysOf(status)).toEqual([
      "Reconciling True Progressing: building artifact: x",
      "Ready Unknown Progressing: building artifact: x",
      `ArtifactOutdated True NewChart: ${pulled.message}`,
    ]);
  });
});
