import type { Target } from "../targets/target.ts";
import type { Dice } from "./dice.ts";
import type { RunState } from "./run-state.ts";

/** How often the server is interfered with. */
export interface TroubleCounts {
  readonly kills: number;
  readonly restarts: number;
  readonly compactions: number;
}

type Trouble = keyof TroubleCounts;

/** Draws when what happens: at which step, in that order. */
export function planTrouble(
  counts: TroubleCounts,
  steps: number,
  dice: Dice,
): readonly { readonly step: number; readonly kind: Trouble }[] {
  const kinds = ["kills", "restarts", "compactions"] as const;
  return kinds
    .flatMap((kind) => Array.from({ length: counts[kind] }, () => ({ step: dice.int(10, steps - 5), kind })))
    .sort((left, right) => left.step - right.step);
}

/** Makes trouble at the drawn steps, one after the other, until all is done or the run is over. */
export async function makeTrouble(
  state: RunState,
  target: Target,
  parts: {
    readonly plan: ReturnType<typeof planTrouble>;
    readonly dice: Dice;
    /** Up to where everything is known: what is after it must not be forgotten. */
    readonly knownRevision: () => number;
  },
): Promise<void> {
  const { recorder, gate, steps } = state;
  const replace = async (how: "kill" | "restart"): Promise<void> => {
    await gate.while(async () => {
      await target[how]?.(() => recorder.addServerEvent(how === "kill" ? "killed" : "stopped"));
      recorder.addServerEvent("started");
    });
  };
  for (const { step, kind } of parts.plan) {
    const { promise, resolve } = Promise.withResolvers<void>();
    steps.at(step, resolve);
    await promise;
    if (kind === "kills") await replace("kill");
    else if (kind === "restarts") await replace("restart");
    else {
      const before = Math.max(1, parts.knownRevision() - parts.dice.int(0, 20));
      recorder.addCompaction(target.compactsEverything ? Number.POSITIVE_INFINITY : before);
      await target.compact?.(before);
    }
  }
}
