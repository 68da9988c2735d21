import type { JsonObject } from "@weir/core";
import { addQuantities, compareQuantities, type Quantity, quantityFromJson } from "@weir/text";
import { child, children } from "./draft.ts";

type Amounts = Map<string, Quantity>;

/**
 * What the containers of a Pod's spec ask for at a time, or are held to, by the name of the resource: those that stay add up,
 * and each of the others at the start needs its own together with that of those before it that stay. As upstream's
 * `AggregateContainerRequests` and `AggregateContainerLimits`.
 */
export function aggregateAmounts(
  spec: JsonObject,
  list: "requests" | "limits",
): ReadonlyMap<string, Quantity> {
  const total: Amounts = new Map();
  const staying: Amounts = new Map();
  const first: Amounts = new Map();
  for (const container of children(spec, "containers")) add(total, amountsOf(container, list));
  for (const container of children(spec, "initContainers")) {
    const own = amountsOf(container, list);
    if (container["restartPolicy"] === "Always") {
      add(total, own);
      add(staying, own);
      raise(first, staying);
    } else {
      add(own, staying);
      raise(first, own);
    }
  }
  raise(total, first);
  return total;
}

function amountsOf(container: JsonObject, list: string): Amounts {
  const found: Amounts = new Map();
  for (const [name, value] of Object.entries(child(child(container, "resources"), list) ?? {}))
    found.set(name, quantityFromJson(value ?? "0"));
  return found;
}

function add(sum: Amounts, other: Amounts): void {
  for (const [name, value] of other) {
    const known = sum.get(name);
    sum.set(name, known === undefined ? value : addQuantities(known, value));
  }
}

function raise(most: Amounts, other: Amounts): void {
  for (const [name, value] of other) {
    const known = most.get(name);
    if (known === undefined || compareQuantities(value, known) > 0) most.set(name, value);
  }
}
