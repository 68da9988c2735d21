import type { Clock, Random } from "@weir/core";

import { TemplateBudgetError } from "./execute/template-error.ts";
import type { KeyMaker } from "./sprig/private-key.ts";
import type { ImpureCause, TemplateRun } from "./template-run.ts";

/** What one run may use up. */
export interface TemplateBudgets {
  /** Text made, in UTF-16 code units, counted each time that it is made; 256 Mi by default. */
  readonly output?: number;
  /** Steps of templates, iterations included; 50 million by default, some seconds. */
  readonly steps?: number;
}

/** What a run needs from outside. */
export interface TemplateRunOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly makeKey?: KeyMaker | undefined;
  readonly budgets?: TemplateBudgets;
}

/** A run, and what its functions said of it. */
export interface TrackedTemplateRun extends TemplateRun {
  /** Why its output must not be kept; empty if it depends on its inputs alone. */
  readonly impure: ReadonlySet<ImpureCause>;
}

const OUTPUT = 256 * 1024 * 1024;
const STEPS = 50_000_000;

/** The run that executions share: their budgets are one. Use a new one for each render. */
export function createTemplateRun(options: TemplateRunOptions): TrackedTemplateRun {
  const { clock, random, makeKey, budgets = {} } = options;
  const { output = OUTPUT, steps = STEPS } = budgets;
  const impure = new Set<ImpureCause>();
  let outputLeft = output;
  let stepsLeft = steps;
  return {
    clock,
    random,
    makeKey,
    impure,
    charge: (amount) => {
      outputLeft -= amount;
      if (outputLeft < 0) throw new TemplateBudgetError("output", output);
    },
    chargeSteps: (count) => {
      stepsLeft -= count;
      if (stepsLeft < 0) throw new TemplateBudgetError("steps", steps);
    },
    markImpure: (cause) => {
      impure.add(cause);
    },
  };
}
