import { GoCallError, goKindOf, GoMap, GoObject, type GoType, goTypeOf, type GoValue } from "@weir/text";

import { defineFunction, type GoDict } from "../define-function.ts";
import type { TemplateRun } from "../template-run.ts";
import { entriesOf } from "./dicts.ts";
import { isEmpty } from "./is-empty.ts";
import { checkNesting } from "./nesting.ts";

const ANY = "interface {}";
const DICT = "map[string]interface {}";

/** Functions that fill one dictionary, which they change, from others by the rules of mergo. */
export const mergeFunctions = [
  ...["merge", "mustMerge"].map((name) =>
    defineFunction(name, [DICT, `...${DICT}`], "interface {}", ([into, ...from], run) =>
      merged(name, into, from, { overwrite: false, run }),
    ),
  ),
  ...["mergeOverwrite", "mustMergeOverwrite"].map((name) =>
    defineFunction(name, [DICT, `...${DICT}`], "interface {}", ([into, ...from], run) =>
      merged(name, into, from, { overwrite: true, run }),
    ),
  ),
];

interface Merging {
  readonly overwrite: boolean;
  readonly run: TemplateRun;
}

/** mergo's own error, which the functions without `must` swallow. */
class MergeTypeError extends GoCallError {}

function merged(name: string, into: GoDict, from: readonly GoDict[], merging: Merging): GoValue {
  let target = into;
  try {
    for (const source of from) {
      if (source instanceof GoMap && source.isNil) continue;
      if (target instanceof GoMap && target.isNil) target = new Map();
      mergeEntries(target, source, merging, 0);
    }
  } catch (error) {
    if (error instanceof MergeTypeError && !name.startsWith("must")) return "";
    throw error;
  }
  return target instanceof GoMap && !target.isNil ? target.entries : target;
}

function mergeEntries(into: GoDict, from: GoDict, merging: Merging, depth: number): void {
  checkNesting(depth);
  merging.run.chargeSteps(1 + entriesOf(from).size);
  // The dictionaries may share parts: keys that come up while they are merged are not looked at.
  for (const key of Array.from(entriesOf(from).keys())) {
    const value = entriesOf(from).get(key) ?? null;
    const present = entriesOf(into).get(key) ?? null;
    mergeParts(present, value, merging, depth + 1);
    if (isReplaced(present, value, merging.overwrite)) assign(into, key, value, from);
  }
}

/** What is empty is filled; what is not is only overwritten, and dictionaries are merged by now. */
function isReplaced(present: GoValue, value: GoValue, overwrite: boolean): boolean {
  if (value === null) return overwrite;
  return isEmpty(present) || (overwrite && !(isDict(value) && isDict(present)));
}

/** Only dictionaries are merged into one another; a pointer cannot be merged with what is none. */
function mergeParts(into: GoValue, from: GoValue, merging: Merging, depth: number): void {
  if (into instanceof GoObject && into.kind === "ptr" && !merging.overwrite) {
    const isStruct = isDict(from) || (from instanceof GoObject && from.kind !== "ptr");
    if (isStruct) throw new MergeTypeError("src and dst must be of same type");
  }
  if (!isDict(into) || !isDict(from)) return;
  if (into instanceof GoMap && into.isNil) return;
  mergeEntries(into, from, merging, depth);
}

function isDict(value: GoValue): value is GoDict {
  return value instanceof Map || value instanceof GoMap;
}

/** A map of texts takes nothing but texts: the type counts that the value's holder declares. */
function assign(into: GoDict, key: string, value: GoValue, from: GoDict): void {
  const wanted = elementOf(into);
  const declared = goKindOf(value) === "slice" ? goTypeOf(value) : elementOf(from);
  if (wanted !== ANY && declared !== wanted) {
    throw new GoCallError(
      `reflect.Value.SetMapIndex: value of type ${declared} is not assignable to type ${wanted}`,
    );
  }
  entriesOf(into).set(key, value);
}

function elementOf(dict: GoDict): GoType {
  return dict instanceof GoMap ? dict.elem : ANY;
}
