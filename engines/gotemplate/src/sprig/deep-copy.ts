import { GoCallError, GoMap, GoObject, GoSlice, type GoValue, type Semver } from "@weir/text";

import type { TemplateRun } from "../template-run.ts";
import { checkNesting } from "./nesting.ts";
import { SemverObject } from "./semver-object.ts";

/** As mitchellh/copystructure: copies maps and slices all the way down. Throws a `GoCallError` for nil. */
export function deepCopy(value: GoValue, run: TemplateRun): GoValue {
  if (value === null) throw new GoCallError("reflect: call of reflect.Value.Type on zero Value");
  return copy(value, run, 0);
}

function copy(value: GoValue, run: TemplateRun, depth: number): GoValue {
  run.chargeSteps(1);
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
  return value instanceof GoObject ? copyObject(value) : value;
}

/** Reflection copies exported fields only, and versions have none; a time, which has none either, is copied whole. */
function copyObject(value: GoObject): GoObject {
  return value instanceof SemverObject ? new SemverObject(NO_VERSION, value.kind) : value;
}

const NO_VERSION: Semver = { major: 0n, minor: 0n, patch: 0n, prerelease: "", metadata: "", original: "" };

function copyEntries(
  entries: ReadonlyMap<string, GoValue>,
  run: TemplateRun,
  depth: number,
): Map<string, GoValue> {
  return new Map([...entries].map(([key, value]) => [key, copy(value, run, depth + 1)]));
}
