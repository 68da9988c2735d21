import type { OCIRepository } from "@weir/api";
import type { Condition } from "@weir/objects";
import type { Reported } from "@weir/sdk";
import { describe, expect, test } from "vitest";
import { SourceStepError } from "../source-error.ts";
import type { OCIRepositoryFacts } from "./facts.ts";
import { reportOCIRepository } from "./report.ts";

type Status = NonNullable<OCIRepository["status"]>;

const clock = { now: () => Date.parse("2026-01-02T03:04:05Z") };
const artifact = { revision: "v1@sha256:a", digest: "sha256:b", url: "u", path: "p", lastUpdateTime: "t" };
const settled: Reported = { kind: "settled" };

function report(
  previous: Partial<Status>,
  facts: Partial<OCIRepositoryFacts>,
  outcome: Reported,
  spec: Partial<OCIRepository["spec"]> = {},
): Status {
  const object = { metadata: { generation: 3 }, spec: { url: "oci://r/a", ...spec } } as OCIRepository;
  const observation = { object, isDeleting: false, facts, summary: { patch: {}, verdict: undefined } };
  return reportOCIRepository(previous as Status, observation as never, outcome, clock) as Status;
}

function said(status: Status): readonly string[] {
  const conditions = (status.conditions ?? []) as readonly Condition[];
  return conditions.map(({ type, status: value, message }) => `${type}=${value}: ${message}`);
}

describe("reportOCIRepository", () => {
  test("names what is stored by its digest, where it is served, and what shaped it", () => {
    const shape = { ignore: "*.md", layerSelector: { operation: "copy" } } as const;
    const status = report({}, { artifact, shape, url: "latest" }, settled);
    expect(status).toMatchObject({
      artifact,
      url: "latest",
      observedIgnore: "*.md",
      observedLayerSelector: { operation: "copy" },
      observedGeneration: 3,
    });
    const stored = "stored artifact for digest 'v1@sha256:a'";
    expect(said(status)).toEqual([`Ready=True: ${stored}`, `ArtifactInStorage=True: ${stored}`]);
  });

  test("forgets what no longer shapes the artifact", () => {
    const before = { artifact, observedIgnore: "a", observedLayerSelector: { mediaType: "b" } };
    const shape = { ignore: undefined, layerSelector: undefined };
    const status = report(before, { artifact, shape }, settled);
    expect(Object.keys(status)).not.toContain("observedIgnore");
    expect(Object.keys(status)).not.toContain("observedLayerSelector");
  });

  test("keeps what shaped the artifact where nothing was pulled", () => {
    const before = { artifact, observedIgnore: "a", url: "latest" };
    expect(report(before, { isFetched: true }, settled)).toMatchObject(before);
  });

  test("keeps the artifact of a failure, says what is newer, and does not count the generation", () => {
    const failure = { condition: "SourceVerified", reason: "VerificationError" } as const;
    const error = new SourceStepError(failure, "not signed");
    const facts = {
      progress: "building artifact: new",
      isChanging: true,
      outdated: { reason: "NewRevision", message: "new" },
      failure: "SourceVerified",
    } as const;
    const status = report({ artifact, observedGeneration: 2 }, facts, { kind: "failed", error });
    expect(status).toMatchObject({ artifact, observedGeneration: 2 });
    expect([...said(status)].sort()).toEqual([
      "ArtifactOutdated=True: new",
      "Ready=False: not signed",
      "Reconciling=True: building artifact: new",
      "SourceVerified=False: not signed",
    ]);
  });

  test("forgets what was said of signatures once they are not asked for", () => {
    const verified = { verified: { message: "verified signature of revision x" } };
    const verify = { provider: "cosign" } as const;
    const before = report({ artifact }, { ...verified }, settled, { verify });
    expect(said(before)).toContain("SourceVerified=True: verified signature of revision x");
    expect(said(report(before, {}, settled)).join()).not.toContain("SourceVerified");
  });
});
