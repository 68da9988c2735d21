import { type FieldError, invalidField } from "@weir/schema";
import { qualifiedNameErrors } from "./names.ts";

const PAGES = "hugepages-";
const CONTAINER = ["cpu", "memory", "ephemeral-storage"];
const QUOTA = new Set([
  ...CONTAINER.flatMap((name) => [name, `requests.${name}`, `limits.${name}`]),
  "requests.storage",
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
const isContainers = new Set(CONTAINER);

/** A resource that Kubernetes itself names. */
export function isNativeResource(name: string): boolean {
  return !name.includes("/") || name.includes("kubernetes.io/");
}

/** A resource that somebody else names, and that containers may ask for. */
export function isExtendedResource(name: string): boolean {
  if (isNativeResource(name) || name.startsWith("requests.")) return false;
  return qualifiedNameErrors(`requests.${name}`).length === 0;
}

/** Whether more of a resource may be promised than there is. */
export function isDivisibleResource(name: string): boolean {
  return isNativeResource(name) && !name.startsWith(PAGES);
}

/** Whether a quota itself counts a resource. */
export function isQuotaResource(name: string): boolean {
  return QUOTA.has(name) || name.startsWith(PAGES) || name.startsWith(`requests.${PAGES}`);
}

/** What is wrong with the name of a resource: it is known, or qualified by whose it is. */
export function resourceNameErrors(name: string, field: string): readonly FieldError[] {
  const errors = qualifiedNameErrors(name).map((why) => invalidField(field, name, why));
  if (errors.length > 0 || name.includes("/") || isQuotaResource(name) || name === "storage") return errors;
  return [invalidField(field, name, "must be a standard resource type or fully qualified")];
}

/** The same of a resource that a quota limits. */
export function quotaResourceErrors(name: string, field: string): readonly FieldError[] {
  const errors = resourceNameErrors(name, field);
  if (name.includes("/") || isQuotaResource(name)) return errors;
  return [...errors, invalidField(field, name, "must be a standard resource for quota")];
}

/** The same of a resource that a container has. */
export function containerResourceErrors(name: string, field: string): readonly FieldError[] {
  const errors = resourceNameErrors(name, field);
  if (!name.includes("/")) {
    if (isContainers.has(name) || name.startsWith(PAGES)) return errors;
    return [...errors, invalidField(field, name, "must be a standard resource for containers")];
  }
  if (isNativeResource(name) || isExtendedResource(name)) return errors;
  return [...errors, invalidField(field, name, "doesn't follow extended resource name standard")];
}
