import type { Waiver } from "../fuzz-target.ts";

/** Differences on purpose. */
export const WAIVERS: readonly Waiver[] = [];
