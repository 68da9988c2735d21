import type { JsonObject } from "@weir/core";
import { type FieldError, invalidField, requiredField, unsupportedField } from "@weir/schema";
import { compareQuantities, formatQuantity, parseQuantity, quantityFromJson } from "@weir/text";
import { text } from "../../resources/draft-access.ts";
import { qualifiedNameErrors } from "../names.ts";

/** What a variable may show of its Pod. */
export const environmentFields = [
  "metadata.name",
  "metadata.namespace",
  "metadata.uid",
  "spec.nodeName",
  "spec.serviceAccountName",
  "status.hostIP",
  "status.hostIPs",
  "status.podIP",
  "status.podIPs",
] as const;

/** What a file may show of its Pod. */
export const volumeFields = [
  "metadata.annotations",
  "metadata.labels",
  "metadata.name",
  "metadata.namespace",
  "metadata.uid",
] as const;

/** Fields that a Pod has for others to see. */
const known = new Set<string>([
  ...environmentFields,
  ...volumeFields,
  "spec.restartPolicy",
  "spec.schedulerName",
  "status.phase",
]);
const maps = ["metadata.annotations", "metadata.labels"];
const subscripted = /^([^]+?)\['([^]*)'\]$/;

/** What is wrong with a reference to a field of the Pod. */
export function fieldRefErrors(
  reference: JsonObject,
  field: string,
  allowed: readonly string[],
): readonly FieldError[] {
  const version = text(reference, "apiVersion");
  const path = text(reference, "fieldPath");
  if (version === "") return [requiredField(`${field}.apiVersion`)];
  if (path === "") return [requiredField(`${field}.fieldPath`)];
  const refuse = (why: string): readonly FieldError[] => [
    invalidField(`${field}.fieldPath`, path, `error converting fieldPath: ${why}`),
  ];
  if (version !== "v1") return refuse(`unsupported pod version: ${version}`);
  const [, map, key] = subscripted.exec(path) ?? [];
  if (map !== undefined && key !== undefined) {
    if (!maps.includes(map)) return refuse(`field label does not support subscript: ${path}`);
    const name = map === "metadata.annotations" ? key.toLowerCase() : key;
    return qualifiedNameErrors(name).map((why) => invalidField(field, name, why));
  }
  const plain = path === "spec.host" ? "spec.nodeName" : path;
  if (!known.has(plain)) return refuse(`field label not supported: ${path}`);
  return allowed.includes(plain) ? [] : [unsupportedField(`${field}.fieldPath`, plain, allowed)];
}

const resources = [
  "limits.cpu",
  "limits.ephemeral-storage",
  "limits.memory",
  "requests.cpu",
  "requests.ephemeral-storage",
  "requests.memory",
];
const UNITS = ["1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"];
const isPages = (resource: string): boolean => /^(?:limits|requests)\.hugepages-/.test(resource);

/** What is wrong with a reference to what a container may use. */
export function resourceRefErrors(
  reference: JsonObject,
  field: string,
  { needsContainer }: { readonly needsContainer: boolean },
): readonly FieldError[] {
  const resource = text(reference, "resource");
  const errors: FieldError[] = [];
  if (needsContainer && text(reference, "containerName") === "")
    errors.push(requiredField(`${field}.containerName`));
  else if (resource === "") errors.push(requiredField(`${field}.resource`));
  else if (!resources.includes(resource) && !isPages(resource))
    errors.push(unsupportedField(`${field}.resource`, resource, resources));
  return [...errors, ...divisorErrors(resource, reference, `${field}.divisor`)];
}

function divisorErrors(resource: string, reference: JsonObject, field: string): readonly FieldError[] {
  const divisor = quantityFromJson(reference["divisor"] ?? "0");
  if (compareQuantities(divisor, parseQuantity("0")) === 0) return [];
  const kind = /^(?:limits|requests)\.(cpu|memory|ephemeral-storage|hugepages-)/.exec(resource)?.[1];
  if (kind === undefined) return [];
  const isCpu = kind === "cpu";
  if ((isCpu ? ["1m", "1"] : UNITS).includes(formatQuantity(divisor))) return [];
  const names = {
    memory: "memory",
    "ephemeral-storage": "local ephemeral storage",
    "hugepages-": "hugepages",
  };
  const detail = isCpu
    ? "only divisor's values 1m and 1 are supported with the cpu resource"
    : `only divisor's values ${UNITS.join(", ")} are supported with the ${names[kind as keyof typeof names]} resource`;
  return [invalidField(field, resource, detail)];
}
