import { randomBytes } from "node:crypto";

import type { Random } from "@weir/core";

import type { TemplateRun } from "../template-run.ts";

/** Random numbers that nobody can foresee: those to render secrets with. */
export const secureRandom: Random = { next: () => randomBytes(6).readUIntBE(0, 6) / 2 ** 48 };

/** A number that nobody can foresee takes as long as some steps. */
const RANDOM_COST = 4;

/** Accounts for random numbers that are about to be drawn. */
export function chargeRandom(count: number, run: TemplateRun): void {
  run.markImpure("random");
  run.chargeSteps(count * RANDOM_COST);
}

/** A whole number from 0 up to, not including, a limit; `chargeRandom` comes before. */
export function randomBelow(limit: number, run: TemplateRun): number {
  return Math.floor(run.random.next() * limit);
}

/** Random bytes of the run. */
export function bytesOf(run: TemplateRun, count: number): Uint8Array {
  chargeRandom(count, run);
  return Uint8Array.from({ length: count }, () => Math.floor(run.random.next() * 256));
}
