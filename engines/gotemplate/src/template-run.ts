import type { Clock, Random } from "@weir/core";

import type { KeyMaker } from "./sprig/private-key.ts";

/** Why an output depends on more than its inputs. */
export type ImpureCause = "clock" | "random" | "lookup" | "network";

/**
 * What one execution of templates hands to every function it calls (the `run` of a `GoFunction`).
 *
 * Functions take time and randomness from here and from nowhere else, and account here for what they make, so that one
 * render stops where it costs too much and nothing else does.
 */
export interface TemplateRun {
  readonly clock: Clock;
  readonly random: Random;
  /** Makes the private keys of certificates that come without one; `rsaKeyMaker` by default. */
  readonly makeKey?: KeyMaker | undefined;
  /**
   * Accounts for work about to be done: bytes of text about to be made, or items of a list (one each). Throws a
   * `TemplateBudgetError` when the run has used up its budget; no template can catch that.
   */
  readonly charge: (amount: number) => void;
  /** Accounts for steps of templates that are about to be taken; throws as `charge` does. Called by the evaluator. */
  readonly chargeSteps: (count: number) => void;
  /** Records that the output depends on more than its inputs, so that no cache keeps it. */
  readonly markImpure: (cause: ImpureCause) => void;
}
