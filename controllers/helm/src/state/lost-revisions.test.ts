import type { HelmReleaseSnapshot } from "@weir/api";
import type { Release } from "@weir/helm";
import { expect, test } from "vitest";
import { aRecord, aSnapshot } from "../../test/a-release.ts";
import { withLostRevisions } from "./lost-revisions.ts";

const cases: readonly {
  readonly name: string;
  readonly history: readonly HelmReleaseSnapshot[];
  readonly records: readonly Release[];
  readonly isWanted?: boolean;
  readonly want: readonly HelmReleaseSnapshot[] | undefined;
}[] = [
  { name: "nothing is remembered", history: [], records: [aRecord(1, "failed")], want: undefined },
  { name: "all is remembered", history: [aSnapshot(1)], records: [aRecord(1)], want: undefined },
  {
    name: "a failed revision follows",
    history: [aSnapshot(1)],
    records: [aRecord(1), aRecord(2, "failed")],
    want: [aSnapshot(2, "failed"), aSnapshot(1)],
  },
  {
    name: "a deployed revision follows that is not wanted",
    history: [aSnapshot(2, "failed"), aSnapshot(1)],
    records: [aRecord(1, "superseded"), aRecord(2, "failed"), aRecord(3)],
    want: [aSnapshot(3), aSnapshot(2, "failed"), aSnapshot(1, "superseded")],
  },
  {
    name: "the deployed revision took the place of the remembered one",
    history: [aSnapshot(1)],
    records: [aRecord(1, "superseded"), aRecord(2)],
    want: [aSnapshot(2), aSnapshot(1, "superseded")],
  },
  {
    name: "a deployed revision follows that is wanted",
    history: [aSnapshot(1)],
    records: [aRecord(1, "superseded"), aRecord(2)],
    isWanted: true,
    want: undefined,
  },
  {
    name: "the remembered revision is another one now",
    history: [aSnapshot(1)],
    records: [aRecord(1, "deployed", { manifest: "other" }), aRecord(2, "failed")],
    want: undefined,
  },
  {
    name: "a revision follows that is pending",
    history: [aSnapshot(1)],
    records: [aRecord(1), aRecord(2, "pending-upgrade")],
    want: undefined,
  },
];

test.each(cases)("revisions are found again where $name", ({ history, records, isWanted = false, want }) => {
  expect(withLostRevisions(history, records, () => isWanted)).toEqual(want);
});
