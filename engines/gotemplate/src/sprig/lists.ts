import { compareGoText, GoCallError, GoInt, goKindOf, GoSlice, type GoValue } from "@weir/text";

import { defineFunction } from "../define-function.ts";
import type { TemplateRun } from "../template-run.ts";
import { toInt64 } from "./cast.ts";
import { deepEqual } from "./deep-equal.ts";
import { lengthOutOfRange, nilDereference, toIndex } from "./go-panic.ts";
import { isEmpty } from "./is-empty.ts";
import { joinText } from "./join-text.ts";
import { itemsFor, listItems, sliceOf } from "./list-items.ts";
import { textOf } from "./text-of.ts";

/** Functions on lists. Those named `must…` differ in Go only in that they return the error that the others panic with. */
export const listFunctions = [
  defineFunction("list", ["...interface {}"], "[]interface {}", (values) => values),
  defineFunction("tuple", ["...interface {}"], "[]interface {}", (values) => values),
  ...["append", "push", "mustAppend", "mustPush"].map((name) =>
    defineFunction(name, ["interface {}", "interface {}"], "[]interface {}", ([list, value]) => [
      ...itemsFor("Cannot push on type", list),
      value,
    ]),
  ),
  ...named("prepend", (name) =>
    defineFunction(name, ["interface {}", "interface {}"], "[]interface {}", ([list, value]) => [
      value,
      ...itemsFor("Cannot prepend on type", list),
    ]),
  ),
  ...named("first", (name) =>
    defineFunction(name, ["interface {}"], "interface {}", ([list]) => {
      return itemsFor("Cannot find first on type", list)[0] ?? null;
    }),
  ),
  ...named("last", (name) =>
    defineFunction(name, ["interface {}"], "interface {}", ([list]) => {
      return itemsFor("Cannot find last on type", list).at(-1) ?? null;
    }),
  ),
  ...named("rest", (name) =>
    defineFunction(name, ["interface {}"], "[]interface {}", ([list]) => {
      const items = itemsFor("Cannot find rest on type", list);
      return items.length === 0 ? NIL_LIST : items.slice(1);
    }),
  ),
  ...named("initial", (name) =>
    defineFunction(name, ["interface {}"], "[]interface {}", ([list]) => {
      const items = itemsFor("Cannot find initial on type", list);
      return items.length === 0 ? NIL_LIST : items.slice(0, -1);
    }),
  ),
  ...named("reverse", (name) =>
    defineFunction(name, ["interface {}"], "[]interface {}", ([list]) =>
      itemsFor("Cannot find reverse on type", list).toReversed(),
    ),
  ),
  ...named("compact", (name) =>
    defineFunction(name, ["interface {}"], "[]interface {}", ([list]) =>
      itemsFor("Cannot compact on type", list).filter((item) => !isEmpty(item)),
    ),
  ),
  ...named("uniq", (name) =>
    defineFunction(name, ["interface {}"], "[]interface {}", ([list], run) =>
      unique(itemsFor("Cannot find uniq on type", list), run),
    ),
  ),
  ...named("without", (name) =>
    defineFunction(name, ["interface {}", "...interface {}"], "[]interface {}", ([list, ...omitted], run) =>
      itemsFor("Cannot find without on type", list).filter(
        (item) => !omitted.some((other) => deepEqual(item, other, run)),
      ),
    ),
  ),
  ...named("has", (name) =>
    defineFunction(name, ["interface {}", "interface {}"], "bool", ([needle, list], run) => {
      if (list === null) return false;
      const items = itemsFor("Cannot find has on type", list);
      run.chargeSteps(Math.ceil(items.length / 2));
      return items.some((item) => deepEqual(needle, item, run));
    }),
  ),
  ...named("slice", (name) =>
    defineFunction(name, ["interface {}", "...interface {}"], "interface {}", ([list, ...indices], run) =>
      sliced(list, indices, run),
    ),
  ),
  ...named("chunk", (name) =>
    defineFunction(name, ["int", "interface {}"], "[][]interface {}", ([size, list], run) =>
      chunked(toIndex(size), list, run),
    ),
  ),
  defineFunction("concat", ["...interface {}"], "interface {}", (lists, run) => concatenated(lists, run)),
  defineFunction("join", ["string", "interface {}"], "string", ([separator, list], run) => {
    return joinText(textsOf(list, run), separator, run);
  }),
  defineFunction("toStrings", ["interface {}"], "[]string", ([list], run) => stringSlice(list, run)),
  defineFunction("sortAlpha", ["interface {}"], "[]string", ([list], run) => sorted(list, run)),
];

/** A `[]interface {}` that is nil. */
const NIL_LIST = new GoSlice("interface {}", [], true);

function named<T>(name: string, define: (name: string) => T): readonly T[] {
  return [define(name), define(`must${name[0]?.toUpperCase()}${name.slice(1)}`)];
}

/** Sprig compares each item with each one kept; here that is only done where it must be, and is charged to the run. */
function unique(items: readonly GoValue[], run: TemplateRun): GoValue[] {
  const kept: GoValue[] = [];
  const seen = new Set<GoValue>();
  const composites: GoValue[] = [];
  for (const item of items) {
    const key = plainKey(item);
    if (key !== undefined) {
      if (!seen.has(key) || Number.isNaN(key)) kept.push(item);
      seen.add(key);
      continue;
    }
    run.chargeSteps(composites.length);
    if (composites.some((other) => deepEqual(item, other, run))) continue;
    composites.push(item);
    kept.push(item);
  }
  return kept;
}

/** A value that is the same for equal plain values only; `undefined` for what has parts. */
function plainKey(item: GoValue): GoValue | undefined {
  if (item instanceof GoInt) return `${item.kind} ${item.value}`;
  if (typeof item === "string") return `string ${item}`;
  return typeof item !== "object" || item === null ? item : undefined;
}

function sliced(list: GoValue, indices: readonly GoValue[], run: TemplateRun): GoValue {
  const { length } = itemsFor("list should be type of slice or array but", list);
  if (length === 0) return null;
  const start = indices.length > 0 ? toIndex(toInt64(indices[0] ?? null)) : 0;
  const end = indices.length > 1 ? toIndex(toInt64(indices[1] ?? null)) : length;
  if (start < 0 || end < start || end > length) {
    throw new GoCallError("reflect.Value.Slice: slice index out of bounds");
  }
  run.charge(end - start);
  return sliceOf(list, start, end);
}

function chunked(size: number, list: GoValue, run: TemplateRun): GoValue {
  const items = itemsFor("Cannot chunk type", list);
  const count = size === 0 ? -1 : Math.floor((items.length - 1) / size) + 1;
  // The length of a last chunk is the size where nothing is left over, even a negative one.
  if (count < 0 || (size < 0 && count > 0 && items.length % size === 0)) throw lengthOutOfRange();
  run.charge(items.length);
  const width = Math.max(size, 1);
  const chunks = Array.from({ length: count }, (_, at) => items.slice(at * width, (at + 1) * width));
  return new GoSlice("[]interface {}", chunks);
}

function concatenated(lists: readonly GoValue[], run: TemplateRun): GoValue {
  const all: GoValue[] = [];
  for (const list of lists) {
    if (list === null) throw nilDereference();
    const items = listItems(list);
    if (items === undefined) throw new GoCallError(`Cannot concat type ${goKindOf(list)} as list`);
    run.charge(items.length);
    for (const item of items) all.push(item);
  }
  return all.length === 0 ? NIL_LIST : all;
}

/** Sprig's `strslice`: the texts of a list's items without nil; anything else is a list of itself. */
function textsOf(list: GoValue, run: TemplateRun): readonly string[] {
  if (list instanceof GoSlice && list.elem === "string") return list.items as readonly string[];
  const items = listItems(list);
  if (items !== undefined) return items.filter((item) => item !== null).map((item) => textOf(item, run));
  return list === null ? [] : [textOf(list, run)];
}

function stringSlice(list: GoValue, run: TemplateRun): GoSlice {
  return list instanceof GoSlice && list.elem === "string" ? list : new GoSlice("string", textsOf(list, run));
}

/** Go sorts a `[]string` where it is, so that every holder of that list sees it sorted. */
function sorted(list: GoValue, run: TemplateRun): GoSlice {
  if (listItems(list) === undefined) return new GoSlice("string", [textOf(list, run)]);
  const slice = stringSlice(list, run);
  (slice.items as string[]).sort(compareGoText);
  return slice;
}
