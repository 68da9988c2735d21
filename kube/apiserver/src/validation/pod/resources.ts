import type { JsonObject } from "@weir/core";
import {
  duplicateField,
  type FieldError,
  forbiddenField,
  invalidField,
  requiredField,
  unsupportedField,
} from "@weir/schema";
import {
  compareQuantities,
  formatQuantity,
  parseQuantity,
  type Quantity,
  quantityFromJson,
  QuantitySyntaxError,
  quantityMilliValue,
} from "@weir/text";
import { child, children, text } from "../../resources/draft-access.ts";
import { dns1123Label } from "../names.ts";
import { notFoundField } from "../not-found-field.ts";
import {
  containerResourceErrors,
  isDivisibleResource,
  isExtendedResource,
  resourceNameErrors,
} from "../resource-names.ts";

const ZERO = parseQuantity("0");
/** Standard resources that are counted in whole numbers. */
export const COUNTED_RESOURCES: ReadonlySet<string> = new Set([
  "pods",
  "resourcequotas",
  "services",
  "replicationcontrollers",
  "secrets",
  "configmaps",
  "persistentvolumeclaims",
  "services.nodeports",
  "services.loadbalancers",
]);
const PAGES = "hugepages-";
/** What all of a Pod may ask for. */
const POD = ["cpu", "hugepages-", "memory"];

/** Whose resources they are. */
export type ResourceOwner = "container" | "pod";

/** What is wrong with what a container, or all of a Pod, asks for. */
export function resourceErrors(
  resources: JsonObject,
  field: string,
  { owner, claims }: { readonly owner: ResourceOwner; readonly claims: ReadonlySet<string> },
): readonly FieldError[] {
  const limits = quantities(child(resources, "limits"));
  const requests = quantities(child(resources, "requests"));
  const errors: FieldError[] = [];
  for (const [name, value] of limits) {
    const at = `${field}.limits[${name}]`;
    errors.push(...amountErrors(name, value, at, owner), ...pageErrors(name, value, at));
  }
  for (const [name, value] of requests) {
    const at = `${field}.requests[${name}]`;
    errors.push(...amountErrors(name, value, at, owner));
    errors.push(...boundErrors(name, value, { limit: limits.get(name), field }));
    errors.push(...pageErrors(name, value, at));
  }
  const names = [...limits.keys(), ...requests.keys()];
  const hasPages = names.some((name) => name.startsWith(PAGES));
  if (hasPages && !names.includes("cpu") && !names.includes("memory"))
    errors.push(forbiddenField(field, "HugePages require cpu or memory"));
  return [...errors, ...claimErrors(resources, `${field}.claims`, claims)];
}

function quantities(list: JsonObject | undefined): ReadonlyMap<string, Quantity> {
  const found = new Map<string, Quantity>();
  for (const [name, value] of Object.entries(list ?? {})) found.set(name, quantityFromJson(value ?? "0"));
  return found;
}

// oxlint-disable-next-line max-params -- one amount
function amountErrors(
  name: string,
  value: Quantity,
  field: string,
  owner: ResourceOwner,
): readonly FieldError[] {
  const errors = [
    ...(owner === "pod" ? podResourceNameErrors(name, field) : containerResourceErrors(name, field)),
  ];
  const shown = formatQuantity(value);
  if (compareQuantities(value, ZERO) < 0)
    errors.push(invalidField(field, shown, "must be greater than or equal to 0"));
  const isWhole = COUNTED_RESOURCES.has(name) || isExtendedResource(name);
  if (isWhole && quantityMilliValue(value) % 1000n !== 0n)
    errors.push(invalidField(field, shown, "must be an integer"));
  return errors;
}

function podResourceNameErrors(name: string, field: string): readonly FieldError[] {
  const errors = resourceNameErrors(name, field);
  if (errors.length > 0 || name === "cpu" || name === "memory" || name.startsWith(PAGES)) return errors;
  return [unsupportedField(field, name, POD)];
}

function boundErrors(
  name: string,
  value: Quantity,
  { limit, field }: { readonly limit: Quantity | undefined; readonly field: string },
): readonly FieldError[] {
  if (limit === undefined) {
    if (isDivisibleResource(name)) return [];
    return [requiredField(`${field}.limits`, "Limit must be set for non overcommitable resources")];
  }
  const order = compareQuantities(value, limit);
  const bound = (what: string): readonly FieldError[] => [
    invalidField(
      `${field}.requests`,
      formatQuantity(value),
      `must be ${what} ${name} limit of ${formatQuantity(limit)}`,
    ),
  ];
  if (order !== 0 && !isDivisibleResource(name)) return bound("equal to");
  return order > 0 ? bound("less than or equal to") : [];
}

/** Pages of a size come whole. */
function pageErrors(name: string, value: Quantity, field: string): readonly FieldError[] {
  if (!name.startsWith(PAGES)) return [];
  const size = sizeOf(name.slice(PAGES.length));
  const shown = formatQuantity(value);
  const isWhole =
    size !== undefined && size > 0n && size % 1000n === 0n && wholeOf(value) % (size / 1000n) === 0n;
  return isWhole ? [] : [invalidField(field, shown, `${shown} is not positive integer multiple of ${name}`)];
}

/** The next integer away from zero. */
function wholeOf(value: Quantity): bigint {
  const milli = quantityMilliValue(value);
  const whole = milli / 1000n;
  if (milli % 1000n === 0n) return whole;
  return milli > 0n ? whole + 1n : whole - 1n;
}

/** Thousandths of the size that a name tells. */
function sizeOf(name: string): bigint | undefined {
  try {
    return quantityMilliValue(parseQuantity(name));
  } catch (error) {
    if (error instanceof QuantitySyntaxError) return undefined;
    throw error;
  }
}

function claimErrors(
  resources: JsonObject,
  field: string,
  known: ReadonlySet<string>,
): readonly FieldError[] {
  const taken = new Set<string>();
  return children(resources, "claims").flatMap((claim, index) => {
    const name = text(claim, "name");
    const at = `${field}[${index}]`;
    if (name === "") return [requiredField(at)];
    const errors = takenErrors(claim, at, taken);
    if (known.has(name)) return errors;
    const detail = `must be one of the names in pod.spec.resourceClaims${known.size === 0 ? " which is empty" : `: ${[...known].sort().join(", ")}`}`;
    return [...errors, notFoundField(at, name, detail)];
  });
}

/** A claim is taken whole or in parts, and each of them once. */
function takenErrors(claim: JsonObject, field: string, taken: Set<string>): readonly FieldError[] {
  const [name, request] = [text(claim, "name"), text(claim, "request")];
  if (taken.has(name)) return [duplicateField(field, name)];
  const errors: FieldError[] =
    request === ""
      ? []
      : dns1123Label(request, false).map((why) => invalidField(`${field}.request`, request, why));
  const key = request === "" ? name : `${name}/${request}`;
  if (taken.has(key)) errors.push(duplicateField(field, key));
  else if (request === "")
    for (const other of taken) if (other.startsWith(`${name}/`)) errors.push(duplicateField(field, name));
  taken.add(key);
  return errors;
}
