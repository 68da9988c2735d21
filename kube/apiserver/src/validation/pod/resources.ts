import type { JsonObject } from "@weir/core";
import { type FieldError, forbiddenField, invalidField, requiredField } from "@weir/schema";
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
import { qualifiedNameErrors } from "../names.ts";
import { notFoundField } from "../not-found-field.ts";

const ZERO = parseQuantity("0");
const CONTAINER = new Set(["cpu", "memory", "ephemeral-storage"]);
const STANDARD = new Set([
  ...CONTAINER,
  ...["requests", "limits"].flatMap((list) => [...CONTAINER].map((name) => `${list}.${name}`)),
  "pods",
  "resourcequotas",
  "services",
  "replicationcontrollers",
  "secrets",
  "configmaps",
  "persistentvolumeclaims",
  "storage",
  "requests.storage",
  "services.nodeports",
  "services.loadbalancers",
]);
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

function isNative(name: string): boolean {
  return !name.includes("/") || name.includes("kubernetes.io/");
}

function isExtended(name: string): boolean {
  if (isNative(name) || name.startsWith("requests.")) return false;
  return qualifiedNameErrors(`requests.${name}`).length === 0;
}

/** More of it may be promised than there is. */
function isDivisible(name: string): boolean {
  return isNative(name) && !name.startsWith(PAGES);
}

/** What is wrong with what a container, or all of a Pod, asks for. */
export function resourceErrors(
  resources: JsonObject,
  field: string,
  claims: ReadonlySet<string> = new Set(),
): readonly FieldError[] {
  const limits = quantities(child(resources, "limits"));
  const requests = quantities(child(resources, "requests"));
  const errors: FieldError[] = [];
  for (const [name, value] of limits) errors.push(...amountErrors(name, value, `${field}.limits[${name}]`));
  for (const [name, value] of requests) {
    errors.push(...amountErrors(name, value, `${field}.requests[${name}]`, false));
    errors.push(...boundErrors(name, value, { limit: limits.get(name), field }));
    errors.push(...pageErrors(name, value, `${field}.requests[${name}]`));
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
function amountErrors(name: string, value: Quantity, field: string, withPages = true): readonly FieldError[] {
  const errors = [...resourceNameErrors(name, field)];
  const shown = formatQuantity(value);
  if (compareQuantities(value, ZERO) < 0)
    errors.push(invalidField(field, shown, "must be greater than or equal to 0"));
  const isWhole = COUNTED_RESOURCES.has(name) || isExtended(name);
  if (isWhole && quantityMilliValue(value) % 1000n !== 0n)
    errors.push(invalidField(field, shown, "must be an integer"));
  return withPages ? [...errors, ...pageErrors(name, value, field)] : errors;
}

function resourceNameErrors(name: string, field: string): readonly FieldError[] {
  const errors = qualifiedNameErrors(name).map((why) => invalidField(field, name, why));
  const isPages = name.startsWith(PAGES);
  const isStandard = STANDARD.has(name) || isPages || name.startsWith(`requests.${PAGES}`);
  if (errors.length === 0 && !name.includes("/") && !isStandard)
    errors.push(invalidField(field, name, "must be a standard resource type or fully qualified"));
  if (!name.includes("/")) {
    if (!CONTAINER.has(name) && !isPages)
      errors.push(invalidField(field, name, "must be a standard resource for containers"));
  } else if (!isNative(name) && !isExtended(name)) {
    errors.push(invalidField(field, name, "doesn't follow extended resource name standard"));
  }
  return errors;
}

function boundErrors(
  name: string,
  value: Quantity,
  { limit, field }: { readonly limit: Quantity | undefined; readonly field: string },
): readonly FieldError[] {
  if (limit === undefined) {
    if (isDivisible(name)) return [];
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
  if (order !== 0 && !isDivisible(name)) return bound("equal to");
  return order > 0 ? bound("less than or equal to") : [];
}

/** Pages of a size come whole. */
function pageErrors(name: string, value: Quantity, field: string): readonly FieldError[] {
  if (!name.startsWith(PAGES)) return [];
  const size = sizeOf(name.slice(PAGES.length));
  const shown = formatQuantity(value);
  if (size === undefined || quantityMilliValue(size) <= 0n) return [];
  if (quantityMilliValue(value) % quantityMilliValue(size) === 0n) return [];
  return [invalidField(field, shown, `${shown} is not positive integer multiple of ${name}`)];
}

function sizeOf(name: string): Quantity | undefined {
  try {
    return parseQuantity(name);
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
  return children(resources, "claims").flatMap((claim, index) => {
    const name = text(claim, "name");
    if (name === "") return [requiredField(`${field}[${index}]`)];
    if (known.has(name)) return [];
    const detail = `must be one of the names in pod.spec.resourceClaims${known.size === 0 ? " which is empty" : `: ${[...known].sort().join(", ")}`}`;
    return [notFoundField(`${field}[${index}]`, name, detail)];
  });
}
