import { GoInt, type GoValue, sprint } from "@weir/text";

import type { Machine } from "./machine.ts";
import { NO_VALUE } from "./no-value.ts";

/** What an action writes for its value. */
export function printedText(machine: Machine, value: GoValue): string {
  if (typeof value === "string") return value;
  if (value === NO_VALUE) return "<no value>";
  if (value instanceof GoInt) return value.value.toString();
  return sprint([value], machine.run.charge);
}
