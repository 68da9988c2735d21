import { aggregateAmounts } from "@weir/builtin";
import type { JsonObject } from "@weir/core";
import { type FieldError, forbiddenField, invalidField } from "@weir/schema";
import { compareQuantities, formatQuantity, type Quantity, quantityFromJson } from "@weir/text";
import { child, children, text } from "../../resources/draft-access.ts";
import { resourceErrors } from "./resources.ts";

/** Amounts by the name of the resource. */
type Amounts = Map<string, Quantity>;

/** What is wrong with what a Pod asks for as a whole, by itself and beside what its containers ask for. */
export function podResourceErrors(
  spec: JsonObject,
  field: string,
  claims: ReadonlySet<string>,
): readonly FieldError[] {
  const resources = child(spec, "resources");
  if (resources === undefined) return [];
  if (text(child(spec, "os"), "name") === "windows")
    return [forbiddenField(field, "may not be set for a windows pod")];
  const hasClaims = Array.isArray(resources["claims"]);
  return [
    ...(hasClaims
      ? [forbiddenField(`${field}.claims`, "claims may not be set for Resources at pod-level")]
      : []),
    ...resourceErrors(resources, field, { owner: "pod", claims }),
    ...consistencyErrors(spec, resources, field),
  ];
}

function consistencyErrors(spec: JsonObject, resources: JsonObject, field: string): readonly FieldError[] {
  const [requests, limits] = [amountsOf(resources, "requests"), amountsOf(resources, "limits")];
  const errors: FieldError[] = [];
  for (const [name, sum] of aggregateAmounts(spec, "requests")) {
    const own = requests.get(name);
    if (own === undefined || compareQuantities(sum, own) <= 0) continue;
    const detail = `must be greater than or equal to aggregate container requests of ${formatQuantity(sum)}`;
    errors.push(invalidField(`${field}.requests[${name}]`, formatQuantity(own), detail));
  }
  for (const [name, sum] of aggregateAmounts(spec, "limits")) {
    const own = limits.get(name);
    if (!name.startsWith("hugepages-") || own === undefined || compareQuantities(sum, own) <= 0) continue;
    const detail = `must be greater than or equal to aggregate container limits of ${formatQuantity(sum)}`;
    errors.push(invalidField(`${field}.limits[${name}]`, formatQuantity(own), detail));
  }
  children(spec, "containers").forEach((container, index) => {
    for (const [name, limit] of amountsOf(child(container, "resources"), "limits")) {
      const own = limits.get(name);
      if (own === undefined || compareQuantities(limit, own) <= 0) continue;
      const detail = `must be less than or equal to pod limits of ${formatQuantity(own)}`;
      const at = `${field}.containers[${index}][${name}].limits`;
      errors.push(invalidField(at, formatQuantity(limit), detail));
    }
  });
  return errors;
}

function amountsOf(resources: JsonObject | undefined, name: string): Amounts {
  const found: Amounts = new Map();
  for (const [resource, value] of Object.entries(child(resources, name) ?? {}))
    found.set(resource, quantityFromJson(value ?? "0"));
  return found;
}
