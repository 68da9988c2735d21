import { GoCallError, GoMap, goTypeOf, type GoValue, GoSlice, sortedGoKeys } from "@weir/text";

import { defineFunction, type GoDict } from "../define-function.ts";
import type { TemplateRun } from "../template-run.ts";
import { deepCopy } from "./deep-copy.ts";
import { textOf } from "./text-of.ts";

const DICT = "map[string]interface {}";

/** Functions on dictionaries. `set` and `unset` change the one that they are given, as all who hold it see. */
export const dictFunctions = [
  defineFunction("dict", ["...interface {}"], DICT, (values, run) => dictOf(values, run)),
  defineFunction("get", [DICT, "string"], "interface {}", ([dict, key]) => {
    const value = entriesOf(dict).get(key);
    return value === undefined ? "" : value;
  }),
  defineFunction("set", [DICT, "string", "interface {}"], DICT, ([dict, key, value]) => {
    return writableEntries(dict).set(key, value);
  }),
  defineFunction("unset", [DICT, "string"], DICT, ([dict, key]) => {
    entriesOf(dict).delete(key);
    return plainDict(dict);
  }),
  defineFunction("hasKey", [DICT, "string"], "bool", ([dict, key]) => entriesOf(dict).has(key)),
  defineFunction("pluck", ["string", `...${DICT}`], "[]interface {}", ([key, ...dicts]) =>
    dicts.flatMap((dict) => {
      const value = entriesOf(dict).get(key);
      return value === undefined ? [] : [value];
    }),
  ),
  // Go has no order of keys here; the sorted one is as good and does not change from run to run.
  defineFunction(
    "keys",
    [`...${DICT}`],
    "[]string",
    (dicts) =>
      new GoSlice(
        "string",
        dicts.flatMap((dict) => sortedGoKeys(entriesOf(dict))),
      ),
  ),
  defineFunction("values", [DICT], "[]interface {}", ([dict]) => {
    const entries = entriesOf(dict);
    return sortedGoKeys(entries).map((key) => entries.get(key) ?? null);
  }),
  defineFunction("pick", [DICT, "...string"], DICT, ([dict, ...keys], run) => {
    const entries = entriesOf(dict);
    run.charge(keys.length);
    return new Map(keys.filter((key) => entries.has(key)).map((key) => [key, entries.get(key) ?? null]));
  }),
  defineFunction("omit", [DICT, "...string"], DICT, ([dict, ...keys], run) => {
    const omitted = new Set(keys);
    const entries = entriesOf(dict);
    run.charge(entries.size);
    return new Map([...entries].filter(([key]) => !omitted.has(key)));
  }),
  defineFunction("dig", ["...interface {}"], "interface {}", (values) => dig(values)),
  ...["deepCopy", "mustDeepCopy"].map((name) =>
    defineFunction(name, ["interface {}"], "interface {}", ([value], run) => deepCopy(value, run)),
  ),
];

/** The entries of a dictionary, which are shared with all who hold it; those of a nil one are gone when written to. */
export function entriesOf(dict: GoDict): Map<string, GoValue> {
  return dict instanceof Map ? dict : dict.entries;
}

function writableEntries(dict: GoDict): Map<string, GoValue> {
  if (dict instanceof GoMap && dict.isNil) throw new GoCallError("assignment to entry in nil map");
  return entriesOf(dict);
}

/** The dictionary without the name that its type may have. */
function plainDict(dict: GoDict): GoValue {
  return dict instanceof GoMap && dict.isNil
    ? new GoMap(DICT, "interface {}", new Map(), true)
    : entriesOf(dict);
}

function dictOf(values: readonly GoValue[], run: TemplateRun): GoValue {
  const entries = new Map<string, GoValue>();
  for (let at = 0; at < values.length; at += 2) {
    const value = values[at + 1];
    entries.set(textOf(values[at] ?? null, run), value === undefined ? "" : value);
  }
  return entries;
}

function dig(values: readonly GoValue[]): GoValue {
  if (values.length < 3) throw new GoCallError("dig needs at least three arguments");
  let found: GoValue = plainMap(values.at(-1) ?? null);
  const keys = values.slice(0, -2).map(textKey);
  for (const key of keys) {
    const next: GoValue | undefined = plainMap(found).get(key);
    if (next === undefined) return values.at(-2) ?? null;
    found = next;
  }
  return found;
}

/** Go's type assertion holds for that very type, and for no named one. */
function plainMap(value: GoValue): Map<string, GoValue> {
  if (value instanceof Map) return value;
  if (value instanceof GoMap && value.type === DICT) return value.entries;
  throw wrongType(value, DICT);
}

function textKey(value: GoValue): string {
  if (typeof value === "string") return value;
  throw wrongType(value, "string");
}

function wrongType(value: GoValue, wanted: string): GoCallError {
  const type = value === null ? "nil" : goTypeOf(value);
  return new GoCallError(`interface conversion: interface {} is ${type}, not ${wanted}`);
}
