import type { HelmChart } from "@weir/api";
import { createWorkerPool } from "@weir/core";
import { describe, expect, test } from "vitest";
import { storedBuild, summaryOf, valuesMetadata, withMetadata } from "./chart-build.ts";

const built = {
  name: "demo",
  version: "1.0.0",
  archive: undefined,
  valuesFiles: [],
  isPackaged: false,
  dependencies: 0,
  isVerified: false,
};

function aChart(spec: Partial<HelmChart["spec"]>, status: HelmChart["status"] = {}): HelmChart {
  return { metadata: { name: "c", generation: 2 }, spec: { chart: "demo", ...spec }, status } as HelmChart;
}

describe("summaryOf", () => {
  test.each([
    [{}, "pulled 'demo' chart with version '1.0.0'"],
    [{ isPackaged: true }, "packaged 'demo' chart with version '1.0.0'"],
    [
      { isPackaged: true, valuesFiles: ["a", "b"] },
      "packaged 'demo' chart with version '1.0.0' and merged values files [a b]",
    ],
  ])("of %j says %j", (change, want) => {
    expect(summaryOf({ ...built, ...change })).toBe(want);
  });
});

describe("withMetadata", () => {
  test.each([
    ["1.0.0", "", "1.0.0"],
    ["v1.0", "", "v1.0"],
    ["1.0.0", "3", "1.0.0+3"],
    ["1.0.0-rc.1+old", "abc.3", "1.0.0-rc.1+abc.3"],
    ["v1.2", "3", "1.2.0+3"],
  ])("of %j with %j is %j", (version, metadata, want) => {
    expect(withMetadata(version, metadata)).toBe(want);
  });

  test("stalls with what is no version", () => {
    expect(() => withMetadata("one", "3")).toThrow(
      "chart metadata patch error: failed to parse version from chart metadata as SemVer: ",
    );
  });
});

test("the generation counts where values files change the chart", () => {
  expect(valuesMetadata(aChart({ valuesFiles: ["a.yaml"] }))).toBe("2");
  expect(valuesMetadata(aChart({ valuesFiles: ["values.yaml"] }))).toBe("");
  expect(valuesMetadata(aChart({}))).toBe("");
});

describe("storedBuild", () => {
  const stored = { revision: "1.0.0", digest: "sha256:a", lastUpdateTime: "", path: "", url: "" };
  const status = { observedGeneration: 2, observedChartName: "demo" };
  const contextOf = (chart: HelmChart, artifact: typeof stored | undefined = stored) => ({
    chart,
    stored: artifact,
    workers: createWorkerPool(),
    limits: {},
    signal: new AbortController().signal,
  });

  test("is what has the name and version, made from the object as it is", () => {
    expect(storedBuild(contextOf(aChart({}, status)), built)).toMatchObject({ version: "1.0.0" });
    const files = { ...status, observedValuesFiles: ["a"] };
    expect(storedBuild(contextOf(aChart({ valuesFiles: ["a", "b"] }, files)), built)?.valuesFiles).toEqual([
      "a",
    ]);
  });

  test.each([
    ["another generation", { ...status, observedGeneration: 1 }, stored],
    ["another name", { ...status, observedChartName: "other" }, stored],
    ["another version", status, { ...stored, revision: "1.0.1" }],
  ])("is nothing with %s", (_name, before, artifact) => {
    expect(storedBuild(contextOf(aChart({}, before), artifact), built)).toBeUndefined();
  });
});
