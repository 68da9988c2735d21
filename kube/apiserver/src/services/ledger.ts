/** What is taken, and how often: a Service that is stored and being changed holds a thing twice. */
export class Ledger<Value> {
  readonly #counts = new Map<Value, number>();

  take(value: Value): void {
    this.#counts.set(value, (this.#counts.get(value) ?? 0) + 1);
  }

  drop(value: Value): void {
    const count = this.#counts.get(value) ?? 0;
    if (count > 1) this.#counts.set(value, count - 1);
    else this.#counts.delete(value);
  }

  isTaken(value: Value): boolean {
    return this.#counts.has(value);
  }
}
