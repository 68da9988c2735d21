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

/** What has an address is printed by the `String` of its pointer, which no other value of the type has. */
function pointerText(machine: Machine, value: GoObject): string | undefined {
  const method = value.text() === undefined ? value.method("String") : undefined;
  const text = method?.params.length === 0 ? method.call([], machine.run) : undefined;
  return typeof text === "string" ? text : undefined;
}
