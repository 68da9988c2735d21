import type { HelmRelease } from "@weir/api";
import { describe, expect, test } from "vitest";
import { aHelmRelease, aRecord, aSnapshot, type GivenHelmRelease } from "../../test/a-release.ts";
import { decideAction, isForceRequested, isResetRequested, type NextAct } from "./decide-action.ts";
import type { ReleaseState } from "./release-state.ts";

type Status = NonNullable<HelmRelease["status"]>;

const AT = "reconcile.fluxcd.io";
const forced = { [`${AT}/requestedAt`]: "1", [`${AT}/forceAt`]: "1" };
const history = [aSnapshot(2, "failed"), aSnapshot(1, "superseded")];
const records = [aRecord(1, "superseded"), aRecord(2, "failed")];
const failing = (status: Partial<Status>): Status => ({ history, ...status });

describe("decideAction", () => {
  const cases: readonly {
    readonly name: string;
    readonly state: ReleaseState["kind"];
    readonly release?: GivenHelmRelease;
    readonly retriesByDefault?: boolean;
    readonly want: NextAct["kind"];
  }[] = [
    { name: "installs what is absent", state: "absent", want: "install" },
    {
      name: "gives an absent release up whose retries are used up",
      state: "absent",
      release: { status: { installFailures: 1 } },
      want: "exhausted",
    },
    {
      name: "installs it all the same where that is forced",
      state: "absent",
      release: { status: { installFailures: 1 }, annotations: forced },
      want: "install",
    },
    {
      name: "installs without end where retries are",
      state: "absent",
      release: { spec: { install: { remediation: { retries: -1 } } }, status: { installFailures: 9 } },
      want: "install",
    },
    { name: "upgrades what others made", state: "unmanaged", want: "upgrade" },
    { name: "upgrades what is out of sync", state: "outOfSync", want: "upgrade" },
    {
      name: "gives a release out of sync up whose retries are used up",
      state: "outOfSync",
      release: { status: { upgradeFailures: 1 } },
      want: "exhausted",
    },
    { name: "unlocks what is locked", state: "locked", want: "unlock" },
    { name: "ends an uninstallation", state: "uninstalling", want: "finishUninstall" },
    { name: "tests what is untested", state: "untested", want: "test" },
    { name: "leaves alone what is in sync", state: "inSync", want: "none" },
    {
      name: "upgrades what is in sync where that is forced",
      state: "inSync",
      release: { annotations: forced },
      want: "upgrade",
    },
    {
      name: "does not force twice",
      state: "inSync",
      release: { annotations: forced, status: { lastHandledForceAt: "1" } },
      want: "none",
    },
    { name: "tries a failed release again that it did not make", state: "failed", want: "upgrade" },
    {
      name: "tries a failed release again whose failures do not count any more",
      state: "failed",
      release: { status: failing({ lastAttemptedReleaseAction: "upgrade" }) },
      want: "upgrade",
    },
    {
      name: "gives a failed upgrade up without retries",
      state: "failed",
      release: { status: failing({ lastAttemptedReleaseAction: "upgrade", upgradeFailures: 1 }) },
      want: "exhausted",
    },
    {
      name: "rolls a failed upgrade back",
      state: "failed",
      release: {
        spec: { upgrade: { remediation: { retries: 1 } } },
        status: failing({ lastAttemptedReleaseAction: "upgrade", upgradeFailures: 1 }),
      },
      want: "rollback",
    },
    {
      name: "rolls the last failed upgrade back, too",
      state: "failed",
      release: {
        spec: { upgrade: { remediation: { retries: 1 } } },
        status: failing({ lastAttemptedReleaseAction: "upgrade", upgradeFailures: 2 }),
      },
      want: "rollback",
    },
    {
      name: "keeps the last failed upgrade where that is wanted",
      state: "failed",
      release: {
        spec: { upgrade: { remediation: { retries: 1, remediateLastFailure: false } } },
        status: failing({ lastAttemptedReleaseAction: "upgrade", upgradeFailures: 2 }),
      },
      want: "exhausted",
    },
    {
      name: "has nothing to roll back to without a good revision",
      state: "failed",
      release: {
        spec: { upgrade: { remediation: { retries: 1 } } },
        status: {
          history: [aSnapshot(2, "failed")],
          lastAttemptedReleaseAction: "upgrade",
          upgradeFailures: 1,
        },
      },
      want: "unrecoverable",
    },
    {
      name: "upgrades where the good revision is not stored as it is remembered",
      state: "failed",
      release: {
        spec: { upgrade: { remediation: { retries: 1 } } },
        status: failing({
          history: [aSnapshot(2, "failed"), { ...aSnapshot(1, "superseded"), digest: "sha256:other" }],
          lastAttemptedReleaseAction: "upgrade",
          upgradeFailures: 1,
        }),
      },
      want: "upgrade",
    },
    {
      name: "uninstalls a failed upgrade where that is the strategy",
      state: "failed",
      release: {
        spec: { upgrade: { remediation: { retries: 1, strategy: "uninstall" } } },
        status: failing({ lastAttemptedReleaseAction: "upgrade", upgradeFailures: 1 }),
      },
      want: "undo",
    },
    {
      name: "uninstalls a failed install",
      state: "failed",
      release: {
        spec: { install: { remediation: { retries: 1 } } },
        status: failing({ lastAttemptedReleaseAction: "install", installFailures: 1 }),
      },
      want: "undo",
    },
    {
      name: "retries a failed release without undoing it where that is the strategy",
      state: "failed",
      release: {
        spec: { upgrade: { strategy: { name: "RetryOnFailure" } } },
        status: failing({ lastAttemptedReleaseAction: "upgrade", upgradeFailures: 9 }),
      },
      want: "upgrade",
    },
    {
      name: "retries where nothing is said and that is the default",
      state: "failed",
      release: { status: failing({ lastAttemptedReleaseAction: "upgrade", upgradeFailures: 9 }) },
      retriesByDefault: true,
      want: "upgrade",
    },
    { name: "does nothing about what it does not know", state: "unknown", want: "unknown" },
  ];
  test.each(cases)("$name", ({ state, release = {}, retriesByDefault = false, want }) => {
    const given = aHelmRelease(release);
    const plan = decideAction({ kind: state, why: "" }, { release: given, records, retriesByDefault });
    expect(plan.next.kind).toBe(want);
  });

  test("forgets the history of what others made", () => {
    const release = aHelmRelease({ status: { history } });
    const { notes } = decideAction(
      { kind: "unmanaged", why: "" },
      { release, records, retriesByDefault: false },
    );
    expect(notes).toEqual([{ kind: "remembering", history: [] }]);
  });

  test("keeps of the history of a good release what can be rolled back to", () => {
    const long = [
      aSnapshot(4),
      aSnapshot(3, "failed"),
      aSnapshot(2, "superseded"),
      aSnapshot(1, "superseded"),
    ];
    const release = aHelmRelease({ status: { history: long } });
    const { notes } = decideAction(
      { kind: "inSync", why: "" },
      { release, records, retriesByDefault: false },
    );
    expect(notes[0]).toEqual({ kind: "remembering", history: long.slice(0, 3) });
  });
});

describe("requests by annotation", () => {
  const cases: readonly {
    readonly name: string;
    readonly annotations: Readonly<Record<string, string>>;
    readonly status?: Status;
    readonly want: boolean;
  }[] = [
    { name: "count with the value of the reconcile request", annotations: forced, want: true },
    {
      name: "do not count with another value",
      annotations: { [`${AT}/requestedAt`]: "2", [`${AT}/forceAt`]: "1" },
      want: false,
    },
    { name: "do not count alone", annotations: { [`${AT}/forceAt`]: "1" }, want: false },
    {
      name: "do not count twice",
      annotations: forced,
      status: { lastHandledReconcileAt: "1", lastHandledForceAt: "1" },
      want: false,
    },
  ];
  test.each(cases)("$name", ({ annotations, status, want }) => {
    const release = aHelmRelease({ annotations, ...(status === undefined ? {} : { status }) });
    expect(isForceRequested(release)).toBe(want);
    expect(isResetRequested(release)).toBe(false);
  });
});
