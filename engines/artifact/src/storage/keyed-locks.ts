/** Lets one holder at a time have a key, in the order of asking. */
export class KeyedLocks {
  readonly #tails = new Map<string, Promise<void>>();

  /** Resolves to the release of the key; releasing twice does nothing. */
  async acquire(key: string): Promise<() => void> {
    const before = this.#tails.get(key) ?? Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    const tail = before.then(() => promise);
    this.#tails.set(key, tail);
    await before;
    return () => {
      resolve();
      if (this.#tails.get(key) === tail) this.#tails.delete(key);
    };
  }
}
