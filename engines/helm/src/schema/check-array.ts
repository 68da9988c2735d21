import type { Failure } from "./failure.ts";
import { countText } from "./failure-text.ts";
import { canonicalText, isSameValue } from "./same-value.ts";
import { addFailure, type Checker, failureOf, type Visit } from "./visit.ts";
import type { SchemaValue } from "./schema-value.ts";

/** Checks what only lists are held to. */
export function checkArray(run: Checker, visit: Visit, list: readonly SchemaValue[]): void {
  const { minItems, maxItems, uniqueItems } = visit.node.keywords.array;
  if (minItems !== undefined && list.length < minItems) {
    fail(visit, `minItems: got ${countText(list.length)}, want ${countText(minItems)}`);
  }
  if (maxItems !== undefined && list.length > maxItems) {
    fail(visit, `maxItems: got ${countText(list.length)}, want ${countText(maxItems)}`);
  }
  if (uniqueItems) checkUnique(run, visit, list);
  checkItems(run, visit, list);
  checkContains(run, visit, list);
}

/** Longer lists are compared by what is the same for the same items. */
const PAIRWISE = 20;

function checkUnique(run: Checker, visit: Visit, list: readonly SchemaValue[]): void {
  const same = list.length <= PAIRWISE ? firstPair(list) : firstRepeated(run, list);
  if (same === undefined) return;
  fail(visit, `items at ${countText(same[0])} and ${countText(same[1])} are equal`);
}

type Pair = readonly [earlier: number, later: number];

function firstPair(list: readonly SchemaValue[]): Pair | undefined {
  for (const [index, item] of list.entries()) {
    const earlier = list.findIndex((other, at) => at < index && isSameValue(item, other));
    if (earlier !== -1) return [earlier, index];
  }
  return undefined;
}

function firstRepeated(run: Checker, list: readonly SchemaValue[]): Pair | undefined {
  const seen = new Map<string, number>();
  for (const [index, item] of list.entries()) {
    const text = canonicalText(item);
    run.charge(Math.ceil(text.length / 16));
    const earlier = seen.get(text);
    if (earlier !== undefined) return [earlier, index];
    seen.set(text, index);
  }
  return undefined;
}

function checkItems(run: Checker, visit: Visit, list: readonly SchemaValue[]): void {
  const { prefixItems, items } = visit.node.keywords.array;
  for (const [index, item] of list.entries()) {
    const schema = prefixItems[index] ?? items;
    // helm's library counts the items behind those of the prefix from 0 again.
    const token = String(index < prefixItems.length ? index : index - prefixItems.length);
    if (typeof schema === "object") addFailure(visit, run.below(visit, schema, item, token));
  }
  const left = list.length - prefixItems.length;
  if (items === false && left > 0) fail(visit, `last ${countText(left)} additionalItem(s) not allowed`);
}

function checkContains(run: Checker, visit: Visit, list: readonly SchemaValue[]): void {
  const { contains, minContains, maxContains } = visit.node.keywords.array;
  if (contains === undefined) return;
  const causes: Failure[] = [];
  const matched: number[] = [];
  for (const [index, item] of list.entries()) {
    const failure = run.below(visit, contains, item, String(index));
    if (failure !== undefined) causes.push(failure);
    else {
      matched.push(index);
      if (visit.node.version >= 2020) visit.unevaluated.items.delete(index);
    }
  }
  if (minContains === undefined) {
    if (matched.length === 0) addFailure(visit, failureOf(visit, "no items match contains schema", causes));
  } else if (matched.length < minContains) {
    addFailure(visit, failureOf(visit, tooFew(matched, minContains), causes));
  }
  if (maxContains !== undefined && matched.length > maxContains) {
    const [want, got] = [countText(maxContains), countText(matched.length)];
    fail(
      visit,
      `max ${want} items required to match contains schema, but matched ${got} items at ${matched.join(" ")}`,
    );
  }
}

function tooFew(matched: readonly number[], wanted: number): string {
  const needed = `min ${countText(wanted)} items required to match contains schema, but`;
  if (matched.length === 0) return `${needed} none matched`;
  return `${needed} matched ${countText(matched.length)} items at ${matched.join(" ")}`;
}

function fail(visit: Visit, text: string): void {
  addFailure(visit, failureOf(visit, text));
}
