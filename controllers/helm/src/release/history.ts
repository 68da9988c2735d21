import type { HelmReleaseSnapshot } from "@weir/api";
import type { Release } from "@weir/helm";
import { hasFailedTest, snapshotOf, type SnapshotOrigin, targets } from "./snapshot.ts";

/** The revisions that a HelmRelease remembers, the latest first. */
export type History = readonly HelmReleaseSnapshot[];

const KEPT = 5;

/** Puts the latest revision first. */
export function sortHistory(history: History): History {
  return [...history].sort((left, right) => right.version - left.version);
}

/** The latest revision; `undefined` where none is remembered. */
export function latestOf(history: History | undefined): HelmReleaseSnapshot | undefined {
  return history === undefined ? undefined : sortHistory(history)[0];
}

/** The last revision before the latest one that was good; one with a failed test is not, unless those are ignored. */
export function previousOf(history: History, ignoresTests: boolean): HelmReleaseSnapshot | undefined {
  return sortHistory(history)
    .slice(1)
    .find((snapshot) => wasGood(snapshot, ignoresTests));
}

/** The history down to the last good revision before the latest one, or five revisions where there is none. */
export function truncateHistory(history: History, ignoresTests: boolean): History {
  const sorted = sortHistory(history);
  const good = sorted.slice(1).findIndex((snapshot) => wasGood(snapshot, ignoresTests));
  return sorted.slice(0, good < 0 ? KEPT : good + 2);
}

/** The latest five revisions. */
export function latestFive(history: History): History {
  return sortHistory(history).slice(0, KEPT);
}

function wasGood(snapshot: HelmReleaseSnapshot, ignoresTests: boolean): boolean {
  const isGood = snapshot.status === "deployed" || snapshot.status === "superseded";
  return isGood && (ignoresTests || !hasFailedTest(snapshot));
}

/**
 * The history after an install or upgrade wrote these revisions, of each the last state. The newest is new; of the older
 * ones the first that is remembered is brought up to date, and then nobody knows any more what made it, as in Flux.
 */
export function withRelease(history: History, written: readonly Release[], origin: SnapshotOrigin): History {
  const [newest, ...older] = newestFirst(written);
  if (newest === undefined) return history;
  const longer = [snapshotOf(newest, origin), ...history];
  for (const release of older) {
    const index = longer.findIndex((snapshot) => targets(snapshot, release));
    if (index < 0) continue;
    const { ociDigest, testHooks } = longer[index] as HelmReleaseSnapshot;
    return longer.with(index, snapshotOf(release, { ociDigest, testHooks }));
  }
  return longer;
}

/** The history without what made the deployed revision, or the latest one where none is: nobody knows it any more. */
export function withoutAction(history: History): History {
  const sorted = sortHistory(history);
  const upgraded = sorted.find(({ status }) => status === "deployed") ?? sorted[0];
  return sorted.map((snapshot) => {
    if (snapshot !== upgraded) return snapshot;
    const { action: _, ...rest } = snapshot;
    return rest;
  });
}

/** The history after these writes: what is remembered is brought up to date, and where `adds`, the rest is new. */
export function withWrites(
  history: History,
  written: readonly Release[],
  { action, adds = false }: { readonly action?: string | undefined; readonly adds?: boolean },
): History {
  let current = history;
  for (const release of written) {
    const index = current.findIndex((snapshot) => targets(snapshot, release));
    if (index < 0) {
      if (adds) current = [snapshotOf(release, {}), ...current];
      continue;
    }
    const known = current[index] as HelmReleaseSnapshot;
    const { ociDigest, testHooks } = known;
    const snapshot = snapshotOf(release, { action: action ?? known.action, ociDigest, testHooks });
    current = current.with(index, snapshot);
  }
  return current;
}

/** Of each revision the last state that was written, the newest revision first. */
function newestFirst(written: readonly Release[]): readonly Release[] {
  const byVersion = new Map(written.map((release) => [release.version, release]));
  return [...byVersion.values()].sort((left, right) => right.version - left.version);
}
