import { GoMap, GoObject, GoSlice, type GoValue } from "@weir/text";

import type { TemplateRun } from "../template-run.ts";
import { checkNesting } from "./nesting.ts";

/**
 * Accounts for a walk through everything that a value holds.
 *
 * A small template can make a value that holds itself many times over, which is cheap to hold and endless to write.
 */
export function chargeWalk(value: GoValue, run: TemplateRun, depth = 0): void {
  if (typeof value !== "object" || value === null) return;
  const parts = partsOf(value);
  if (parts === undefined) return;
  checkNesting(depth);
  run.chargeSteps(1);
  for (const part of parts) {
    if (typeof part === "string") run.charge(part.length);
    else if (typeof part !== "object" || part === null) run.chargeSteps(1);
    else chargeWalk(part, run, depth + 1);
  }
}

function partsOf(value: Exclude<GoValue, null>): Iterable<GoValue> | undefined {
  if (value instanceof Map) return value.values();
  if (value instanceof GoMap) return value.entries.values();
  if (value instanceof GoSlice) return value.items;
  if (value instanceof GoObject) return value.underlying === undefined ? [] : [value.underlying];
  return Array.isArray(value) ? (value as readonly GoValue[]) : undefined;
}
