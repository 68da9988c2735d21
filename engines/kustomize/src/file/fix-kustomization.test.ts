import { describe, expect, test } from "vitest";
import { deprecationWarnings, fixKustomization } from "./fix-kustomization.ts";

const kind = { apiVersion: "kustomize.config.k8s.io/v1beta1", kind: "Kustomization" };

describe("fixKustomization", () => {
  test.each([
    {
      name: "adds what every kustomization has",
      read: { namePrefix: "a" },
      want: { ...kind, namePrefix: "a" },
    },
    {
      name: "knows the version of components",
      read: { kind: "Component" },
      want: { kind: "Component", apiVersion: "kustomize.config.k8s.io/v1alpha1" },
    },
    {
      name: "puts bases behind resources",
      read: { resources: ["a"], bases: ["b"] },
      want: { ...kind, resources: ["a", "b"] },
    },
    {
      name: "puts imageTags behind images",
      read: { images: [{ name: "a" }], imageTags: [{ name: "b" }] },
      want: { ...kind, images: [{ name: "a" }, { name: "b" }] },
    },
    {
      name: "puts env behind envs",
      read: { configMapGenerator: [{ name: "m", env: "b", envs: ["a"] }], secretGenerator: [{ env: "c" }] },
      want: {
        ...kind,
        configMapGenerator: [{ name: "m", envs: ["a", "b"] }],
        secretGenerator: [{ envs: ["c"] }],
      },
    },
    {
      name: "makes charts of the old generator, the last of which says where they are",
      read: {
        helmChartInflationGenerator: [
          { chartName: "a", chartHome: "first", helmBin: "gone" },
          { chartName: "b", chartHome: "last", helmHome: "config", values: "v.yaml" },
        ],
      },
      want: {
        ...kind,
        helmCharts: [{ name: "a" }, { name: "b", valuesFile: "v.yaml" }],
        helmGlobals: { chartHome: "last", configHome: "config" },
      },
    },
    {
      name: "keeps the globals that are there",
      read: { helmGlobals: {}, helmChartInflationGenerator: [{ chartName: "a", chartHome: "h" }] },
      want: { ...kind, helmGlobals: {}, helmCharts: [{ name: "a" }] },
    },
  ])("$name", ({ read, want }) => {
    expect(fixKustomization(read)).toEqual(want);
  });
});

describe("deprecationWarnings", () => {
  test("come in kustomize's order, for empty lists as well", () => {
    const read = { vars: [], bases: [], patchesStrategicMerge: [], commonLabels: {}, resources: [] };
    expect(deprecationWarnings(read).map((line) => line.split("'")[1])).toEqual([
      "bases",
      "commonLabels",
      "patchesStrategicMerge",
      "vars",
    ]);
  });
});
