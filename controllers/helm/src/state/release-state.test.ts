import type { HelmRelease } from "@weir/api";
import type { Release } from "@weir/helm";
import { describe, expect, test } from "vitest";
import { aHelmRelease, aRecord, aSnapshot, type GivenHelmRelease } from "../../test/a-release.ts";
import { commonMetadataDigest, postRenderersDigest } from "../report/summarize-release.ts";
import { valuesDigest } from "../values/values-digest.ts";
import { determineState, type ReleaseState } from "./release-state.ts";

const EMPTY = valuesDigest({});
const remembered = (...history: NonNullable<NonNullable<HelmRelease["status"]>["history"]>) => ({
  observedGeneration: 1,
  history,
});
const failedTest = { t: { phase: "Failed" } };
const commonMetadata = { labels: { a: "b" } };

describe("determineState", () => {
  const cases: readonly {
    readonly name: string;
    readonly records: readonly Release[];
    readonly release?: GivenHelmRelease;
    readonly chart?: { readonly name: string; readonly version: string };
    readonly configDigest?: string;
    readonly want: ReleaseState["kind"];
  }[] = [
    { name: "nothing stored", records: [], want: "absent" },
    { name: "a revision that nobody remembers", records: [aRecord(1)], want: "unmanaged" },
    { name: "an uninstalled revision", records: [aRecord(1, "uninstalled")], want: "absent" },
    {
      name: "an uninstalled revision that is remembered",
      records: [aRecord(1, "uninstalled")],
      release: { status: remembered(aSnapshot(1, "uninstalled")) },
      want: "absent",
    },
    { name: "a revision that is pending", records: [aRecord(1, "pending-install")], want: "locked" },
    {
      name: "a revision that is being uninstalled",
      records: [aRecord(1, "uninstalling")],
      want: "uninstalling",
    },
    {
      name: "the remembered revision",
      records: [aRecord(1)],
      release: { status: remembered(aSnapshot(1)) },
      want: "inSync",
    },
    {
      name: "a newer revision of somebody else",
      records: [aRecord(1, "superseded"), aRecord(2)],
      release: { status: remembered(aSnapshot(1)) },
      want: "unmanaged",
    },
    {
      name: "a revision whose snapshot has no digest to check",
      records: [aRecord(1)],
      release: { status: remembered({ ...aSnapshot(1), apiVersion: "v1", digest: "sha256:other" }) },
      want: "inSync",
    },
    {
      name: "a revision that failed",
      records: [aRecord(1, "failed")],
      release: { status: remembered(aSnapshot(1, "failed")) },
      want: "failed",
    },
    {
      name: "another version of the chart",
      records: [aRecord(1)],
      release: { status: remembered(aSnapshot(1)) },
      chart: { name: "demo", version: "2.0.0" },
      want: "outOfSync",
    },
    {
      name: "other values",
      records: [aRecord(1)],
      release: { status: remembered(aSnapshot(1)) },
      configDigest: valuesDigest({ a: 1 }),
      want: "outOfSync",
    },
    {
      name: "a new generation with other common metadata",
      records: [aRecord(1)],
      release: { generation: 2, spec: { commonMetadata }, status: remembered(aSnapshot(1)) },
      want: "outOfSync",
    },
    {
      name: "other common metadata that was observed",
      records: [aRecord(1)],
      release: { spec: { commonMetadata }, status: remembered(aSnapshot(1)) },
      want: "inSync",
    },
    {
      name: "a release that was not tested",
      records: [aRecord(1)],
      release: { spec: { test: { enable: true } }, status: remembered(aSnapshot(1)) },
      want: "untested",
    },
    {
      name: "a failed test",
      records: [aRecord(1)],
      release: {
        spec: { test: { enable: true } },
        status: {
          ...remembered(aSnapshot(1, "deployed", { testHooks: failedTest })),
          lastAttemptedReleaseAction: "install",
        },
      },
      want: "failed",
    },
    {
      name: "a failed test that is ignored",
      records: [aRecord(1)],
      release: {
        spec: { test: { enable: true, ignoreFailures: true } },
        status: {
          ...remembered(aSnapshot(1, "deployed", { testHooks: failedTest })),
          lastAttemptedReleaseAction: "install",
        },
      },
      want: "inSync",
    },
    {
      name: "a state that is none",
      records: [aRecord(1, "unknown")],
      release: { status: remembered(aSnapshot(1, "unknown")) },
      want: "unknown",
    },
  ];
  test.each(cases)("finds a release with $name $want", (given) => {
    const { records, release = {}, chart = { name: "demo", version: "1.0.0" }, configDigest = EMPTY } = given;
    const state = determineState({ release: aHelmRelease(release), records, chart, configDigest });
    expect(state.kind).toBe(given.want);
  });
});

describe("digests of the spec", () => {
  test("are Flux's", () => {
    expect(commonMetadataDigest({ labels: { team: "a" }, annotations: { note: "b" } })).toBe(
      "sha256:cfe1debe67617758a56225078e7a090c353e9522007601710235df9329b03d87",
    );
    const patches = [{ target: { kind: "ConfigMap" }, patch: "- op: remove\n  path: /nope\n" }];
    expect(postRenderersDigest([{ kustomize: { patches } }])).toBe(
      "sha256:d2908afdc41062e85bfc1cb0239585d353bb3b1e116639307fd3285c261a8688",
    );
  });
});
