import { isPending, type Release, withStatus } from "../release/release.ts";
import type { ReleaseStore } from "../release/release-store.ts";

/**
 * Marks a revision that a dead operation left pending as failed, with Flux's description. Gives the newest revision as it
 * is then, and `undefined` where there is none; one that is not pending is left alone.
 */
export async function unlockRelease(store: ReleaseStore, name: string): Promise<Release | undefined> {
  const last = await store.last(name);
  if (last === undefined || !isPending(last.info.status)) return last;
  const unlocked = withStatus(last, "failed", `Release unlocked from stale '${last.info.status}' state`);
  await store.update(unlocked);
  return unlocked;
}
