import type { GitRepository } from "@weir/api";
import type { Condition } from "@weir/objects";
import type { Reported } from "@weir/sdk";
import { describe, expect, test } from "vitest";
import { SourceStepError } from "../source-error.ts";
import type { GitRepositoryFacts } from "./facts.ts";
import { reportGitRepository } from "./report.ts";

type Status = NonNullable<GitRepository["status"]>;
type Facts = Partial<GitRepositoryFacts>;

const NOW = Date.parse("2026-01-02T03:04:05Z");
const stored = {
  digest: "sha256:aa",
  lastUpdateTime: "2026-01-01T00:00:00Z",
  path: "gitrepository/default/app/1.tar.gz",
  revision: "main@sha1:1",
  size: 7,
  url: "http://127.0.0.1:1/gitrepository/default/app/1.tar.gz",
};
const renewed = { ...stored, digest: "sha256:bb", revision: "main@sha1:2" };
const outdated = { reason: "NewRevision", message: "new upstream revision 'main@sha1:2'" } as const;

function condition(type: string, status: "True" | "False" | "Unknown", reason: string): Condition {
  const lastTransitionTime = "2026-01-01T00:00:00Z";
  return { type, status, reason, message: "as before", observedGeneration: 1, lastTransitionTime };
}

const states = {
  none: undefined,
  ready: {
    observedGeneration: 1,
    artifact: stored,
    conditions: [
      condition("Ready", "True", "Succeeded"),
      condition("ArtifactInStorage", "True", "Succeeded"),
    ],
  },
  failed: {
    observedGeneration: -1,
    artifact: stored,
    conditions: [
      condition("Reconciling", "True", "ProgressingWithRetry"),
      condition("Ready", "False", "GitOperationFailed"),
      condition("FetchFailed", "True", "GitOperationFailed"),
    ],
  },
  stalled: {
    observedGeneration: 1,
    conditions: [
      condition("Stalled", "True", "InvalidProviderConfiguration"),
      condition("Ready", "False", "InvalidProviderConfiguration"),
      condition("FetchFailed", "True", "InvalidProviderConfiguration"),
    ],
  },
  verified: {
    observedGeneration: 1,
    conditions: [
      condition("Ready", "False", "InvalidCommitSignature"),
      condition("SourceVerified", "False", "InvalidCommitSignature"),
    ],
  },
} as const satisfies Record<string, Status | undefined>;

function report(
  previous: keyof typeof states,
  outcome: Reported,
  facts: Facts,
  annotations: Readonly<Record<string, string>> = {},
): Status {
  const object = {
    metadata: { name: "app", namespace: "default", generation: 2, annotations },
    spec: { url: "http://git/app.git", interval: "1m" },
  } as GitRepository;
  const summary = { patch: {}, verdict: undefined };
  const observation = { object, isDeleting: false, facts, summary };
  const status = reportGitRepository(states[previous] as Status | undefined, observation, outcome, {
    now: () => NOW,
  });
  return status ?? { observedGeneration: 0 };
}

/** `Type=Status Reason (generation): message`, which reads at a glance. */
function lines(status: Status): readonly string[] {
  return ((status.conditions ?? []) as readonly Condition[]).map(
    ({ type, status: value, reason, observedGeneration, message }) =>
      `${type}=${value} ${reason} (${observedGeneration}): ${message}`,
  );
}

const settled: Reported = { kind: "settled" };
const progressing: Reported = { kind: "progressing", reason: "Progressing", message: "ignored" };
const suspended: Reported = { kind: "suspended" };
const stalled: Reported = { kind: "stalled", reason: "InvalidProviderConfiguration", message: "no secret" };
const waiting: Reported = { kind: "waiting", reason: "Waiting", message: "not yet" };
const failed: Reported = {
  kind: "failed",
  error: new SourceStepError({ condition: "FetchFailed", reason: "GitOperationFailed" }, "cannot clone"),
};

const READY = "Ready=True Succeeded (2): stored artifact for revision 'main@sha1:1'";
const IN_STORAGE = "ArtifactInStorage=True Succeeded (2): stored artifact for revision 'main@sha1:1'";
const WAS_FETCH_FAILED = "FetchFailed=True GitOperationFailed (1): as before";

describe("reportGitRepository", () => {
  const cases: ReadonlyArray<{
    readonly name: string;
    readonly previous: keyof typeof states;
    readonly outcome: Reported;
    readonly facts?: Facts;
    readonly observedGeneration: number;
    readonly want: readonly string[];
  }> = [
    {
      name: "says that a first run goes on",
      previous: "none",
      outcome: progressing,
      facts: { progress: "building artifact", isChanging: true },
      observedGeneration: -1,
      want: [
        "Reconciling=True Progressing (2): building artifact",
        "Ready=Unknown Progressing (2): building artifact",
      ],
    },
    {
      name: "keeps Ready while a run has not found a change",
      previous: "ready",
      outcome: progressing,
      facts: { progress: "processing object: new generation 1 -> 2" },
      observedGeneration: 1,
      want: [
        "Reconciling=True Progressing (2): processing object: new generation 1 -> 2",
        "Ready=True Succeeded (1): as before",
        "ArtifactInStorage=True Succeeded (1): as before",
      ],
    },
    {
      name: "does not know Ready once a new revision is found, and says why the artifact is outdated",
      previous: "ready",
      outcome: progressing,
      facts: { progress: "building artifact: x", isChanging: true, outdated },
      observedGeneration: 1,
      want: [
        "Reconciling=True Progressing (2): building artifact: x",
        "Ready=Unknown Progressing (2): building artifact: x",
        "ArtifactOutdated=True NewRevision (2): new upstream revision 'main@sha1:2'",
        "ArtifactInStorage=True Succeeded (1): as before",
      ],
    },
    {
      name: "keeps what failed while it is tried again",
      previous: "failed",
      outcome: progressing,
      facts: { progress: "reconciliation in progress" },
      observedGeneration: -1,
      want: [
        "Reconciling=True Progressing (2): reconciliation in progress",
        "Ready=False GitOperationFailed (1): as before",
        WAS_FETCH_FAILED,
      ],
    },
    {
      name: "forgets that it stalled when it is tried again",
      previous: "stalled",
      outcome: progressing,
      facts: { progress: "reconciliation in progress" },
      observedGeneration: 1,
      want: [
        "Reconciling=True Progressing (2): reconciliation in progress",
        "Ready=False InvalidProviderConfiguration (1): as before",
        "FetchFailed=True InvalidProviderConfiguration (1): as before",
      ],
    },
    {
      name: "is Ready with the first artifact",
      previous: "none",
      outcome: settled,
      facts: { artifact: stored },
      observedGeneration: 2,
      want: [READY, IN_STORAGE],
    },
    {
      name: "confirms an unchanged artifact for the new generation",
      previous: "ready",
      outcome: settled,
      observedGeneration: 2,
      want: [READY, IN_STORAGE],
    },
    {
      name: "leaves nothing of a failure after a success",
      previous: "failed",
      outcome: settled,
      observedGeneration: 2,
      want: [READY, IN_STORAGE],
    },
    {
      name: "leaves nothing of a stall after a success",
      previous: "stalled",
      outcome: settled,
      facts: { artifact: stored },
      observedGeneration: 2,
      want: [READY, IN_STORAGE],
    },
    {
      name: "does not say any more what was verified once nothing is to be",
      previous: "verified",
      outcome: settled,
      facts: { artifact: stored },
      observedGeneration: 2,
      want: [READY, IN_STORAGE],
    },
    {
      name: "says what was verified, and in which mode",
      previous: "ready",
      outcome: settled,
      facts: { artifact: stored, verified: { mode: "TagAndHEAD", message: "verified" } },
      observedGeneration: 2,
      want: [READY, IN_STORAGE, "SourceVerified=True Succeeded (2): verified"],
    },
    {
      name: "names the step that failed, keeps the progress and does not move the observed generation",
      previous: "none",
      outcome: failed,
      facts: { progress: "building artifact", failure: "FetchFailed" },
      observedGeneration: -1,
      want: [
        "Reconciling=True ProgressingWithRetry (2): building artifact",
        "Ready=False GitOperationFailed (2): cannot clone",
        "FetchFailed=True GitOperationFailed (2): cannot clone",
      ],
    },
    {
      name: "keeps the artifact and what is known of it when a later run fails",
      previous: "ready",
      outcome: failed,
      facts: { failure: "FetchFailed" },
      observedGeneration: 1,
      want: [
        "Reconciling=True ProgressingWithRetry (2): reconciliation in progress",
        "Ready=False GitOperationFailed (2): cannot clone",
        "FetchFailed=True GitOperationFailed (2): cannot clone",
        "ArtifactInStorage=True Succeeded (1): as before",
      ],
    },
    {
      name: "says of a signature that is not good that it is not verified",
      previous: "none",
      outcome: failed,
      facts: { failure: "SourceVerified" },
      observedGeneration: -1,
      want: [
        "Reconciling=True ProgressingWithRetry (2): reconciliation in progress",
        "Ready=False GitOperationFailed (2): cannot clone",
        "SourceVerified=False GitOperationFailed (2): cannot clone",
      ],
    },
    {
      name: "drops the failed fetch when a later step fails",
      previous: "failed",
      outcome: failed,
      facts: { failure: "StorageOperationFailed", isFetched: true },
      observedGeneration: -1,
      want: [
        "Reconciling=True ProgressingWithRetry (2): reconciliation in progress",
        "Ready=False GitOperationFailed (2): cannot clone",
        "StorageOperationFailed=True GitOperationFailed (2): cannot clone",
      ],
    },
    {
      name: "waits as it fails",
      previous: "ready",
      outcome: waiting,
      facts: { progress: "building artifact" },
      observedGeneration: 1,
      want: [
        "Reconciling=True ProgressingWithRetry (2): building artifact",
        "Ready=False Waiting (2): not yet",
        "ArtifactInStorage=True Succeeded (1): as before",
      ],
    },
    {
      name: "stalls without Reconciling and observes the generation",
      previous: "failed",
      outcome: stalled,
      facts: { failure: "FetchFailed" },
      observedGeneration: 2,
      want: [
        "Stalled=True InvalidProviderConfiguration (2): no secret",
        "Ready=False InvalidProviderConfiguration (2): no secret",
        "FetchFailed=True InvalidProviderConfiguration (2): no secret",
      ],
    },
    {
      name: "keeps a suspended object as it is and observes its generation",
      previous: "ready",
      outcome: suspended,
      observedGeneration: 2,
      want: ["Ready=True Succeeded (2): as before", "ArtifactInStorage=True Succeeded (1): as before"],
    },
    {
      name: "says nothing of a suspended object that never ran",
      previous: "none",
      outcome: suspended,
      observedGeneration: 2,
      want: [],
    },
  ];

  test.each(cases)("$name", ({ previous, outcome, facts = {}, observedGeneration, want }) => {
    const status = report(previous, outcome, facts);
    expect({ observedGeneration: status.observedGeneration, conditions: lines(status) }).toEqual({
      observedGeneration,
      conditions: want,
    });
  });

  test("forgets an artifact that is gone from storage", () => {
    const status = report("ready", failed, { failure: "FetchFailed", isArtifactGone: true });
    expect(status.artifact).toBeUndefined();
    expect(lines(status)).toHaveLength(3);
  });

  test("writes what shaped an artifact with it, and only what is not the default", () => {
    const shape = { ignore: "/docs", include: [], recurseSubmodules: false, sparseCheckout: ["a"] };
    const facts = { artifact: renewed, shape, includedArtifacts: [] };
    const { conditions: _conditions, ...status } = report("ready", settled, facts);
    expect(status).toEqual({
      artifact: renewed,
      observedGeneration: 2,
      observedIgnore: "/docs",
      observedSparseCheckout: ["a"],
    });
  });

  test("keeps a reconcile request of a suspended object as handled", () => {
    const status = report("ready", suspended, {}, { "reconcile.fluxcd.io/requestedAt": "r1" });
    expect(status.lastHandledReconcileAt).toBe("r1");
  });
});
