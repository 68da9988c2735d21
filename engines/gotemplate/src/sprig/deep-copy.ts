import { GoCallError, GoMap, GoSlice, type GoValue } from "@weir/text";

import type { TemplateRun } from "../template-run.ts";
import { checkNesting } from "./nesting.ts";

/** As mitchellh/copystructure: copies maps and slices all the way down. Throws a `GoCallError` for nil. */
export function deepCopy(value: GoValue, run: TemplateRun): GoValue {
  if (value === null) throw new GoCallError("reflect: call of reflect.Value.Type on zero Value");
  return copy(value, run, 0);
}

function copy(value: GoValue, run: TemplateRun, depth: number): GoValue {
  run.charge(1);
  if (typeof value !== "object" || value === null) return value;
  checkNesting(depth);
  if (value instanceof Map) return copyEntries(value, run, depth);
  if (value instanceof GoMap) {
    return new GoMap(value.type, value.elem, copyEntries(value.entries, run, depth), value.isNil);
  }
  if (value instanceof GoSlice) {
    const items = value.items.map((item) => copy(item, run, depth + 1));
    return new GoSlice(value.elem, items, value.isNil);
  }
  if (Array.isArray(value)) return (value as readonly GoValue[]).map((item) => copy(item, run, depth + 1));
  return value;
}

function copyEntries(
  entries: ReadonlyMap<string, GoValue>,
  run: TemplateRun,
  depth: number,
): Map<string, GoValue> {
  return new Map([...entries].map(([key, value]) => [key, copy(value, run, depth + 1)]));
}
