import type { Release } from "./release.ts";

/**
 * The revisions that go so that no more than `keep` remain: the oldest, never the newest one that is deployed. The history
 * is sorted, the oldest first.
 */
export function leastRecent(history: readonly Release[], keep: number): readonly Release[] {
  const deployed = history.findLast(({ info }) => info.status === "deployed");
  return history.filter((release) => release !== deployed).slice(0, Math.max(0, history.length - keep));
}
