import type { ObjectState } from "./object-state.ts";

/** The object that everything else waits for, and why it is not ready. */
export interface BrokenLink {
  readonly object: ObjectState;
  /** How many objects wait for it, directly or not. */
  readonly waiting: number;
}

/**
 * The first broken link: of the objects that failed, or that are needed and missing, the one that most others wait for; the
 * earlier name wins a tie. `undefined` where nothing is broken.
 */
export function firstBrokenLink(states: ReadonlyMap<string, ObjectState>): BrokenLink | undefined {
  let best: BrokenLink | undefined;
  for (const object of brokenObjects(states)) {
    const waiting = [...states.values()].filter(
      (state) => state.id !== object.id && waitsFor(state, object.id, states),
    );
    if (best === undefined || waiting.length > best.waiting) best = { object, waiting: waiting.length };
  }
  return best;
}

function brokenObjects(states: ReadonlyMap<string, ObjectState>): readonly ObjectState[] {
  const failed = [...states.values()].filter((state) => state.phase === "failed");
  const cycles = [...states.values()].filter(
    (state) => state.phase === "waiting" && waitsFor(state, state.id, states),
  );
  const missing = [...states.values()]
    .filter((state) => state.phase === "waiting" && state.needs.some((need) => !states.has(need)))
    .filter((state) => !failed.includes(state));
  return [...failed, ...missing, ...cycles.filter((state) => !missing.includes(state))].sort((a, b) =>
    a.id < b.id ? -1 : 1,
  );
}

/** Whether an object needs another one, directly or through others that are not ready. */
function waitsFor(state: ObjectState, id: string, states: ReadonlyMap<string, ObjectState>): boolean {
  const seen = new Set<string>();
  const open = [...state.needs];
  for (let need = open.pop(); need !== undefined; need = open.pop()) {
    if (need === id) return true;
    const next = states.get(need);
    if (next === undefined || next.phase === "ready" || seen.has(need)) continue;
    seen.add(need);
    open.push(...next.needs);
  }
  return false;
}
