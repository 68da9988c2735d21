import type { Kustomization } from "@weir/api";
import type { JsonValue } from "@weir/core";
import { isReady } from "./check-dependencies.ts";

/**
 * The Kustomizations that wait for a dependency, by `namespace/name`.
 *
 * Whether a dependency is ready is decided from the cache, and the wait noted in the same turn of the event loop, so that
 * no change of the dependency can fall between the two unseen.
 */
export class Dependents {
  readonly #waiting = new Set<string>();

  /** Notes whether a Kustomization waits for a dependency now. */
  set(dependent: string, isWaiting: boolean): void {
    if (isWaiting) this.#waiting.add(dependent);
    else this.#waiting.delete(dependent);
  }

  isWaiting(dependent: string): boolean {
    return this.#waiting.has(dependent);
  }
}

/**
 * What of a Kustomization can let those that wait for it go on: the revision that it has in effect.
 *
 * That it comes into being, or fails in another way, changes nothing for them but the words of their message; those are
 * brought up to date when they look again by themselves.
 */
export function readyRevisionOf(kustomization: Kustomization): JsonValue | undefined {
  return isReady(kustomization) ? (kustomization.status?.lastAppliedRevision ?? "") : undefined;
}
