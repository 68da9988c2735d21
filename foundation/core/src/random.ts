/** A source of randomness; taken as a dependency so that names, jitter and tests can be repeated. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
}

/** The runtime's own generator. */
export const systemRandom: Random = { next: () => Math.random() };

/** A repeatable generator (mulberry32) for tests and fuzzing. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return {
    next: () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let t = state;
      t = Math.imul(t ^ (t >>> 15), t | 1);
      t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    },
  };
}
