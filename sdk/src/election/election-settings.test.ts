import { describe, expect, test } from "vitest";
import { electionSettings, type LeaderElectionOptions } from "./election-settings.ts";

const base: LeaderElectionOptions = { name: "weir", namespace: "flux-system", identity: "a" };

describe("leader election options", () => {
  test("have the durations of Flux", () => {
    expect(electionSettings(base)).toEqual({
      name: "weir",
      namespace: "flux-system",
      identity: "a",
      leaseDurationMs: 35_000,
      renewDeadlineMs: 30_000,
      retryPeriodMs: 5_000,
      releaseOnStop: true,
      labels: {},
    });
  });

  test("give each manager an identity of its own", () => {
    const { identity: _, ...anonymous } = base;
    expect(electionSettings(anonymous).identity).not.toBe(electionSettings(anonymous).identity);
  });

  const refused: ReadonlyArray<{
    readonly name: string;
    readonly options: Partial<LeaderElectionOptions>;
    readonly want: string;
  }> = [
    { name: "no name", options: { name: "" }, want: "the lease needs a name" },
    { name: "no namespace", options: { namespace: "" }, want: "the lease needs a namespace" },
    { name: "an empty identity", options: { identity: "" }, want: "the lock identity is empty" },
    {
      name: "a lease no longer than the deadline",
      options: { leaseDuration: "30s", renewDeadline: "30s" },
      want: "leaseDuration must be greater than renewDeadline",
    },
    {
      name: "a deadline that leaves no room for a second try",
      options: { renewDeadline: "6s", retryPeriod: "5s" },
      want: "renewDeadline must be greater than retryPeriod*1.2",
    },
    {
      name: "a lease of less than a second",
      options: { leaseDuration: 900, renewDeadline: 500, retryPeriod: 100 },
      want: "leaseDuration must be a second at least",
    },
    { name: "no deadline", options: { renewDeadline: 0 }, want: "renewDeadline must be greater than zero" },
    { name: "no period", options: { retryPeriod: 0 }, want: "retryPeriod must be greater than zero" },
  ];

  test.each(refused)("are refused with $name", ({ options, want }) => {
    expect(() => electionSettings({ ...base, ...options })).toThrow(
      expect.objectContaining({ name: "LeaderElectionConfigError", message: want }),
    );
  });
});
