import type { JsonObject } from "@weir/core";
import { addQuantities, compareQuantities, type Quantity, quantityFromJson } from "@weir/text";
import { child, children, text } from "../../resources/draft-access.ts";

/** Amounts by the names of resources. */
export type Amounts = ReadonlyMap<string, Quantity>;

/** What a Pod may say for all of its containers together. */
const POD_LEVEL = /^(?:cpu|memory|hugepages-.*)$/;

/** A resource list of an object. */
export function amountsOf(list: JsonObject | undefined): Amounts {
  return new Map(Object.entries(list ?? {}).map(([name, value]) => [name, quantityFromJson(value)]));
}

/** The sum of two lists. */
export function addAmounts(left: Amounts, right: Amounts): Amounts {
  const sum = new Map(left);
  for (const [name, amount] of right) {
    const known = sum.get(name);
    sum.set(name, known === undefined ? amount : addQuantities(known, amount));
  }
  return sum;
}

function largest(left: Amounts, right: Amounts): Amounts {
  const max = new Map(left);
  for (const [name, amount] of right) {
    const known = max.get(name);
    if (known === undefined || compareQuantities(known, amount) < 0) max.set(name, amount);
  }
  return max;
}

/**
 * What a Pod asks for or is limited to as a whole: its containers run at once with its sidecars, and before them its other
 * init containers one after the other. What is said for the Pod itself outweighs that.
 */
export function podAmounts(spec: JsonObject, which: "requests" | "limits"): Amounts {
  const of = (container: JsonObject): Amounts => amountsOf(child(child(container, "resources"), which));
  let all: Amounts = new Map();
  for (const container of children(spec, "containers")) all = addAmounts(all, of(container));
  let sidecars: Amounts = new Map();
  let peak: Amounts = new Map();
  for (const container of children(spec, "initContainers")) {
    if (text(container, "restartPolicy") === "Always") {
      all = addAmounts(all, of(container));
      sidecars = addAmounts(sidecars, of(container));
      peak = largest(peak, sidecars);
    } else peak = largest(peak, addAmounts(of(container), sidecars));
  }
  const total = new Map(largest(all, peak));
  for (const [name, amount] of amountsOf(child(child(spec, "resources"), which)))
    if (POD_LEVEL.test(name)) total.set(name, amount);
  return total;
}
