import type { Kustomization } from "@weir/api";
import type { JsonValue } from "@weir/core";
import { isConditionTrue } from "@weir/objects";

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

/** What of a Kustomization decides whether others that depend on it can go on. */
export function readinessOf({ metadata, status }: Kustomization): JsonValue {
  return [
    metadata.generation === status?.observedGeneration,
    isConditionTrue(status?.conditions, "Ready"),
    status?.lastAppliedRevision ?? null,
  ];
}
