import { InvariantError } from "@weir/core";
import type { Release } from "../release/release.ts";
import type { ReleaseStore } from "../release/release-store.ts";

/**
 * Marks a revision that a dead operation left pending as failed, with Flux's description. Gives the newest revision as it
 * is then, and `undefined` where there is none; one that is not pending is left alone.
 */
export function unlockRelease(_store: ReleaseStore, _name: string): Promise<Release | undefined> {
  throw new InvariantError("unlockRelease is not there yet");
}
