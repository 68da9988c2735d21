import { formatQuantity } from "@weir/text";
import { aggregateAmounts } from "./aggregate-amounts.ts";
import { child, type Draft } from "./draft.ts";

/** What a Pod asks for as a whole where it says so in part: pages are limited, and what its containers request it requests. */
export function defaultPodResources(spec: Draft): void {
  const resources = child(spec, "resources") ?? {};
  const given = child(resources, "requests") ?? {};
  if (isNothing(given) && isNothing(child(resources, "limits") ?? {})) return;
  const limits: Draft = { ...child(resources, "limits") };
  for (const [name, sum] of aggregateAmounts(spec, "limits"))
    if (isPages(name) && given[name] === undefined) limits[name] ??= formatQuantity(sum);
  if (isNothing(limits)) return;
  resources["limits"] = limits;
  const requests = requestsOf(spec, given, limits);
  if (!isNothing(requests)) resources["requests"] = requests;
}

function requestsOf(spec: Draft, given: Draft, limits: Draft): Draft {
  const requests: Draft = { ...given };
  for (const [name, sum] of aggregateAmounts(spec, "requests"))
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
