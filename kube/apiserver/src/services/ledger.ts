/** Which Service holds what, and how often: one that is stored and being changed holds a thing twice. */
export class Ledger<Value> {
  readonly #holders = new Map<Value, Map<string, number>>();

  take(service: string, value: Value): void {
    const holders = this.#holders.get(value) ?? new Map<string, number>();
    holders.set(service, (holders.get(service) ?? 0) + 1);
    this.#holders.set(value, holders);
  }

  drop(service: string, value: Value): void {
    const holders = this.#holders.get(value);
    const count = holders?.get(service) ?? 0;
    if (holders === undefined || count === 0) return;
    if (count > 1) holders.set(service, count - 1);
    else holders.delete(service);
    if (holders.size === 0) this.#holders.delete(value);
  }

  isTaken(value: Value): boolean {
    return this.#holders.has(value);
  }

  /** Whether another Service holds it. */
  isTakenFrom(service: string, value: Value): boolean {
    const holders = this.#holders.get(value);
    return holders !== undefined && (holders.size > 1 || !holders.has(service));
  }
}
