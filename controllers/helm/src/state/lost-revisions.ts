import type { HelmReleaseSnapshot } from "@weir/api";
import type { Release } from "@weir/helm";
import { type History, latestOf } from "../release/history.ts";
import { snapshotOf, targets } from "../release/snapshot.ts";
import { doubtAbout } from "./release-state.ts";

/**
 * The history with the revisions that a process made and died before it could tell of them; `undefined` where there are none.
 *
 * They follow the latest revision that is remembered, which is stored as it was. Other than Flux, which throws the history
 * away then, what is done about a release that failed still knows what it may be rolled back to. A deployed revision that is
 * what is wanted counts as unknown all the same, as in Flux: helm may have made it from the same values in another way.
 */
export function withLostRevisions(
  history: History,
  records: readonly Release[],
  isWanted: (record: Release) => boolean,
): History | undefined {
  const latest = latestOf(history);
  const last = records.at(-1);
  if (latest === undefined || last === undefined || last.version <= latest.version) return undefined;
  const stored = records.find((record) => targets(latest, record));
  if (stored === undefined || !isSame(latest, stored)) return undefined;
  const { status } = last.info;
  const isSettled = status === "failed" || (status === "deployed" && !isWanted(last));
  if (!isSettled) return undefined;
  const lost = records.filter(({ version }) => version > latest.version);
  const known = history.map((snapshot) => upToDate(snapshot, records));
  return [...lost.map((record) => snapshotOf(record, {})).reverse(), ...known];
}

/** Whether a stored revision is the remembered one; a newer one may have taken its place since. */
function isSame(snapshot: HelmReleaseSnapshot, stored: Release): boolean {
  if (doubtAbout(snapshot, stored) === undefined) return true;
  const info = { ...stored.info, status: snapshot.status as Release["info"]["status"] };
  return stored.info.status === "superseded" && doubtAbout(snapshot, { ...stored, info }) === undefined;
}

/** A remembered revision as it is stored now, where nothing but its place was taken. */
function upToDate(snapshot: HelmReleaseSnapshot, records: readonly Release[]): HelmReleaseSnapshot {
  const stored = records.find((record) => targets(snapshot, record));
  if (stored === undefined || !isSame(snapshot, stored)) return snapshot;
  const { action, ociDigest, testHooks } = snapshot;
  return snapshotOf(stored, { action, ociDigest, testHooks });
}
