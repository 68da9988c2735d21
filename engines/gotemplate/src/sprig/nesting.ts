import { GoCallError } from "@weir/text";

/** Deeper values than any chart's; Go's stack holds more, and a cycle ends the process there. */
const DEEPEST = 1000;

/** Stops a walk through a value that nests too deep, or holds itself. */
export function checkNesting(depth: number): void {
  if (depth > DEEPEST) throw new GoCallError(`value nests deeper than ${DEEPEST} levels`);
}
