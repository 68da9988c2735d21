import { GoInt, GoObject, type GoValue, sprint } from "@weir/text";

import type { Machine } from "./machine.ts";
import { NO_VALUE } from "./no-value.ts";

/** What an action writes for its value. */
export function printedText(machine: Machine, value: GoValue): string {
  if (typeof value === "string") return value;
  if (value === NO_VALUE) return "<no value>";
  if (value instanceof GoInt) return value.value.toString();
  const own = value instanceof GoObject ? pointerText(machine, value) : undefined;
  return own ?? sprint([value], machine.run.charge);
}
