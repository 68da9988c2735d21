import type { TemplateRun } from "../template-run.ts";

/** What a part costs: it is made twice, and kept meanwhile. */
const PART_STEPS = 8;

/** Charges a run for a walk through what is written as JSON, YAML or TOML: a small template can make a value that is endless to write. */
export function chargedWalk(run: TemplateRun): { readonly onPart: (length: number) => void } {
  return {
    onPart: (length) => {
      run.chargeSteps(PART_STEPS);
      if (length > 0) run.charge(length);
    },
  };
}
