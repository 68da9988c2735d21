import type { KubeObject } from "@weir/objects";
import { describe, expect, test } from "vitest";
import { objectStateOf } from "./object-state.ts";

interface Given {
  readonly ready?: readonly [status: string, reason: string, message: string, generation?: number];
  readonly observedGeneration?: number;
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly isReconciling?: boolean;
}

function aKustomization({
  ready,
  observedGeneration = 2,
  spec = {},
  isReconciling = false,
}: Given): KubeObject {
  const reconciling = { type: "Reconciling", status: "True", reason: "Progressing", message: "" };
  const conditions = [
    ...(isReconciling ? [reconciling] : []),
    ...(ready === undefined
      ? []
      : [
          {
            type: "Ready",
            status: ready[0],
            reason: ready[1],
            message: ready[2],
            observedGeneration: ready[3] ?? 2,
          },
        ]),
  ];
  return {
    apiVersion: "kustomize.toolkit.fluxcd.io/v1",
    kind: "Kustomization",
    metadata: { name: "apps", namespace: "flux-system", generation: 2 },
    spec,
    status: { conditions, observedGeneration },
  } as unknown as KubeObject;
}

describe("objectStateOf", () => {
  const cases: ReadonlyArray<readonly [name: string, given: Given, phase: string]> = [
    ["works on an object that nobody has looked at", { observedGeneration: -1 }, "working"],
    ["works while Ready is unknown", { ready: ["Unknown", "Progressing", "building"] }, "working"],
    [
      "is ready where the generation was observed",
      { ready: ["True", "ReconciliationSucceeded", "Applied"] },
      "ready",
    ],
    [
      "works on a newer generation",
      { ready: ["True", "ReconciliationSucceeded", "Applied"], observedGeneration: 1 },
      "working",
    ],
    [
      "works while Reconciling is there",
      { ready: ["True", "Succeeded", "x"], isReconciling: true },
      "working",
    ],
    ["failed where a build did", { ready: ["False", "BuildFailed", "kustomize build failed"] }, "failed"],
    [
      "works where the failure is of an older generation",
      { ready: ["False", "BuildFailed", "x", 1] },
      "working",
    ],
    [
      "waits for a dependency",
      { ready: ["False", "DependencyNotReady", "dependency 'a' is not ready"] },
      "waiting",
    ],
    [
      "waits for its source",
      { ready: ["False", "ArtifactFailed", "Source artifact not found, retrying in 30s"] },
      "waiting",
    ],
    [
      "failed where its path is missing",
      {
        ready: [
          "False",
          "ArtifactFailed",
          "kustomization path not found: stat nope: no such file or directory",
        ],
      },
      "failed",
    ],
    [
      "waits for its chart",
      { ready: ["False", "SourceNotReady", "HelmChart 'a/b' is not ready: no"] },
      "waiting",
    ],
    ["is suspended", { ready: ["True", "Succeeded", "x"], spec: { suspend: true } }, "suspended"],
  ];
  test.each(cases)("%s", (_name, given, phase) => {
    expect(objectStateOf(aKustomization(given)).phase).toBe(phase);
  });

  test("names what a release needs, its own chart among it, and takes a repository in a registry as ready", () => {
    const release = {
      ...aKustomization({
        spec: {
          chart: { spec: { sourceRef: { kind: "HelmRepository", name: "main" } } },
          dependsOn: [{ name: "base" }],
        },
      }),
      kind: "HelmRelease",
      status: { helmChart: "charts/apps-apps" },
    };
    expect(objectStateOf(release).needs).toEqual([
      "HelmRepository/flux-system/main",
      "HelmChart/charts/apps-apps",
      "HelmRelease/flux-system/base",
    ]);
    const repository = { ...aKustomization({ spec: { type: "oci" } }), kind: "HelmRepository", status: {} };
    expect(objectStateOf(repository).phase).toBe("ready");
  });

  test("names the source and the dependencies as needs, in their namespaces", () => {
    const spec = {
      sourceRef: { kind: "GitRepository", name: "fleet", namespace: "sources" },
      dependsOn: [{ name: "base" }, { name: "crds", namespace: "infra" }],
    };
    expect(objectStateOf(aKustomization({ spec })).needs).toEqual([
      "GitRepository/sources/fleet",
      "Kustomization/flux-system/base",
      "Kustomization/infra/crds",
    ]);
  });
});
