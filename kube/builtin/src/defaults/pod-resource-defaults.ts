import {
  addQuantities,
  compareQuantities,
  formatQuantity,
  type Quantity,
  quantityFromJson,
} from "@weir/text";
import { child, children, type Draft } from "./draft.ts";

type Amounts = Map<string, Quantity>;

/** What a Pod asks for as a whole where it says so in part: pages are limited, and what its containers request it requests. */
export function defaultPodResources(spec: Draft): void {
  const resources = child(spec, "resources") ?? {};
  const given = child(resources, "requests") ?? {};
  if (isNothing(given) && isNothing(child(resources, "limits") ?? {})) return;
  const limits: Draft = { ...child(resources, "limits") };
  for (const [name, sum] of aggregate(spec, "limits"))
    if (isPages(name) && given[name] === undefined) limits[name] ??= formatQuantity(sum);
  if (isNothing(limits)) return;
  resources["limits"] = limits;
  const requests = requestsOf(spec, given, limits);
  if (!isNothing(requests)) resources["requests"] = requests;
}

function requestsOf(spec: Draft, given: Draft, limits: Draft): Draft {
  const requests: Draft = { ...given };
  for (const [name, sum] of aggregate(spec, "requests"))
    if (isCompute(name)) requests[name] ??= formatQuantity(sum);
  for (const [name, limit] of Object.entries(limits))
    if (isCompute(name) || isPages(name)) requests[name] ??= limit;
  return requests;
}

function isNothing(amounts: Draft): boolean {
  return Object.keys(amounts).length === 0;
}

function isCompute(name: string): boolean {
  return name === "cpu" || name === "memory";
}

function isPages(name: string): boolean {
  return name.startsWith("hugepages-");
}

/**
 * What containers ask for at a time: those that stay add up, and each of the others at the start needs what it asks for
 * together with those before it that stay.
 */
function aggregate(spec: Draft, list: "requests" | "limits"): Amounts {
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

function amountsOf(container: Draft, list: string): Amounts {
  const found: Amounts = new Map();
  for (const [name, value] of Object.entries(child(child(container, "resources"), list) ?? {}))
    found.set(name, quantityFromJson(value));
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
