/**
 * How many bytes may be in flight: bodies that are read, answers that are made or wait for their clients. One budget is
 * shared by an API server and its listeners, so that requests are refused before memory is at risk.
 */
export interface ByteBudget {
  readonly limit: number;
  readonly used: number;
  /** Whether anything more may be taken. */
  readonly hasRoom: boolean;
  /** Takes so many bytes, or none and says so. */
  take(bytes: number): boolean;
  /** Takes bytes that are there already, whatever the limit is. */
  hold(bytes: number): void;
  /** Gives back what was taken. */
  release(bytes: number): void;
}

/** 128 MiB: some forty of the largest bodies that are taken, or a hundred lists of ten thousand objects. */
export const DEFAULT_BYTES_IN_FLIGHT: number = 128 * 1024 * 1024;

/** Makes a budget; of 128 MiB, unless said otherwise. */
export function createByteBudget(limit: number = DEFAULT_BYTES_IN_FLIGHT): ByteBudget {
  return new Budget(limit);
}

class Budget implements ByteBudget {
  readonly limit: number;
  #used = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  get used(): number {
    return this.#used;
  }

  get hasRoom(): boolean {
    return this.#used < this.limit;
  }

  take(bytes: number): boolean {
    if (this.#used + bytes > this.limit) return false;
    this.#used += bytes;
    return true;
  }

  hold(bytes: number): void {
    this.#used += bytes;
  }

  release(bytes: number): void {
    this.#used -= bytes;
  }
}
