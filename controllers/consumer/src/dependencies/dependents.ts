/**
 * The objects that wait for a dependency, by `namespace/name`.
 *
 * Whether a dependency is ready is decided from the cache, and the wait noted in the same turn of the event loop, so that
 * no change of the dependency can fall between the two unseen.
 */
export class Dependents {
  readonly #waiting = new Set<string>();

  /** Notes whether an object waits for a dependency now. */
  set(dependent: string, isWaiting: boolean): void {
    if (isWaiting) this.#waiting.add(dependent);
    else this.#waiting.delete(dependent);
  }

  isWaiting(dependent: string): boolean {
    return this.#waiting.has(dependent);
  }
}
