import type { Kustomization } from "@weir/api";
import type { Condition } from "@weir/objects";
import type { Reported } from "@weir/sdk";
import { describe, expect, test } from "vitest";
import { aKustomization } from "../../test/a-kustomization.ts";
import { KustomizationFailedError } from "./kustomization-error.ts";
import type { KustomizationFacts } from "./kustomization-facts.ts";
import { reportKustomization } from "./report-kustomization.ts";

type Status = NonNullable<Kustomization["status"]>;

const clock = { now: () => Date.UTC(2030, 0, 1) };
const stage = "Detecting drift for revision main@sha1:2 with a timeout of 9m30s";
const attempt = { digest: "sha256:a", durationMs: 5, revision: "main@sha1:2" };
const inventory = [{ id: "apps_a__ConfigMap", v: "v1" }];

const condition = (
  type: string,
  status: Condition["status"],
  reason: string,
  message: string,
): Condition => ({
  type,
  status,
  reason,
  message,
  observedGeneration: 1,
  lastTransitionTime: "2029-01-01T00:00:00Z",
});

/** The states that a run may find. */
const previous: Readonly<Record<"new" | "ready" | "failed" | "stalled", Status>> = {
  new: { observedGeneration: -1 },
  ready: {
    observedGeneration: 1,
    lastAppliedRevision: "main@sha1:1",
    lastAttemptedRevision: "main@sha1:1",
    conditions: [condition("Ready", "True", "ReconciliationSucceeded", "Applied revision: main@sha1:1")],
  },
  failed: {
    observedGeneration: 1,
    lastAttemptedRevision: "main@sha1:1",
    conditions: [
      condition("Reconciling", "True", "ProgressingWithRetry", "Building manifests"),
      condition("Ready", "False", "BuildFailed", "no"),
    ],
  },
  stalled: {
    observedGeneration: 1,
    conditions: [
      condition("Stalled", "True", "AccessDenied", "no"),
      condition("Ready", "False", "AccessDenied", "no"),
    ],
  },
};

const waiting: Reported = {
  kind: "waiting",
  reason: "DependencyNotReady",
  message: "dependency 'a' is not ready",
};
const failed: Reported = { kind: "failed", error: new KustomizationFailedError("BuildFailed", "broken\n") };
const stalled: Reported = { kind: "stalled", reason: "InvalidCELExpression", message: "no expression" };
const refused: Reported = { kind: "stalled", reason: "AccessDenied", message: "denied" };
const progressing: Reported = { kind: "progressing", reason: "Progressing", message: stage };

function report(
  before: Status,
  outcome: Reported,
  facts: Partial<KustomizationFacts> = {},
): Status | undefined {
  const object = aKustomization({ generation: 2, status: before });
  const observation = { object, isDeleting: false, facts, summary: { patch: {}, verdict: undefined } };
  return reportKustomization(before, observation, outcome, clock);
}

const summaryOf = (status: Status | undefined): readonly string[] | undefined =>
  status?.conditions?.map(({ type, status: value, reason }) => `${type}=${value}/${reason}`);

describe("reportKustomization", () => {
  const cases: readonly {
    readonly outcome: string;
    readonly reported: Reported;
    readonly facts?: Partial<KustomizationFacts>;
    readonly want: Readonly<Record<keyof typeof previous, readonly string[] | undefined>>;
    readonly observed: Readonly<Record<keyof typeof previous, number>>;
  }[] = [
    {
      outcome: "progress before the source is ready",
      reported: progressing,
      want: { new: undefined, ready: undefined, failed: undefined, stalled: undefined },
      observed: { new: -1, ready: 1, failed: 1, stalled: 1 },
    },
    {
      outcome: "progress of the work",
      reported: progressing,
      facts: { stage, attemptedRevision: "main@sha1:2" },
      want: all("Reconciling=True/Progressing", "Ready=Unknown/Progressing"),
      observed: { new: -1, ready: 1, failed: 1, stalled: 1 },
    },
    {
      outcome: "success",
      reported: { kind: "settled" },
      facts: { stage, attemptedRevision: "main@sha1:2", attempt, inventory, health: { kind: "unchecked" } },
      want: all("Ready=True/ReconciliationSucceeded"),
      observed: { new: 2, ready: 2, failed: 2, stalled: 2 },
    },
    {
      outcome: "a failure of the work",
      reported: failed,
      facts: { stage, attemptedRevision: "main@sha1:2" },
      want: all("Reconciling=True/ProgressingWithRetry", "Ready=False/BuildFailed"),
      observed: { new: -1, ready: 1, failed: 1, stalled: 1 },
    },
    {
      outcome: "a wait for a dependency",
      reported: waiting,
      want: {
        new: ["Ready=False/DependencyNotReady"],
        ready: ["Ready=False/DependencyNotReady"],
        failed: ["Reconciling=True/ProgressingWithRetry", "Ready=False/DependencyNotReady"],
        stalled: ["Ready=False/DependencyNotReady"],
      },
      observed: { new: -1, ready: 1, failed: 1, stalled: 1 },
    },
    {
      outcome: "a stall",
      reported: stalled,
      want: all("Stalled=True/InvalidCELExpression", "Ready=False/InvalidCELExpression"),
      observed: { new: 2, ready: 2, failed: 2, stalled: 2 },
    },
    {
      outcome: "a stall for a source that may not be referred to",
      reported: refused,
      want: all("Stalled=True/AccessDenied", "Ready=False/AccessDenied"),
      observed: { new: -1, ready: 1, failed: 1, stalled: 1 },
    },
    {
      outcome: "a suspension",
      reported: { kind: "suspended" },
      want: {
        new: undefined,
        ready: ["Ready=True/ReconciliationSucceeded"],
        failed: ["Reconciling=True/ProgressingWithRetry", "Ready=False/BuildFailed"],
        stalled: ["Stalled=True/AccessDenied", "Ready=False/AccessDenied"],
      },
      observed: { new: -1, ready: 2, failed: 1, stalled: 1 },
    },
  ];

  describe.each(cases)("of $outcome", ({ reported, facts, want, observed }) => {
    test.each(Object.keys(previous) as (keyof typeof previous)[])("on an object that is %s", (before) => {
      const status = report(previous[before], reported, facts);
      expect(summaryOf(status)).toEqual(want[before]);
      expect((status ?? previous[before]).observedGeneration).toBe(observed[before]);
    });
  });

  test("keeps the line break at the end of a message, as Flux writes it", () => {
    expect(report(previous.new, failed)?.conditions?.[0]?.message).toBe("broken\n");
  });

  test("records what was applied", () => {
    const facts = { stage, attemptedRevision: "main@sha1:2", attempt, inventory };
    expect(report(previous.ready, { kind: "settled" }, facts)).toMatchObject({
      lastAppliedRevision: "main@sha1:2",
      lastAttemptedRevision: "main@sha1:2",
      inventory: { entries: inventory },
      history: [{ digest: "sha256:a", lastReconciledStatus: "ReconciliationSucceeded" }],
    });
  });

  test("keeps the applied revision when an attempt fails, and counts the attempt", () => {
    const facts = { stage, attemptedRevision: "main@sha1:2", attempt };
    expect(report(previous.ready, failed, facts)).toMatchObject({
      lastAppliedRevision: "main@sha1:1",
      lastAttemptedRevision: "main@sha1:2",
      history: [{ lastReconciledStatus: "BuildFailed" }],
    });
  });

  test.each([
    { health: { kind: "checking", message: "m" } as const, want: "Healthy=Unknown/Progressing" },
    { health: { kind: "passed", message: "m" } as const, want: "Healthy=True/Succeeded" },
    { health: { kind: "failed", message: "m" } as const, want: "Healthy=False/HealthCheckFailed" },
  ])("says $want of health that is $health.kind", ({ health, want }) => {
    expect(summaryOf(report(previous.new, progressing, { stage, health }))).toContain(want);
  });

  test("echoes the request once the run has ended, not before", () => {
    const object = aKustomization({ annotations: { "reconcile.fluxcd.io/requestedAt": "r1" } });
    const observation = {
      object,
      isDeleting: false,
      facts: { stage },
      summary: { patch: {}, verdict: undefined },
    };
    const handledAt = (outcome: Reported): string | undefined =>
      reportKustomization(undefined, observation, outcome, clock)?.lastHandledReconcileAt;
    expect(handledAt(progressing)).toBeUndefined();
    expect(handledAt(waiting)).toBe("r1");
    expect(handledAt({ kind: "suspended" })).toBe("r1");
  });
});

function all(...conditions: readonly string[]): Readonly<Record<keyof typeof previous, readonly string[]>> {
  return { new: conditions, ready: conditions, failed: conditions, stalled: conditions };
}
