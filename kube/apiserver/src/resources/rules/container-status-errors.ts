import type { JsonObject } from "@weir/core";
import {
  duplicateField,
  type FieldError,
  forbiddenField,
  invalidField,
  requiredField,
  tooLongField,
  unsupportedField,
} from "@weir/schema";
import { dns1123Label, dns1123Subdomain } from "../../validation/names.ts";
import { child, children, integer, list, text } from "../draft-access.ts";

const ID = "must be between 0 and 2147483647, inclusive";
const MAX_ID = 2_147_483_647;

/** What is wrong with whom containers run as. */
export function userErrors(status: JsonObject, spec: JsonObject, name: string): readonly FieldError[] {
  const system = child(spec, "os") === undefined ? "linux" : text(child(spec, "os"), "name");
  return children(status, name).flatMap((each, index) => {
    const user = child(child(each, "user"), "linux");
    const at = `status.${name}[${index}].user.linux`;
    if (user === undefined) return [];
    if (system === "windows") return [forbiddenField(at, "cannot be set for a windows pod")];
    return system === "linux" ? idErrors(user, at) : [];
  });
}

function idErrors(user: JsonObject, at: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const check = (id: number | bigint, field: string): void => {
    if (id < 0 || id > MAX_ID) errors.push(invalidField(field, id, ID));
  };
  for (const name of ["uid", "gid"]) check(integer(user, name) ?? 0, `${at}.${name}`);
  list(user, "supplementalGroups").forEach((id, index) => {
    if (typeof id === "number" || typeof id === "bigint") check(id, `${at}.supplementalGroups[${index}]`);
  });
  return errors;
}

const HEALTHS = ["Healthy", "Unhealthy", "Unknown"];
const MAX_MESSAGE = 1024;

/** What is wrong with what containers are said to have got. */
export function allocatedErrors(status: JsonObject, spec: JsonObject): readonly FieldError[] {
  const owners = { containerStatuses: "containers", initContainerStatuses: "initContainers" };
  const errors: FieldError[] = Object.entries(owners).flatMap(([name, owner]) =>
    children(status, name).flatMap((each, index) => {
      const container = children(spec, owner).find((one) => text(one, "name") === text(each, "name"));
      const at = `status.${name}[${index}].allocatedResourcesStatus`;
      return children(each, "allocatedResourcesStatus").flatMap((resource, place) => [
        ...(container === undefined ? [] : ownedErrors(resource, container, `${at}[${place}].name`)),
        ...healthErrors(resource, `${at}[${place}].resources`),
      ]);
    }),
  );
  children(status, "ephemeralContainerStatuses").forEach((each, index) => {
    if (list(each, "allocatedResourcesStatus").length === 0) return;
    const at = `status.ephemeralContainerStatuses[${index}].allocatedResourcesStatus`;
    errors.push(forbiddenField(at, "must not be specified in container status"));
  });
  return errors;
}

function ownedErrors(resource: JsonObject, container: JsonObject, field: string): readonly FieldError[] {
  const name = text(resource, "name");
  const resources = child(container, "resources");
  if (!name.startsWith("claim:")) {
    if (Object.hasOwn(child(resources, "requests") ?? {}, name)) return [];
    return [invalidField(field, name, "must match one of the container's resource requests")];
  }
  const isClaimed = children(resources, "claims").some((claim) => {
    const request = text(claim, "request");
    return name === `claim:${text(claim, "name")}${request === "" ? "" : `/${request}`}`;
  });
  if (isClaimed) return [];
  const detail =
    "must match one of the container's resource claims in a format 'claim:<claimName>/<request>' or 'claim:<claimName>' if request is empty";
  return [invalidField(field, name, detail)];
}

function healthErrors(resource: JsonObject, field: string): readonly FieldError[] {
  const seen = new Set<string>();
  return children(resource, "resources").flatMap((each, index) => {
    const at = `${field}[${index}]`;
    const [health, id, message] = [text(each, "health"), text(each, "resourceID"), each["message"]];
    const errors: FieldError[] = [];
    if (!HEALTHS.includes(health)) errors.push(unsupportedField(`${at}.health`, health, HEALTHS));
    if (message === "") errors.push(requiredField(`${at}.message`, "must be non-empty if specified"));
    else if (typeof message === "string" && Buffer.byteLength(message) > MAX_MESSAGE)
      errors.push(tooLongField(`${at}.message`, MAX_MESSAGE));
    if (seen.has(id)) errors.push(duplicateField(`${at}.resourceID`, id));
    seen.add(id);
    return errors;
  });
}

/** What is wrong with the claims that a Pod is said to have got. */
export function claimStatusErrors(status: JsonObject, spec: JsonObject): readonly FieldError[] {
  const claims = new Set(children(spec, "resourceClaims").map((claim) => text(claim, "name")));
  const seen = new Set<string>();
  const errors: FieldError[] = children(status, "resourceClaimStatuses").flatMap((each, index) => {
    const at = `status.resourceClaimStatuses[${index}]`;
    const [name, claim] = [text(each, "name"), each["resourceClaimName"]];
    const isTaken = seen.has(name);
    seen.add(name);
    const unknown = "must match the name of an entry in `spec.resourceClaims`";
    return [
      ...(claims.has(name) ? [] : [invalidField(`${at}.name`, name, unknown)]),
      ...(isTaken ? [duplicateField(`${at}.name`, name)] : []),
      ...(typeof claim === "string"
        ? dns1123Subdomain(claim, false).map((why) => invalidField(`${at}.resourceClaimName`, claim, why))
        : []),
    ];
  });
  const extended = child(status, "extendedResourceClaimStatus");
  return extended === undefined ? errors : [...errors, ...extendedErrors(extended, spec)];
}

function extendedErrors(extended: JsonObject, spec: JsonObject): readonly FieldError[] {
  const at = "status.extendedResourceClaimStatus";
  const containers = new Map(
    ["initContainers", "containers"].flatMap((name) =>
      children(spec, name).map((container) => [text(container, "name"), container] as const),
    ),
  );
  const mappings = children(extended, "requestMappings");
  const seen = new Set<string>();
  const errors: FieldError[] = [];
  if (mappings.length === 0)
    errors.push(requiredField(`${at}.requestMappings`, "at least one request mapping is required"));
  mappings.forEach((mapping, index) => {
    const field = `${at}.requestMappings[${index}]`;
    const names = ["containerName", "resourceName", "requestName"].map((key) => [key, text(mapping, key)]);
    const [container = "", resource = "", request = ""] = names.map(([, name]) => name);
    errors.push(...mappingErrors(containers.get(container), { container, resource, field }));
    for (const why of dns1123Label(request, false))
      errors.push(invalidField(`${at}.requestName`, request, why));
    const key = JSON.stringify(names);
    if (seen.has(key))
      for (const [name, value = ""] of names) errors.push(duplicateField(`${field}.${name}`, value));
    seen.add(key);
  });
  const claim = text(extended, "resourceClaimName");
  if (claim === "") return [...errors, requiredField(`${at}.resourceClaimName`)];
  return [
    ...errors,
    ...dns1123Subdomain(claim, false).map((why) => invalidField(`${at}.resourceClaimName`, claim, why)),
  ];
}

function mappingErrors(
  owner: JsonObject | undefined,
  names: { readonly container: string; readonly resource: string; readonly field: string },
): readonly FieldError[] {
  const { container, resource, field } = names;
  if (owner === undefined) {
    const detail = "must match the name of an entry in spec.initContainers.name or spec.containers.name";
    return [invalidField(`${field}.containerName`, container, detail)];
  }
  if (Object.hasOwn(child(child(owner, "resources"), "requests") ?? {}, resource)) return [];
  const detail =
    "must match the extended resource name of an entry in spec.initContainers.resources.requests or spec.containers.resources.requests";
  return [invalidField(`${field}.resourceName`, resource, detail)];
}
