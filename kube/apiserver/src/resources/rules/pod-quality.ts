import type { JsonObject } from "@weir/core";
import { addQuantities, compareQuantities, parseQuantity, type Quantity, quantityFromJson } from "@weir/text";
import { child, children } from "../draft-access.ts";

const COMPUTE = ["cpu", "memory"];
const ZERO = parseQuantity("0");

/** Guaranteed where everything is limited and requests as much; BestEffort where nothing asks for anything. */
export function qualityOf(spec: JsonObject): string {
  const ofPod = child(spec, "resources");
  const owners =
    ofPod === undefined
      ? [...children(spec, "containers"), ...children(spec, "initContainers")].map((container) =>
          child(container, "resources"),
        )
      : [ofPod];
  const requests = new Map<string, Quantity>();
  const limits = new Map<string, Quantity>();
  let isLimited = true;
  for (const resources of owners) {
    addTo(requests, child(resources, "requests"));
    // A Pod that says nothing of limits as a whole is told by its requests alone.
    const own = child(resources, "limits");
    const count = addTo(limits, own);
    const isSilent = ofPod !== undefined && Object.keys(own ?? {}).length === 0;
    if (count < COMPUTE.length && !isSilent) isLimited = false;
  }
  if (requests.size === 0 && limits.size === 0) return "BestEffort";
  const isMatched = [...requests].every(([name, request]) => {
    const limit = limits.get(name);
    return limit !== undefined && compareQuantities(limit, request) === 0;
  });
  return isLimited && isMatched && requests.size === limits.size ? "Guaranteed" : "Burstable";
}

/** Adds what is asked for of what computes, and tells how many kinds of it that were. */
function addTo(sum: Map<string, Quantity>, list: JsonObject | undefined): number {
  let count = 0;
  for (const name of COMPUTE) {
    const value = list?.[name];
    const quantity = value === undefined ? ZERO : quantityFromJson(value);
    if (compareQuantities(quantity, ZERO) <= 0) continue;
    count += 1;
    const known = sum.get(name);
    sum.set(name, known === undefined ? quantity : addQuantities(known, quantity));
  }
  return count;
}
