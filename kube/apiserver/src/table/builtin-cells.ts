import type { JsonValue } from "@weir/core";
import type { KubeObject } from "@weir/objects";

/** Prints the cells of a kind's Table rows; `undefined` where the kind has none of its own. */
export function builtinCells(
  _definition: string,
): ((object: KubeObject, now: number) => readonly JsonValue[]) | undefined {
  return undefined;
}
