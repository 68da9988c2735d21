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
import { dns1123Label, qualifiedNameErrors } from "../names.ts";
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
/** What all of a Pod may ask for. */
const POD = ["cpu", "hugepages-", "memory"];

/** Whose resources they are. */
export type ResourceOwner = "container" | "pod";

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
    ...(owner === "pod" ? podResourceNameErrors(name, field) : containerResourceNameErrors(name, field)),
  ];
  const shown = formatQuantity(value);
  if (compareQuantities(value, ZERO) < 0)
    errors.push(invalidField(field, shown, "must be greater than or equal to 0"));
  const isWhole = COUNTED_RESOURCES.has(name) || isExtended(name);
  if (isWhole && quantityMilliValue(value) % 1000n !== 0n)
    errors.push(invalidField(field, shown, "must be an integer"));
  return errors;
}

function resourceNameErrors(name: string, field: string): readonly FieldError[] {
  const errors = qualifiedNameErrors(name).map((why) => invalidField(field, name, why));
  const isStandard = STANDARD.has(name) || name.startsWith(PAGES) || name.startsWith(`requests.${PAGES}`);
  if (errors.length > 0 || name.includes("/") || isStandard) return errors;
  return [invalidField(field, name, "must be a standard resource type or fully qualified")];
}

function containerResourceNameErrors(name: string, field: string): readonly FieldError[] {
  const errors = resourceNameErrors(name, field);
  if (!name.includes("/")) {
    if (CONTAINER.has(name) || name.startsWith(PAGES)) return errors;
    return [...errors, invalidField(field, name, "must be a standard resource for containers")];
  }
  if (isNative(name) || isExtended(name)) return errors;
  return [...errors, invalidField(field, name, "doesn't follow extended resource name standard")];
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
